package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.InvalidConfigException;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        description = {
            "Looks what works on this machine, what does not, and what to do about it. Needs no running server.",
            "Ends with 0 when code can be run here, with 1 when not."
        },
        footer = {"", "Example:", "  doctor", ""})
final class DoctorCommand extends ClientCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    DoctorCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        Logging.level("ERROR");
        List<Check> checks = new ArrayList<>();
        HostChecks host = new HostChecks(shell.environment(), shell.host().get());
        checks.add(host.java());
        checks.add(host.platform());
        checks.add(host.size());
        checks.add(host.cgroups());
        checks.add(host.userNamespaces());
        checks.add(host.bubblewrap());
        checks.add(host.interpreters());
        Check server = server();
        CrucibleConfig config = config(checks);
        if (config != null) {
            checks.add(host.dataFolder(config.home()));
            checks.add(host.port(config, server.verdict() == Check.Verdict.GOOD));
            engines(config, checks);
        }
        checks.add(server);
        boolean works = checks.stream().noneMatch(check -> check.verdict() == Check.Verdict.BAD);
        if (json) {
            shell.out().println(pretty(Map.of("works", works, "checks", checks)));
        } else {
            print(checks, works);
        }
        return works ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private @Nullable CrucibleConfig config(List<Check> checks) {
        try {
            CrucibleConfig config = SettingOptions.read(spec.commandLine().getParseResult(), shell).config();
            checks.add(Check.good("Configuration", "valid"));
            return config;
        } catch (InvalidConfigException e) {
            e.problems().forEach(problem -> checks.add(Check.bad("Configuration", problem, null)));
            return null;
        }
    }

    private void engines(CrucibleConfig config, List<Check> checks) {
        boolean any = false;
        for (EngineStatus engine : shell.launcher().probeEngines(config)) {
            String name = "Engine " + engine.name();
            List<String> languages = languages(engine);
            boolean useful = engine.available() && !languages.isEmpty();
            any |= useful;
            if (!useful) {
                checks.add(Check.careful(name, engine.detail(), engine.remedy()));
            } else if (engine.weaknesses().isEmpty()) {
                checks.add(Check.good(name, engine.detail() + " Runs " + String.join(", ", languages) + "."));
            } else {
                checks.add(Check.careful(
                        name, engine.detail() + " " + String.join(" ", engine.weaknesses()) + " Runs "
                                + String.join(", ", languages) + ".", null));
            }
        }
        checks.add(any
                ? Check.good("Running code", "works")
                : Check.bad("Running code", "no engine works here", "do one of the things above, then ask again"));
    }

    private static List<String> languages(EngineStatus engine) {
        return new TreeMap<String, LanguageStatus>(engine.languages())
                .entrySet().stream()
                        .filter(language -> language.getValue().available())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toList());
    }

    private Check server() {
        try {
            JsonNode health = client().health();
            String status = health.path("status").asText("");
            String found = "answers, " + status + (health.path("version").isTextual()
                    ? ", version " + health.path("version").asText() : "");
            return status.equals("healthy")
                    ? Check.good("Server", found)
                    : Check.careful("Server", found, "GET /health says more");
        } catch (CommandFailure e) {
            if (e.exitCode() == ExitCode.USAGE) {
                throw e;
            }
            String firstSentence = e.getMessage().split("(?<=\\.) ")[0];
            return Check.careful("Server", firstSentence, "start one with: " + shell.program() + " serve");
        }
    }

    private void print(List<Check> checks, boolean works) {
        Ink ink = shell.outInk();
        int width = checks.stream().mapToInt(check -> check.name().length()).max().orElse(0);
        for (Check check : checks) {
            String mark =
                    switch (check.verdict()) {
                        case GOOD -> ink.good("✓");
                        case CAREFUL -> ink.careful("!");
                        case BAD -> ink.bad("✗");
                    };
            print(mark + " " + String.format("%-" + width + "s", check.name()) + "  " + VisibleText.line(check.found())
                    + "\n");
            if (check.remedy() != null) {
                print("  " + " ".repeat(width) + "  " + ink.faint("> " + VisibleText.line(check.remedy())) + "\n");
            }
        }
        print("\n" + (works ? "Code can be run here." : ink.bad("Code cannot be run here yet.")) + "\n");
    }
}
