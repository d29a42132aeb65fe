package dev.crucible.executor.docker;

import dev.crucible.executor.Engine;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.executor.LanguageContract;
import dev.crucible.executor.Languages;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;

/** Those of the base image. */
@Tag("docker")
abstract class ContainerLanguagesContract extends LanguageContract {
    abstract Flavour flavour();

    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        ExecutorConfig here = new ExecutorConfig(
                config.folder(), config.maxConcurrent(), TestDocker.host(), config.instance() + flavour().engine());
        return switch (flavour()) {
            case DOCKER -> ContainerEngine.docker(here, languages.all());
            case GVISOR -> ContainerEngine.gvisor(here, languages.all());
        };
    }

    @Override
    protected Set<String> names() {
        return Languages.load().all().stream()
                .filter(language -> TestDocker.IMAGE.equals(language.image()))
                .map(Language::name)
                .collect(Collectors.toSet());
    }
}
