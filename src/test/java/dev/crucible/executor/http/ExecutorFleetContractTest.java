package dev.crucible.executor.http;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.CodeExecutorContract;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.platform.http.WireFormat;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A fleet of two, one of which has no slot left. */
class ExecutorFleetContractTest extends CodeExecutorContract {
    @TempDir
    Path elsewhere;

    private ExecutorPart full;
    private ExecutorEdge first;
    private ExecutorEdge second;
    private ExecutorFleet fleet;

    @Override
    protected CodeExecutor over(ExecutorPart local) {
        full = full(elsewhere);
        first = Edges.start(local);
        second = Edges.start(full);
        fleet = new ExecutorFleet(List.of(
                Edges.address(first.uri(), WireFormat.JSON), Edges.address(second.uri(), WireFormat.MESSAGE_PACK)));
        fleet.start();
        return fleet;
    }

    @Override
    protected void closed() {
        fleet.close();
        first.close();
        second.close();
        full.close();
    }
}
