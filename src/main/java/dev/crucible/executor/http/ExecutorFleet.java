package dev.crucible.executor.http;

import dev.crucible.executor.Capacity;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Language;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunningExecution;
import dev.crucible.executor.StopMode;
import dev.crucible.executor.http.FleetMember.View;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.http.ServiceAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several executors as one. A new execution goes to the one with the most free slots of those that can run it; what
 * concerns an execution goes to whoever holds it. One that cannot be reached is left out until it can be again: its
 * engines are told as unavailable, and nobody waits for it.
 */
public final class ExecutorFleet implements CodeExecutor, Part {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration ANSWER = PATIENCE.plusSeconds(1);
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(5);
    private static final long SLOT_PAUSE_MILLIS = 50;

    private final List<FleetMember> members;
    private final FleetOwners owners = new FleetOwners();
    private final ExecutorService asking = Threads.perTask("executor-fleet");

    /** @param addresses of the executors, at least one */
    public ExecutorFleet(List<ServiceAddress> addresses) {
        this(byUri(addresses));
    }

    /** @param executors by name; those that can be closed are closed with the fleet */
    ExecutorFleet(Map<String, CodeExecutor> executors) {
        if (executors.isEmpty()) {
            throw new IllegalArgumentException("a fleet needs an executor");
        }
        this.members = executors.entrySet().stream()
                .map(each -> new FleetMember(each.getKey(), each.getValue())).toList();
    }

    private static Map<String, CodeExecutor> byUri(List<ServiceAddress> addresses) {
        Map<String, CodeExecutor> executors = new LinkedHashMap<>();
        addresses.forEach(address ->
                executors.computeIfAbsent(address.uri().toString(), uri -> new RemoteExecutor(address, PATIENCE)));
        return executors;
    }

    @Override
    public void start() {
        members.forEach(FleetMember::start);
    }

    // ---- one execution ----

