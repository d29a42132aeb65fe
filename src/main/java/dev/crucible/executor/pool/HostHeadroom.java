package dev.crucible.executor.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The kernel's own figures. Where it gives none, nothing is short. */
final class HostHeadroom implements Headroom {
    /** With less than this available, or a smaller host's twentieth, memory is short. */
    private static final long ENOUGH = 256L << 20;

    private static final int TWENTIETH = 20;
    /** All boxes together may have this part of the host's memory. */
    private static final int EIGHTH = 8;

    private static final int FEWEST = 2;
    /**
     * Tasks that want each processor, beyond which the host is overloaded. As many programs run at once as there are twice
     * processors, if nothing else was configured: they alone are no overload.
     */
    private static final int MANY = 4;

    private final Path proc;
    private final int processors;

    /** @param proc where the kernel tells, {@code /proc} */
    HostHeadroom(Path proc, int processors) {
        this.proc = proc;
        this.processors = processors;
    }

    @Override
    public boolean memoryShort() {
        OptionalLong available = memory("MemAvailable:");
        OptionalLong total = memory("MemTotal:");
        return available.isPresent() && total.isPresent()
                && available.getAsLong() < Math.min(ENOUGH, total.getAsLong() / TWENTIETH);
    }

    /** By who wants a processor at this moment: the averages still tell of a rush that is over. */
    @Override
    public boolean overloaded() {
        try {
            String wanting = Files.readString(proc.resolve("loadavg")).split("[ /]")[3];
            return Integer.parseInt(wanting) > MANY * processors;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public int boxes(long bytesEach) {
        OptionalLong total = memory("MemTotal:");
        long share = total.isPresent() ? total.getAsLong() / EIGHTH / bytesEach : FEWEST;
        return (int) Math.max(FEWEST, Math.min(Integer.MAX_VALUE, share));
    }

    private OptionalLong memory(String key) {
        try {
            return Files.readAllLines(proc.resolve("meminfo")).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
