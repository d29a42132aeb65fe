package dev.crucible.executor.http;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.PoolFigures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The engines of several executors as one list: an engine is there when any of them has it, and says where it is not. */
final class FleetEngines {
    private final Map<String, FleetMember.View> members;

    private record At(String member, EngineStatus engine) {}

    private FleetEngines(Map<String, FleetMember.View> members) {
        this.members = members;
    }

    /** @param members what is known of each, by its name */
    static List<EngineStatus> of(Map<String, FleetMember.View> members) {
        FleetEngines all = new FleetEngines(members);
        return all.names().stream().map(all::engine).toList();
    }

    /** Strongest first; the usual ones where nobody has said which there are. */
    private Set<String> names() {
        Set<String> told = members.values().stream()
                .flatMap(view -> view.engines().stream()).map(EngineStatus::name).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> names = new LinkedHashSet<>(ExecutorConfig.STRONGEST_FIRST);
        if (!told.isEmpty()) {
            names.retainAll(told);
            names.addAll(told);
        }
        return names;
    }

    private EngineStatus engine(String name) {
        List<At> there = new ArrayList<>();
        Map<String, String> missing = new LinkedHashMap<>();
        members.forEach((member, view) -> {
            EngineStatus engine = view.engines().stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
            if (!view.reached()) {
                missing.put(member, String.valueOf(view.missing()));
            } else if (engine == null) {
                missing.put(member, "It has no such engine.");
            } else {
                there.add(new At(member, engine));
            }
        });
        return merged(name, there, missing);
    }

    private static EngineStatus merged(String name, List<At> there, Map<String, String> missing) {
        List<At> working = there.stream().filter(at -> at.engine().available()).toList();
        there.stream().filter(at -> !at.engine().available())
                .forEach(at -> missing.put(at.member(), at.engine().detail()));
        EngineStatus first = !working.isEmpty() ? working.get(0).engine() : there.isEmpty() ? null : there.get(0).engine();
        if (first == null) {
            return new EngineStatus(
                    name, false, null, where("", missing), "Start an executor that has it, or see why it cannot be reached",
                    List.of(), Map.of());
        }
        return new EngineStatus(
                name, !working.isEmpty(), first.version(), detail(first, missing), first.remedy(),
                there.stream().flatMap(at -> at.engine().weaknesses().stream()).distinct().toList(),
                languages(working.isEmpty() ? there : working), first.proofs(),
                pool(there.stream().map(at -> at.engine().pool()).filter(Objects::nonNull).toList()));
    }

    private static String detail(EngineStatus first, Map<String, String> missing) {
        boolean saysItAll = missing.isEmpty() || Set.copyOf(missing.values()).equals(Set.of(first.detail()));
        return saysItAll ? first.detail() : first.available() ? first.detail() + " " + where("Not on ", missing) : where("", missing);
    }

    private static String where(String before, Map<String, String> missing) {
        return missing.entrySet().stream()
                .map(each -> before + each.getKey() + ": " + each.getValue()).collect(Collectors.joining(" "));
    }

    /** Each as it is where it runs, or else where it does not. */
    private static Map<String, LanguageStatus> languages(List<At> engines) {
        Map<String, LanguageStatus> all = new TreeMap<>();
        engines.forEach(at -> at.engine().languages().forEach((name, status) -> all.merge(
                name, status, (known, other) -> known.available() ? known : other)));
        return all;
    }

    private static @Nullable PoolFigures pool(Collection<PoolFigures> pools) {
        return pools.stream().reduce(FleetEngines::sum).orElse(null);
    }

    private static PoolFigures sum(PoolFigures a, PoolFigures b) {
        Map<String, Long> destroyed = new TreeMap<>(a.destroyed());
        b.destroyed().forEach((why, count) -> destroyed.merge(why, count, Long::sum));
        Double slower = Stream.of(a, b).map(PoolFigures::prepareP50Millis).filter(Objects::nonNull)
                .max(Double::compare).orElse(null);
        return new PoolFigures(
                a.ready() + b.ready(), a.target() + b.target(), a.inUse() + b.inUse(), a.recentPeak() + b.recentPeak(),
                a.most() + b.most(), a.hits() + b.hits(), a.misses() + b.misses(), a.built() + b.built(), destroyed, slower);
    }
}
