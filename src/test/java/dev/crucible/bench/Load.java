package dev.crucible.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that do the same thing again and again, each on its own thread and connection. */
final class Load {
    /** One client; opened on its own thread. */
    interface Client extends AutoCloseable {
        void once() throws Exception;
    }

    /** What came of it: how long each call took, and how long all of them together. */
    record Result(Samples times, double seconds) {
        double perSecond() {
            return times.count() / seconds;
        }
    }

    private Load() {}

    /** Runs {@code clients} for so long; the first failure ends it all. */
    static Result during(Duration time, int clients, Callable<Client> open) throws Exception {
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        List<double[]> times = together(clients, () -> callUntil(end, open));
        return result(times, begin);
    }

    /** Calls {@code count} times in all. */
    static Result times(int count, int clients, Callable<Client> open) throws Exception {
        long begin = System.nanoTime();
        return result(together(clients, () -> callTimes(count / clients, open)), begin);
    }

    private static Result result(List<double[]> times, long begin) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Result(new Samples(times.stream().flatMapToDouble(Arrays::stream).toArray()), seconds);
    }

    private static double[] callUntil(long end, Callable<Client> open) throws Exception {
        List<Double> millis = new ArrayList<>();
        try (Client client = open.call()) {
            for (long now = System.nanoTime(); now < end; ) {
                client.once();
                long then = System.nanoTime();
                millis.add((then - now) / 1e6);
                now = then;
            }
        }
        return millis.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] callTimes(int count, Callable<Client> open) throws Exception {
        double[] millis = new double[count];
        try (Client client = open.call()) {
            for (int i = 0; i < count; i++) {
                long begin = System.nanoTime();
                client.once();
                millis[i] = (System.nanoTime() - begin) / 1e6;
            }
        }
        return millis;
    }

    private static List<double[]> together(int clients, Callable<double[]> body) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<double[]>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(body));
            }
            List<double[]> results = new ArrayList<>();
            for (Future<double[]> one : running) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }
}
