package dev.crucible.executor.attack;

import dev.crucible.kernel.EvaluationId;
import java.util.List;

/** Looks on the host, from outside, for what runs left behind. Each method lists what it found, a few words each. */
public interface Leftovers {
    /** What a run that is over has left. May be asked again: an engine clears up a moment after it reported. */
    List<String> ofRun(EvaluationId id);

    /** What an executor that was closed has left: process, cgroup, mount, container or file. */
    List<String> ofExecutor();
}
