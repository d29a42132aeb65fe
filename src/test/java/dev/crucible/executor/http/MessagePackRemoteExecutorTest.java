package dev.crucible.executor.http;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.CodeExecutorContract;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.platform.http.WireFormat;

class MessagePackRemoteExecutorTest extends CodeExecutorContract {
    private ExecutorEdge edge;
    private RemoteExecutor remote;

    @Override
    protected CodeExecutor over(ExecutorPart local) {
        edge = Edges.start(local);
        remote = new RemoteExecutor(Edges.address(edge.uri(), WireFormat.MESSAGE_PACK));
        return remote;
    }

    @Override
    protected void closed() {
        remote.close();
        edge.close();
    }
}
