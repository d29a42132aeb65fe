package dev.crucible.app.cli;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackCatalogue;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.kernel.PlatformException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code doctor --attack}: runs the hostile suite on this machine and says which engine held against what. */
final class HostileCheck {
    private final Shell shell;
    private final boolean json;

    HostileCheck(Shell shell, boolean json) {
        this.shell = shell;
        this.json = json;
    }

    /** @throws CommandFailure if an engine or an attack is not there */
    int run(CrucibleConfig config, @Nullable String engine, List<String> only) {
        List<Attack> attacks = chosen(only);
        List<String> engines = engine == null ? working(config) : List.of(engine);
        List<AttackReport> reports = new ArrayList<>();
        for (String name : engines) {
            try {
                reports.addAll(shell.launcher().attack(config, name, attacks, this::progress));
            } catch (PlatformException e) {
                throw CommandFailure.negative(e.getMessage(), e);
            }
        }
        boolean held = reports.stream().allMatch(AttackReport::held);
        if (json) {
            shell.out().println(ClientCommand.pretty(Map.of("held", held, "attacks", reports)));
        } else {
            print(engines, reports);
        }
        return held ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private static List<Attack> chosen(List<String> only) {
        List<Attack> all = AttackCatalogue.load();
        if (only.isEmpty()) {
            return all;
        }
        for (String word : only) {
            if (all.stream().noneMatch(attack -> isMeant(attack, word))) {
                throw CommandFailure.usage("There is no attack and no group of attacks named " + VisibleText.line(word, 70));
            }
        }
        return all.stream().filter(attack -> only.stream().anyMatch(word -> isMeant(attack, word))).toList();
    }

    private static boolean isMeant(Attack attack, String word) {
        return attack.name().equals(word.strip()) || attack.group().equals(word.strip());
    }

    private List<String> working(CrucibleConfig config) {
        List<EngineStatus> all = shell.launcher().probeEngines(config);
        List<String> names = all.stream().filter(EngineStatus::available).map(EngineStatus::name).toList();
        if (names.isEmpty()) {
            StringBuilder why = new StringBuilder("No engine works here, so there is nothing to attack.");
            all.forEach(engine -> why.append("\n  ").append(engine.name()).append(": ").append(engine.detail())
                    .append(engine.remedy() == null ? "" : " " + engine.remedy() + "."));
            throw CommandFailure.negative(why.toString(), null);
        }
        return names;
    }

    /** On the error stream, so that what is asked for stands alone. */
    private void progress(AttackReport report) {
        Ink ink = shell.errInk();
        String mark = report.held() ? ink.good("✓") : ink.bad("✗");
        shell.err().println(mark + " " + report.engine() + "  " + VisibleText.line(report.attack()) + "  "
                + ink.faint(VisibleText.line(report.title()) + ", " + Words.millis(report.millis())));
        report.problems().forEach(problem -> shell.err().println("    " + ink.bad(VisibleText.line(problem))));
    }

    private void print(List<String> engines, List<AttackReport> reports) {
        Set<String> groups = new LinkedHashSet<>(reports.stream().map(AttackReport::group).toList());
        List<String> headings = new ArrayList<>(List.of("GROUP"));
        engines.forEach(engine -> headings.add(engine.toUpperCase(Locale.ROOT)));
        Ink ink = shell.outInk();
        Table table = new Table(ink, headings.toArray(String[]::new));
        for (String group : groups) {
            table.cell(group);
            for (String engine : engines) {
                long all = count(reports, engine, group, false);
                long held = count(reports, engine, group, true);
                table.cell(held + " of " + all + " held", held == all ? ink::good : ink::bad);
            }
        }
        shell.out().print("\n" + table + "\n");
        failures(reports).forEach((engine, names) -> shell.out().println(names.isEmpty()
                ? ink.good(engine + " held against everything.")
                : ink.bad(engine + " did not hold against " + names.size() + ": " + String.join(", ", names) + ".")));
    }

    private static long count(List<AttackReport> reports, String engine, String group, boolean heldOnly) {
        return reports.stream()
                .filter(report -> report.engine().equals(engine) && report.group().equals(group))
                .filter(report -> !heldOnly || report.held())
                .count();
    }

    private static Map<String, List<String>> failures(List<AttackReport> reports) {
        Map<String, List<String>> failures = new LinkedHashMap<>();
        for (AttackReport report : reports) {
            List<String> names = failures.computeIfAbsent(report.engine(), engine -> new ArrayList<>());
            if (!report.held()) {
                names.add(report.attack());
            }
        }
        return failures;
    }
}
