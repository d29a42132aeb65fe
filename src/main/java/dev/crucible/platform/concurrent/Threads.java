package dev.crucible.platform.concurrent;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Where every thread of the server comes from: named, and daemon so that none keeps a stopping process alive. */
public final class Threads {
    private static final boolean VIRTUAL = Runtime.version().feature() >= 21;

    private Threads() {}

    /** Platform threads named {@code name-1}, {@code name-2}, … */
    public static ThreadFactory named(String name) {
        AtomicLong count = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** A thread that is not started yet. */
    public static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Waits up to {@code patience} for a thread that was told to end, then interrupts it. */
    public static void end(Thread thread, Duration patience) {
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }

    /**
     * Does work that an interrupt must not cut short: on a thread that nobody interrupts, while the caller waits for it,
     * as long as {@code patience} at most. An interrupt of the caller meanwhile is not lost.
     */
    public static void uninterrupted(String name, Duration patience, Runnable work) {
        Thread thread = daemon(name, work);
        thread.start();
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        for (long left = patience.toMillis(); thread.isAlive() && left > 0;
                left = (deadline - System.nanoTime()) / 1_000_000) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One thread for small timed work; tasks must not block for long. */
    public static ScheduledExecutorService scheduler(String name) {
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, named(name));
        scheduler.setRemoveOnCancelPolicy(true);
        return scheduler;
    }

    /** At most {@code threads} platform threads and {@code waiting} tasks; one more is refused at once. */
    public static ExecutorService bounded(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * A thread per task: virtual on a runtime that has them (21 and later), cached daemon threads elsewhere. It has no
     * bound of its own: the caller bounds the number of tasks.
     */
    public static ExecutorService perTask(String name) {
        return VIRTUAL ? virtual() : Executors.newCachedThreadPool(named(name));
    }

    private static ExecutorService virtual() {
        try {
            Method factory = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (ExecutorService) factory.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a runtime from 21 on has virtual threads", e);
        }
    }
}
