package dev.crucible.executor;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine without walls, whose supervisor says what a test has it say: for what real engines do only when they break. */
final class ScriptedEngine implements Engine {
    final CountDownLatch opening = new CountDownLatch(1);
    final CountDownLatch mayOpen;
    final ScriptedBox box = new ScriptedBox();
    final AtomicInteger looks = new AtomicInteger();
    final AtomicInteger sweeps = new AtomicInteger();
    volatile boolean available = true;
    volatile boolean broken;
    volatile boolean closed;

    ScriptedEngine(boolean opensAtOnce) {
        this.mayOpen = new CountDownLatch(opensAtOnce ? 0 : 1);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public EngineStatus probe() {
        Map<String, EngineStatus.LanguageStatus> languages = new HashMap<>();
        languages.put("python", new EngineStatus.LanguageStatus(true, "3.0", null, null));
        languages.put("bash", new EngineStatus.LanguageStatus(false, null, "bash is missing.", "Type: get bash"));
        looks.incrementAndGet();
        return new EngineStatus(
                "scripted", available, "1", "It is a script.", available ? null : "Type: get one", List.of(), languages);
    }

    @Override
    public Box open(BoxSpec spec) {
        opening.countDown();
        try {
            mayOpen.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (broken) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The walls fell down.");
        }
        return box;
    }

    @Override
    public void sweep() {
        sweeps.incrementAndGet();
    }

    @Override
    public void close() {
        closed = true;
    }

    static final class ScriptedBox implements Box {
        final ByteArrayOutputStream told = new ByteArrayOutputStream();
        final CountDownLatch killed = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        volatile Evidence evidence = Evidence.NONE;
        private final BlockingQueue<byte[]> says = new LinkedBlockingQueue<>();

        void says(byte type, String payload) {
            byte[] text = payload.getBytes(StandardCharsets.UTF_8);
            says.add(ByteBuffer.allocate(5 + text.length).put(type).putInt(text.length).put(text).array());
        }

        /** Its stream ends after what it said. */
        void vanishes() {
            says.add(new byte[0]);
        }

        @Override
        public OutputStream input() {
            return told;
        }

        @Override
        public InputStream output() {
            return new InputStream() {
                private ByteBuffer current = ByteBuffer.allocate(0);
                private boolean ended;

                @Override
                public int read() {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] into, int offset, int length) {
                    try {
                        if (!current.hasRemaining() && !ended) {
                            current = ByteBuffer.wrap(says.take());
                            ended = !current.hasRemaining();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        ended = true;
                    }
                    if (ended) {
                        return -1;
                    }
                    int count = Math.min(length, current.remaining());
                    current.get(into, offset, count);
                    return count;
                }
            };
        }

        @Override
        public void kill() {
            killed.countDown();
            vanishes();
        }

        @Override
        public Evidence evidence() {
            return evidence;
        }

        @Override
        public void begin(Limits limits) {}

        @Override
        public boolean awaitNext() {
            return false;
        }

        @Override
        public void release() {
            close();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
