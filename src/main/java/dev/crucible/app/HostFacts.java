package dev.crucible.app;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What defaults depend on.
 *
 * @param cpus CPUs that this process may use
 * @param memoryBytes memory of the machine or of the container around this process
 * @param userHome the home folder of the user
 * @param root whether this process may do anything
 */
public record HostFacts(int cpus, long memoryBytes, Path userHome, boolean root) {
    public HostFacts {
        requireNonNull(userHome, "userHome is null");
    }

    public static HostFacts ofThisMachine() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new HostFacts(
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                home(System.getProperty("user.home", "?"), System.getenv("HOME")),
                "root".equals(System.getProperty("user.name")));
    }

    /** Java says {@code ?} for a user that the machine has no name for, as in a container with a foreign uid. */
    static Path home(String known, @Nullable String environment) {
        boolean unknown = !Path.of(known).isAbsolute();
        return Path.of(!unknown ? known : environment != null && environment.startsWith("/") ? environment : "/");
    }
}
