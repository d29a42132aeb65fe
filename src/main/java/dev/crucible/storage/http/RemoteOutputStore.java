package dev.crucible.storage.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import dev.crucible.storage.OutputStore;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The outputs of a storage service; streamed both ways. */
public final class RemoteOutputStore implements OutputStore, AutoCloseable {
    /** A large output takes its time on a slow disk. */
    private static final Duration UPLOAD_PATIENCE = Duration.ofMinutes(5);

    private final ServiceClient client;

    public RemoteOutputStore(ServiceAddress address) {
        this.client = new ServiceClient(address, ErrorCode.STORAGE_UNAVAILABLE);
    }

    @Override
    public String put(EvaluationId id, OutputStreamName stream, InputStream content) {
        return upload("/outputs?eval_id=" + id + "&stream=" + stream.wire(), content);
    }

    @Override
    public String putArtifact(EvaluationId id, String path, InputStream content) {
        return upload("/outputs?eval_id=" + id + "&path=" + encoded(path), content);
    }

    private String upload(String path, InputStream content) {
        return client.upload(ServiceCall.put(path, null).waiting(UPLOAD_PATIENCE), content, Wire.Ref.class).ref();
    }

    @Override
    public InputStream open(String ref, long from) {
        if (from < 0) {
            throw new IllegalArgumentException("from is negative");
        }
        return client.open(ServiceCall.get("/outputs?ref=" + encoded(ref) + "&from=" + from));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public long totalBytes() {
        return client.ask(ServiceCall.get("/outputs/total"), Wire.TotalBytes.class).bytes();
    }

    @Override
    public void close() {
        client.close();
    }
}
