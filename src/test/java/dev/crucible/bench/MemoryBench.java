package dev.crucible.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What an idle server holds in memory, a while after it has become ready. */
final class MemoryBench {
    private static final long IDLE_MILLIS = 10_000;
    private static final long BUDGET_MIB = 200;

    private MemoryBench() {}

    static List<Row> run(Workspace workspace, Options options) throws IOException, InterruptedException {
        Server server = workspace.serve(workspace.fresh("home"), Map.of());
        Thread.sleep(IDLE_MILLIS);
        long jvm = server.residentMebibytes();
        List<ProcessHandle> postgres = server.postgres().toList();
        long shared = postgres.stream()
                .mapToLong(process -> Machine.kibibytes("/proc/" + process.pid() + "/smaps_rollup", "Pss:")).sum() / 1024;
        long resident = postgres.stream()
                .mapToLong(process -> Machine.kibibytes("/proc/" + process.pid() + "/status", "VmRSS")).sum() / 1024;
        return List.of(
                Row.alone("idle JVM, resident, 10 s after ready", jvm + " MiB",
                        Row.budget("≤ " + BUDGET_MIB + " MB", jvm <= BUDGET_MIB)),
                Row.alone("idle PostgreSQL, " + postgres.size() + " processes",
                        shared + " MiB (" + resident + " MiB counting shared pages in each)", ""));
    }
}
