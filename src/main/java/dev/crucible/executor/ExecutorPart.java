package dev.crucible.executor;

import dev.crucible.kernel.Part;

/** An executor with a life: started once by the composition root, and closed. */
public interface ExecutorPart extends CodeExecutor, Part {}
