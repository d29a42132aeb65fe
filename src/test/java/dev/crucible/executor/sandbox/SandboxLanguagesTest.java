package dev.crucible.executor.sandbox;

import dev.crucible.executor.Engine;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.executor.LanguageContract;
import dev.crucible.executor.Languages;
import java.util.Set;
import java.util.stream.Collectors;

/** All of them: Debian installs every one. */
class SandboxLanguagesTest extends LanguageContract {
    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        return new SandboxEngine(config, languages);
    }

    @Override
    protected Set<String> names() {
        return Languages.load().all().stream().map(Language::name).collect(Collectors.toSet());
    }
}
