package dev.crucible.app.cli;

import dev.crucible.app.EffectiveConfig;
import dev.crucible.app.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = {
            "Prints every setting as it is in force, and where it came from.",
            "Defaults give way to the file, the file to the environment, the environment to flags. Every environment"
                    + " variable is also read with CRUCIBLE_ before its name, which goes before the plain one."
        },
        footer = {"", "Example:", "  config --config crucible.yaml", ""})
final class ConfigCommand implements Callable<Integer> {
    private final Shell shell;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Option(names = "--markdown", description = "Print the table of all settings for the documentation.")
    private boolean markdown;

    ConfigCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (markdown) {
            shell.out().print(Settings.markdown());
            return ExitCode.OK;
        }
        EffectiveConfig effective = SettingOptions.read(spec.commandLine().getParseResult(), shell);
        if (json) {
            shell.out().println(ClientCommand.pretty(asMap(effective)));
            return ExitCode.OK;
        }
        Ink ink = shell.outInk();
        Table table = new Table(ink, "SETTING", "VALUE", "FROM");
        for (EffectiveConfig.Entry entry : effective.entries()) {
            boolean standard = entry.origin().startsWith("default");
            table.cell(entry.setting().name(), ink::strong)
                    .cell(entry.shown() == null ? "(" + entry.setting().defaultText().replace("`", "") + ")" : entry.shown())
                    .cell(entry.origin(), standard ? ink::faint : ink::good);
        }
        shell.out().print(table);
        return ExitCode.OK;
    }

    private static Map<String, Object> asMap(EffectiveConfig effective) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (EffectiveConfig.Entry entry : effective.entries()) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("value", entry.shown());
            value.put("origin", entry.origin());
            settings.put(entry.setting().name(), value);
        }
        return settings;
    }
}
