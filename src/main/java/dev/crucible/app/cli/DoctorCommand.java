package dev.crucible.app.cli;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.InvalidConfigException;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.LimitProof;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        description = {
            "Looks what works on this machine, what does not, and what to do about it. Needs no running server.",
            "Ends with 0 when code can be run here, with 1 when not.",
            "With --attack it runs the hostile suite on this machine's engines instead, which takes minutes, and ends with"
                    + " 0 when all of them held."
        },
        footer = {"", "Examples:", "  doctor", "  doctor --attack --engine sandbox", "  doctor --attack --only fork-bomb,hog", ""})
final class DoctorCommand extends ClientCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--attack", description = "Attack the engines, in boxes of their own; a server beside is not touched.")
    private boolean attack;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "With --attack: the engine to attack; default: each that works here.")
    private @Nullable String engine;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "With --attack: only these attacks, by name or by group.")
    private List<String> only = List.of();

    DoctorCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        Logging.level("ERROR");
        if (attack) {
            CrucibleConfig config = SettingOptions.read(spec.commandLine().getParseResult(), shell).config();
            return new HostileCheck(shell, json).run(config, engine, only);
        }
        if (engine != null || !only.isEmpty()) {
            throw CommandFailure.usage("--engine and --only go with --attack");
        }
        List<Check> checks = new ArrayList<>();
        HostChecks host = new HostChecks(shell.host().get());
        checks.add(host.java());
        checks.add(host.platform());
        checks.add(host.size());
        checks.add(HostChecks.pace(new Patience()));
        checks.add(host.cgroups());
        checks.add(host.userNamespaces());
        checks.add(host.bubblewrap());
        CrucibleConfig config = config(checks);
        Check server = server(config);
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
            any |= engine.available() && !languages.isEmpty();
            if (!engine.available()) {
                checks.add(Check.careful(name, engine.detail(), engine.remedy()));
            } else if (languages.isEmpty()) {
                checks.add(Check.careful(name, engine.detail() + " It has no language to run.", remedy(engine)));
            } else if (engine.weaknesses().isEmpty()) {
                checks.add(Check.good(name, engine.detail() + " Runs " + String.join(", ", languages) + "."));
            } else {
                checks.add(Check.careful(
                        name, engine.detail() + " " + String.join(" ", engine.weaknesses()) + " Runs "
                                + String.join(", ", languages) + ".", null));
            }
            if (!engine.proofs().isEmpty()) {
                checks.add(proofs(engine));
            }
            if (engine.pool() != null) {
                checks.add(Check.good("Boxes of " + engine.name(), pool(engine.pool())));
            }
        }
        checks.add(any
                ? Check.good("Running code", "works")
                : Check.bad("Running code", "no engine works here", "do one of the things above, then ask again"));
    }

    private static Check proofs(EngineStatus engine) {
        String name = "Limits of " + engine.name();
        List<LimitProof> failed = engine.proofs().stream().filter(proof -> !proof.held()).toList();
        if (failed.isEmpty()) {
            return Check.good(name, "proven by running against them: "
                    + engine.proofs().stream().map(LimitProof::name).collect(Collectors.joining(", ")));
        }
        return Check.careful(name, failed.stream()
                .map(proof -> proof.name() + " does not hold: " + proof.evidence())
                .collect(Collectors.joining(" ")), engine.remedy());
    }

    private static String pool(PoolFigures pool) {
        String prepared = pool.prepareP50Millis() == null ? "" : String.format(
                Locale.ROOT, ", each ready after %.1f ms (median)", pool.prepareP50Millis());
        String destroyed = pool.destroyed().isEmpty() ? "" : "; destroyed " + new TreeMap<>(pool.destroyed()).entrySet()
                .stream().map(each -> each.getValue() + " " + each.getKey()).collect(Collectors.joining(", "));
        return pool.ready() + " ready, " + pool.inUse() + " in use, of " + pool.target() + " wanted and at most "
                + pool.most() + "; built " + pool.built() + prepared + destroyed + "; " + pool.hits()
                + " runs found one, " + pool.misses() + " did not";
    }

    /** What the engine itself found in its boxes, which need not be what this user's own commands are. */
    private static List<String> languages(EngineStatus engine) {
        return new TreeMap<String, LanguageStatus>(engine.languages())
                .entrySet().stream()
                        .filter(language -> language.getValue().available())
                        .map(language -> (language.getKey() + " " + requireNonNullElse(language.getValue().version(), "")).strip())
                        .collect(Collectors.toList());
    }

    /** How to get the usual language. */
    private static @Nullable String remedy(EngineStatus engine) {
        LanguageStatus python = engine.languages().get("python");
        return python == null ? engine.remedy() : python.remedy();
    }

    private Check server(@Nullable CrucibleConfig config) {
        try {
            CrucibleClient client = config == null ? client() : client("http://127.0.0.1:" + config.port());
            JsonNode health = client.health();
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
