package dev.crucible.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was asked for on the command line.
 *
 * @param quick fewer rounds
 * @param full a million tasks in the queue where there are else a hundred thousand
 * @param chosen in the order in which they are run
 */
record Options(boolean quick, boolean full, boolean help, List<Subject> chosen) {
    /** @throws IllegalArgumentException naming what is not known */
    static Options parse(String[] words) {
        boolean quick = false;
        boolean full = false;
        boolean help = false;
        List<Subject> chosen = new ArrayList<>();
        for (String word : words) {
            switch (word) {
                case "--quick" -> quick = true;
                case "--full" -> full = true;
                case "--help", "-h" -> help = true;
                default -> chosen.add(Subject.named(word).orElseThrow(() -> new IllegalArgumentException(
                        "There is no benchmark " + word + ". Known are: " + names() + ".")));
            }
        }
        return new Options(
                quick, full, help,
                chosen.isEmpty() ? Subject.usual() : chosen.stream().sorted().distinct().toList());
    }

    /** One of two numbers of rounds. */
    int rounds(int usual, int quickly) {
        return quick ? quickly : usual;
    }

    static String names() {
        return Arrays.stream(Subject.values()).map(Subject::word).collect(Collectors.joining(", "));
    }

    static String usage(String program) {
        String subjects = Arrays.stream(Subject.values())
                .map(subject -> String.format("  %-12s %s%n", subject.word(), subject.about()))
                .collect(Collectors.joining());
        return """
                Usage: %s bench [--quick] [--full] [NAME...]

                Measures Crucible beside a baseline in the same run and prints one table. Takes about fifteen minutes, or
                eight with --quick; --full adds a queue of a million tasks. The engines docker and gvisor, and docker run
                beside them, are measured where DOCKER_HOST (else /var/run/docker.sock) leads to an engine with the base
                image; Celery on Redis and on RabbitMQ where Debian's packages are installed:
                apt-get install %s.
                Everything it starts it stops, and it leaves no file behind. The figures of a machine that does other
                work meanwhile say little: the load is printed with them.

                %s
                Without a name all are run but soak. Exit code 1 when something could not be measured; a missed budget is no
                error.
                """.formatted(program, Celery.PACKAGES, subjects);
    }
}