    @Override
    public void execute(ExecutionRequest request) {
        FleetMember holder = owners.of(request.id());
        if (holder != null && holder.view().reached()) {
            holder.executor().execute(request); // it knows whether that is a later attempt or the same id twice
            return;
        }
        long deadline = System.nanoTime() + SLOT_PATIENCE.toNanos();
        while (true) {
            Optional<FleetMember> free = freest(able(request));
            if (free.isPresent() && executed(request, free.get(), deadline)) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw PlatformException.retryLater(
                        ErrorCode.EXECUTOR_UNAVAILABLE, "Every slot of every executor is taken.", Duration.ofSeconds(1));
            }
            pause();
        }
    }

    /** False when it is full after all and there is time to look again. */
    private boolean executed(ExecutionRequest request, FleetMember member, long deadline) {
        try {
            member.executor().execute(request);
            owners.put(request.id(), member);
            return true;
        } catch (PlatformException e) {
            if (e.code() != ErrorCode.EXECUTOR_UNAVAILABLE || System.nanoTime() - deadline > 0) {
                throw e;
            }
            return false;
        }
    }

    /** Those that can run it; when there is none, throws what one of them says about that. */
    private List<FleetMember> able(ExecutionRequest request) {
        List<FleetMember> could = members.stream().filter(member -> member.view().couldRun(request.submission())).toList();
        List<FleetMember> able = could.stream().filter(member -> member.view().reached()).toList();
        if (!able.isEmpty()) {
            return able;
        }
        List<FleetMember> reached = reached();
        if (reached.isEmpty() || !could.isEmpty()) {
            throw PlatformException.retryLater(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "No executor that could run this can be reached." + missing(), Duration.ofSeconds(1));
        }
        return List.of(reached.stream()
                .filter(member -> member.view().engines().stream().anyMatch(
                        engine -> engine.name().equals(request.submission().engine())))
                .findFirst().orElse(reached.get(0)));
    }

    private Optional<FleetMember> freest(List<FleetMember> able) {
        if (able.size() == 1) {
            return Optional.of(able.get(0));
        }
        return askAll(able, CodeExecutor::capacity).entrySet().stream()
                .filter(each -> each.getValue().canAccept())
                .max(Comparator.comparingInt(each -> each.getValue().availableSlots()))
                .map(Map.Entry::getKey);
    }

    private static void pause() {
        try {
            Thread.sleep(SLOT_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.STOPPING, "The server is stopping.", e);
        }
    }

    @Override
    public Progress progress(EvaluationId id, long afterStdout, long afterStderr, Duration wait) {
        FleetMember owner = owners.of(id);
        if (owner != null && (owner.view().reached() || members.size() == 1)) {
            try {
                return owner.executor().progress(id, afterStdout, afterStderr, wait);
            } catch (PlatformException e) {
                if (e.code() != ErrorCode.NOT_FOUND) {
                    throw e;
                }
                owners.forget(id);
            }
        } else if (owner != null) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The executor of " + id + " cannot be reached." + missing());
        }
        Map<FleetMember, Progress> held = askAll(
                reached(), executor -> executor.progress(id, afterStdout, afterStderr, Duration.ZERO));
        for (Map.Entry<FleetMember, Progress> one : held.entrySet()) {
            owners.put(id, one.getKey());
            return one.getValue();
        }
        throw new PlatformException(ErrorCode.NOT_FOUND, "No executor that can be reached holds " + id + "." + missing());
    }

    /** False too when whoever holds it cannot be reached. */
    @Override
    public boolean kill(EvaluationId id, StopMode mode) {
        FleetMember owner = owners.of(id);
        if (owner != null && owner.view().reached() && killed(owner, id, mode)) {
            return true;
        }
        List<FleetMember> others = reached().stream().filter(member -> member != owner).toList();
        return askAll(others, executor -> executor.kill(id, mode)).containsValue(true);
    }

    private boolean killed(FleetMember owner, EvaluationId id, StopMode mode) {
        return askAll(List.of(owner), executor -> executor.kill(id, mode)).containsValue(true);
    }

    @Override
    public void release(EvaluationId id) {
        FleetMember owner = owners.of(id);
        owners.forget(id);
        if (owner != null) {
            owner.executor().release(id);
        } else {
            askAll(reached(), executor -> {
                executor.release(id);
                return true;
            });
        }
    }

    // ---- all of them ----

    @Override
    public List<RunningExecution> running() {
        return askAll(reached(), CodeExecutor::running).values().stream().flatMap(List::stream).toList();
    }

    @Override
    public Capacity capacity() {
        Collection<Capacity> all = askAll(reached(), CodeExecutor::capacity).values();
        if (all.isEmpty()) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "No executor can be reached." + missing());
        }
        return new Capacity(
                all.stream().map(Capacity::executorId).sorted().collect(Collectors.joining(",")),
                all.stream().mapToInt(Capacity::running).sum(), all.stream().mapToInt(Capacity::maxConcurrent).sum());
    }

    @Override
    public List<EngineStatus> engines() {
        Map<String, View> views = new LinkedHashMap<>();
        members.forEach(member -> views.put(member.name(), member.view()));
        return FleetEngines.of(views);
    }

    /** Those of every executor that was ever reached, the first one's word for a name that several know. */
    @Override
    public List<Language> languages() {
        Map<String, Language> all = new LinkedHashMap<>();
        members.forEach(member -> member.view().languages().forEach(language -> all.putIfAbsent(language.name(), language)));
        if (all.isEmpty()) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "No executor can be reached." + missing());
        }
        return List.copyOf(all.values());
    }

    private List<FleetMember> reached() {
        return members.stream().filter(member -> member.view().reached()).toList();
    }

    private String missing() {
        return members.stream()
                .filter(member -> !member.view().reached())
                .map(member -> " " + member.name() + ": " + member.view().missing())
                .collect(Collectors.joining());
    }

    /** The answers of those that give one in time, in the order of the members. */
    private <T> Map<FleetMember, T> askAll(List<FleetMember> whom, Function<CodeExecutor, T> question) {
        Map<FleetMember, CompletableFuture<T>> asked = new LinkedHashMap<>();
        whom.forEach(member -> asked.put(member, whom.size() == 1
                ? now(member, question)
                : CompletableFuture.supplyAsync(() -> question.apply(member.executor()), asking)));
        Map<FleetMember, T> answers = new LinkedHashMap<>();
        long deadline = System.nanoTime() + ANSWER.toNanos();
        asked.forEach((member, answer) -> {
            T value = inTime(answer, deadline);
            if (value != null) {
                answers.put(member, value);
            }
        });
        return answers;
    }

    private static <T> CompletableFuture<T> now(FleetMember member, Function<CodeExecutor, T> question) {
        try {
            return CompletableFuture.completedFuture(question.apply(member.executor()));
        } catch (PlatformException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static <T> @Nullable T inTime(CompletableFuture<T> answer, long deadline) {
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() {
        members.forEach(FleetMember::close);
        asking.shutdownNow();
    }
}
