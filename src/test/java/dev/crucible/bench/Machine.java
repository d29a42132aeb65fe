package dev.crucible.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What the figures were measured on. */
final class Machine {
    private Machine() {}

    static String describe() {
        return String.format(Locale.ROOT, "%d × %s, %d GiB, Linux %s, JDK %s (%s), load at start %s.",
                Runtime.getRuntime().availableProcessors(), value("/proc/cpuinfo", "model name"),
                Math.round(kibibytes("/proc/meminfo", "MemTotal") / 1048576.0), System.getProperty("os.version"),
                System.getProperty("java.version"), System.getProperty("java.vendor"), load());
    }

    /** A field in kB of one of the kernel's files, in KiB; 0 when it is not there. */
    static long kibibytes(String file, String field) {
        String value = value(file, field).replaceAll("[^0-9]", "");
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }

    private static String load() {
        List<String> lines = lines("/proc/loadavg");
        return lines.isEmpty() ? "unknown" : lines.get(0).split(" ")[0];
    }

    private static String value(String file, String field) {
        return lines(file).stream().filter(line -> line.startsWith(field)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
