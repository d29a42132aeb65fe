package dev.crucible.bench;

import java.util.ArrayList;
import java.util.List;

/** {@code ./run.sh bench}. */
public final class Bench {
    private Bench() {}

    public static void main(String[] words) throws Exception {
        String program = System.getProperty("crucible.program", "./run.sh");
        Options options;
        try {
            options = Options.parse(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + " " + program + " bench --help tells more.");
            System.exit(2);
            return;
        }
        if (options.help()) {
            System.out.print(Options.usage(program));
            return;
        }
        System.exit(measure(options) ? 0 : 1);
    }

    /** False when something could not be measured. */
    private static boolean measure(Options options) throws Exception {
        String machine = Machine.describe();
        List<Row> rows = new ArrayList<>();
        boolean whole = true;
        try (Workspace workspace = new Workspace()) {
            // Ctrl-C ends the JVM without unwinding this.
            Thread hook = new Thread(workspace::close, "bench-stop");
            Runtime.getRuntime().addShutdownHook(hook);
            for (Subject subject : options.chosen()) {
                Progress.say(subject.word() + ": " + subject.about());
                try {
                    rows.addAll(subject.run(workspace, options));
                } catch (Exception e) {
                    whole = false;
                    rows.add(Row.alone(subject.word(), "not measured; why is on the error stream", ""));
                    e.printStackTrace();
                }
                workspace.stopAll();
            }
        }
        System.out.print(Report.of(machine, note(options), rows));
        return whole;
    }

    private static String note(Options options) {
        return options.quick() ? "Quick run: few rounds, so the tails are rough." : "";
    }
}
