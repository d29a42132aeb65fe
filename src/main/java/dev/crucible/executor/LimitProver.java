package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.concurrent.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a small program against each {@link Wall} of an engine, all in one box for as long as that serves. One that does
 * not hold is tried once more in a new box: only a wall that fails twice has failed.
 */
final class LimitProver implements Prover {
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);
    /** In whose image the programs run, if it is there: they need a shell and little else. */
    private static final List<String> BEST_LANGUAGES = List.of("bash", "python");

    private final List<Language> languages;
    private final InstantSource clock;
    private final Patience patience;

    LimitProver(List<Language> languages, InstantSource clock, Patience patience) {
        this.languages = languages;
        this.clock = requireNonNull(clock, "clock is null");
        this.patience = patience;
    }

    @Override
    public List<LimitProof> prove(Engine engine, EngineStatus status) {
        Language language = language(status).orElse(null);
        if (language == null) {
            return List.of();
        }
        try (Scene scene = new Scene(engine, language)) {
            List<LimitProof> proofs = new ArrayList<>();
            for (Wall wall : Wall.values()) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new IllegalStateException("the server is stopping");
                }
                proofs.add(scene.prove(wall));
            }
            return proofs;
        } catch (IOException e) {
            throw new IllegalStateException("the proofs could not be set up: " + e, e);
        }
    }

    private Optional<Language> language(EngineStatus status) {
        return Stream.concat(
                        BEST_LANGUAGES.stream().flatMap(name -> languages.stream().filter(l -> l.name().equals(name))),
                        languages.stream())
                .filter(language -> {
                    EngineStatus.LanguageStatus there = status.languages().get(language.name());
                    return there != null && there.available();
                })
                .findFirst();
    }

    /** What the programs may not reach, and the box they run in. */
    private final class Scene implements AutoCloseable {
        private final Engine engine;
        private final Language language;
        private final ScheduledExecutorService timer = Threads.scheduler("limit-proof");
        private final Backstop backstop = new Backstop(timer, Runnable::run);
        private final String secret = UUID.randomUUID().toString();
        private final Path canary;
        private final ServerSocketChannel listener;
        private @Nullable Box box;

        Scene(Engine engine, Language language) throws IOException {
            this.engine = engine;
            this.language = language;
            // Every user of the host may read it, so that a user of its own is not all that keeps a program from it.
            this.canary = Files.createTempFile("crucible-canary-", "", PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-r--r--")));
            Files.writeString(canary, secret);
            this.listener = ServerSocketChannel.open();
            listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            listener.configureBlocking(false);
        }

        LimitProof prove(Wall wall) throws IOException {
            Wall.Judgement judgement = attempt(wall);
            if (!judgement.held()) {
                leave();
                judgement = attempt(wall);
            }
            return new LimitProof(wall.wire(), judgement.held(), judgement.evidence(), clock.instant());
        }

        private Wall.Judgement attempt(Wall wall) throws IOException {
            Box in = box == null ? open() : box;
            Written written = new Written();
            GuestRun.Ran ran = new GuestRun(
                            in, wall.program(canary.toString(), port()), written, new Leash(backstop, patience),
                            patience.of(START_PATIENCE))
                    .run(language, false, System.nanoTime());
            boolean weakMemory = in.rlimits().containsKey("data");
            if (!ran.reported() || !in.awaitNext()) {
                leave();
            }
            Verdict verdict = ran.verdict();
            if (verdict.reason() == Reason.SANDBOX_ERROR) {
                throw new IllegalStateException("the proof of " + wall.wire() + " could not be run: " + verdict.detail());
            }
            return wall.judge(new Wall.Seen(verdict, written.text(), written.bytes, weakMemory, betrayed(written)));
        }

        private @Nullable String betrayed(Written written) throws IOException {
            if (written.text().contains(secret)) {
                return "the file's content is in its output";
            }
            try (SocketChannel caller = listener.accept()) {
                return caller == null ? null : "a listener of the host was called";
            }
        }

        private int port() throws IOException {
            return ((InetSocketAddress) listener.getLocalAddress()).getPort();
        }

        /** New, or its counters might tell of what ran before; and of nobody's making, so that no user waits for it. */
        private Box open() {
            Box opened = engine.open(new BoxSpec(
                    "proof-" + Long.toHexString(System.nanoTime()), language, Wall.limits(), Isolation.COLD, true));
            box = opened;
            return opened;
        }

        private void leave() {
            Box last = box;
            box = null;
            if (last != null) {
                last.close();
            }
        }

        @Override
        public void close() throws IOException {
            try (listener) {
                leave();
            } finally {
                timer.shutdownNow();
                Files.deleteIfExists(canary);
            }
        }
    }

    /** What a program wrote to both streams, up to the cap of each. */
    private static final class Written implements GuestRun.Sink {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private long bytes;

        @Override
        public boolean append(OutputStreamName stream, byte[] chunk) {
            long room = Wall.limits().outputBytes() - bytes;
            int fits = (int) Math.min(chunk.length, room);
            kept.write(chunk, 0, fits);
            bytes += fits;
            return fits == chunk.length;
        }

        String text() {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
