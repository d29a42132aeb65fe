package dev.crucible.queue.http;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.queue.Lease;
import dev.crucible.queue.Task;
import java.util.Base64;

/** A lease as it travels. */
final class LeaseViews {
    private LeaseViews() {}

    static QueueAnswers.WholeLease whole(Lease lease) {
        Task task = lease.task();
        return new QueueAnswers.WholeLease(task.id().value(), task.submitter(), task.submission(), view(lease));
    }

    static QueueAnswers.PlainLease plain(Lease lease) {
        Submission submission = lease.task().submission();
        Limits limits = submission.limits();
        return new QueueAnswers.PlainLease(
                lease.task().id().value(), submission.code(), submission.language(), submission.engine(),
                QueueAnswers.seconds(limits.timeout()), submission.priority(), submission.stdin(), submission.args(),
                submission.env(), QueueAnswers.seconds(limits.cpuTime()), limits.memoryBytes(), limits.cpuMillis() / 1000.0,
                limits.diskBytes(), limits.outputBytes(), limits.pids(), submission.isolation().wire(),
                submission.files().stream()
                        .map(file -> new QueueAnswers.FileView(
                                file.path(), Base64.getEncoder().encodeToString(file.content()), "base64"))
                        .toList(),
                submission.entrypoint(), submission.traceparent(), view(lease));
    }

    private static QueueAnswers.LeaseView view(Lease lease) {
        return new QueueAnswers.LeaseView(lease.token().wire(), QueueAnswers.seconds(lease.expiresIn()), lease.attempt(),
                QueueAnswers.seconds(lease.waited()));
    }
}
