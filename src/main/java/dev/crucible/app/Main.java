package dev.crucible.app;

import dev.crucible.app.cli.CommandLineTool;
import dev.crucible.app.cli.Shell;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The program: {@code java -jar crucible.jar [command]}; without a command it serves. */
public final class Main {
    private static final Pattern TERMINAL = Pattern.compile("/dev/(pts/\\d+|tty\\w*|console)|/\\d+");

    private Main() {}

    public static void main(String[] arguments) {
        Shell shell = new Shell(
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                terminal(1),
                terminal(2),
                System.getenv(),
                InstantSource.system(),
                program(),
                HostFacts::ofThisMachine,
                new Launcher());
        System.exit(new CommandLineTool(shell).execute(arguments));
    }

    private static final class Launcher implements RunningServer.Launcher {
        @Override
        public RunningServer start(CrucibleConfig config, Consumer<String> progress) throws Exception {
            return Crucible.start(config, progress);
        }

        @Override
        public List<EngineStatus> probeEngines(CrucibleConfig config) {
            return Crucible.probeEngines(config);
        }

        @Override
        public List<AttackReport> attack(
                CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress) {
            return AttackTrial.run(config, engine, attacks, progress);
        }
    }

    /** UTF-8 whatever the locale says: a guest's output must not be changed by it. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /**
     * Whether a terminal is at the other end. The JDK's {@code System.console()} answers for input and output together,
     * and so would call the output of {@code cat x | crucible submit -} none.
     */
    private static boolean terminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return TERMINAL.matcher(target).matches();
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }

    /** What was typed to get here, as far as it can be known; {@code run.sh} tells. */
    private static String program() {
        String jar = System.getProperty("java.class.path", "");
        String direct = jar.endsWith(".jar") && jar.indexOf(':') < 0 ? "java -jar " + jar : "crucible";
        return System.getProperty("crucible.program", direct);
    }
}
