package dev.crucible.storage.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import dev.crucible.storage.Changed;
import dev.crucible.storage.Created;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationPage;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.IdempotencyKey;
import dev.crucible.storage.NewEvaluation;
import dev.crucible.storage.Statistics;
import dev.crucible.storage.StatusChange;
import dev.crucible.storage.TimelineEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store of a storage service. Every call may be asked again, so one whose answer was lost is. */
public final class RemoteEvaluationStore implements EvaluationStore {
    private final ServiceClient client;

    public RemoteEvaluationStore(ServiceAddress address) {
        this.client = new ServiceClient(address, ErrorCode.STORAGE_UNAVAILABLE);
    }

    @Override
    public Created create(List<NewEvaluation> batch, @Nullable IdempotencyKey key) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("batch is empty");
        }
        return client.ask(ServiceCall.post("/records", new Wire.Creation(batch, key)).asRepeatable(), Created.class);
    }

    @Override
    public Optional<Evaluation> find(EvaluationId id) {
        return client.find(ServiceCall.get("/records/" + id), Evaluation.class);
    }

    /** The filters hold any text, which an address cannot: they travel as a body. */
    @Override
    public EvaluationPage list(EvaluationQuery query) {
        return client.ask(ServiceCall.post("/records/query", query).asRepeatable(), EvaluationPage.class);
    }

    @Override
    public List<Changed> apply(List<StatusChange> changes) {
        if (changes.isEmpty()) {
            return List.of();
        }
        return client.ask(ServiceCall.post("/changes", new Wire.Changes(changes)).asRepeatable(), Wire.ChangeAnswers.class)
                .answers();
    }

    @Override
    public boolean delete(EvaluationId id) {
        return client.ask(ServiceCall.delete("/records/" + id), Wire.Deletion.class).found();
    }

    @Override
    public List<TimelineEntry> timeline(EvaluationId id) {
        return entries("/records/" + id + "/timeline");
    }

    @Override
    public List<TimelineEntry> timelineAfter(long after, int limit) {
        return entries("/timeline?after=" + after + "&limit=" + limit);
    }

    private List<TimelineEntry> entries(String path) {
        return client.ask(ServiceCall.get(path), Wire.Entries.class).entries();
    }

    @Override
    public List<EvaluationId> unfinished(Instant before, @Nullable EvaluationId after, int limit) {
        String path = "/unfinished?before=" + before + "&limit=" + limit + (after == null ? "" : "&after=" + after);
        return client.ask(ServiceCall.get(path), Wire.Ids.class).ids();
    }

    @Override
    public Statistics statistics(@Nullable Instant since) {
        return client.ask(
                ServiceCall.get("/store/statistics" + (since == null ? "" : "?since=" + since)), Statistics.class);
    }

    /** The way there and back included. */
    @Override
    public Duration check() {
        long start = System.nanoTime();
        client.tell(ServiceCall.get("/store/check"));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() {
        client.close();
    }
}
