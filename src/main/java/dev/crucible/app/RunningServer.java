package dev.crucible.app;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A server that has been started, as the command line sees it. */
public interface RunningServer extends AutoCloseable {
    /** Where clients and browsers find it, with the real port; empty when the api is no module of this process. */
    Optional<URI> dashboard();

    /** Where this process's modules listen for other processes, by the module's name; empty when all modules are here. */
    Map<String, URI> services();

    /**
     * One sentence: the engine that submissions get by default and why, or why there is none and what to type. Only where
     * there is a dashboard.
     */
    String engineSummary();

    /** Stops it: intake first, then running work within the grace. Idempotent. */
    @Override
    void close();

    /** How a server is made. */
    interface Launcher {
        /**
         * Starts a server and returns when it is ready.
         *
         * @param progress told in a few words what is being done, such as {@code starting the embedded database}
         */
        RunningServer start(CrucibleConfig config, Consumer<String> progress) throws Exception;

        /** Looks which engines work on this machine, without a server. May take seconds. */
        List<EngineStatus> probeEngines(CrucibleConfig config);

        /**
         * Attacks an engine of this machine, without a server. Takes minutes.
         *
         * @param progress told of each attack as it is over
         * @throws dev.crucible.kernel.PlatformException {@code ENGINE_UNAVAILABLE} if the engine cannot run here, with
         *     what to do about it
         */
        List<AttackReport> attack(
                CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress);
    }
}
