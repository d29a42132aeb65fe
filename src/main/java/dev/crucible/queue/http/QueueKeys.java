package dev.crucible.queue.http;

import dev.crucible.platform.http.EdgeKeys;
import java.util.List;
import java.util.stream.Stream;

/**
 * The keys of the queue's edge, by who shows them. With none at all the edge is open to whoever reaches it; with some,
 * what has no key of its own is closed.
 *
 * @param clients for those who submit
 * @param workers for those who take tasks and report
 * @param admins for those who may do anything
 */
public record QueueKeys(List<String> clients, List<String> workers, List<String> admins) {
    /** An edge that only this machine can reach. */
    public static final QueueKeys NONE = new QueueKeys(List.of(), List.of(), List.of());

    public QueueKeys {
        clients = List.copyOf(clients);
        workers = List.copyOf(workers);
        admins = List.copyOf(admins);
    }

    EdgeKeys forClients() {
        return opening(Stream.concat(clients.stream(), admins.stream()));
    }

    EdgeKeys forWorkers() {
        return opening(Stream.concat(workers.stream(), admins.stream()));
    }

    EdgeKeys forAll() {
        return EdgeKeys.of(all().toList());
    }

    EdgeKeys forAdmins() {
        return opening(admins.stream());
    }

    private EdgeKeys opening(Stream<String> keys) {
        return EdgeKeys.of(keys.toList()).among(forAll());
    }

    private Stream<String> all() {
        return Stream.of(clients, workers, admins).flatMap(List::stream);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "QueueKeys[" + clients.size() + " clients, " + workers.size() + " workers, " + admins.size() + " admins]";
    }
}
