package dev.crucible.app;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The parts of the platform that can run as processes of their own. */
public enum ServerModule {
    /** The gateway: validates, stores, enqueues, answers; the dashboard. */
    API,
    /** The queue with its journal; records what comes of the tasks. */
    QUEUE,
    /** The records, the outputs and the bus of events. */
    STORAGE,
    /** Leases tasks and runs them; answers for what it runs. */
    WORKER;

    static final Set<ServerModule> ALL = Set.of(values());

    /** As it is typed. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Words parted by commas; {@code all} for every one. */
    static Set<ServerModule> parse(String text) {
        Set<ServerModule> modules = EnumSet.noneOf(ServerModule.class);
        for (String part : text.toLowerCase(Locale.ROOT).split(",")) {
            String word = part.strip();
            if (word.equals("all")) {
                modules.addAll(ALL);
            } else {
                modules.add(List.of(values()).stream().filter(module -> module.word().equals(word)).findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("names something that is no module")));
            }
        }
        return Set.copyOf(modules);
    }

    /** {@code api, queue}, in the order of the way of an evaluation. */
    static String words(Set<ServerModule> modules) {
        return String.join(", ", new TreeSet<>(modules).stream().map(ServerModule::word).toList());
    }
}
