package dev.crucible.executor;

import dev.crucible.kernel.Part;
import java.util.List;

/** An executor with a life: started once by the composition root, and closed. */
public interface ExecutorPart extends CodeExecutor, Part {
    /**
     * Looks at every engine now, runs programs against the limits of each that works, and waits for what comes of it, a
     * second or two for each. A server does so by itself, after its start and every hour.
     */
    List<EngineStatus> prove();
}
