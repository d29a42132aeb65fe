package dev.crucible.executor;

/** How many executions run and how many may. */
public record Capacity(String executorId, int running, int maxConcurrent) {
    public int availableSlots() {
        return Math.max(0, maxConcurrent - running);
    }

    public boolean canAccept() {
        return availableSlots() > 0;
    }
}
