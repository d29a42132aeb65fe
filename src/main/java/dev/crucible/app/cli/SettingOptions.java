package dev.crucible.app.cli;

import dev.crucible.app.ConfigSource;
import dev.crucible.app.EffectiveConfig;
import dev.crucible.app.Setting;
import dev.crucible.app.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The settings as flags of a command. */
final class SettingOptions {
    private static final String CONFIG = "--config";

    private SettingOptions() {}

    /** Adds {@code --config} and a flag for each setting. */
    static CommandLine on(Object command) {
        CommandLine line = new CommandLine(command);
        CommandSpec spec = line.getCommandSpec();
        spec.addOption(OptionSpec.builder(CONFIG)
                .type(String.class)
                .paramLabel("FILE")
                .description("A YAML or properties file with settings; the environment and flags go before it.")
                .build());
        for (Setting<?> setting : Settings.all()) {
            String description = setting.secret()
                    ? setting.description() + " The file holds it."
                    : setting.description() + " Allowed: " + setting.allowed() + ". Default: "
                            + setting.defaultText().replace("`", "") + ".";
            spec.addOption(OptionSpec.builder(setting.flag())
                    .type(String.class)
                    .paramLabel(setting.secret() ? "FILE" : "VALUE")
                    .description(description)
                    .build());
        }
        return line;
    }

    /** @throws dev.crucible.app.InvalidConfigException listing everything that is wrong */
    static EffectiveConfig read(ParseResult parsed, Shell shell) {
        Map<String, String> flags = new LinkedHashMap<>();
        for (Setting<?> setting : Settings.all()) {
            String value = parsed.matchedOptionValue(setting.flag(), null);
            if (value != null) {
                flags.put(setting.flag(), value);
            }
        }
        return ConfigSource.read(flags, shell.environment(), file(parsed), shell.host().get());
    }

    private static @Nullable Path file(ParseResult parsed) {
        String file = parsed.matchedOptionValue(CONFIG, null);
        try {
            return file == null ? null : Path.of(file);
        } catch (InvalidPathException e) {
            throw CommandFailure.usage("--config is not a path");
        }
    }
}
