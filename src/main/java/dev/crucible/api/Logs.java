package dev.crucible.api;

import dev.crucible.storage.Evaluation;

/**
 * What a program wrote beyond the offsets that were asked for. The arrays are not copied.
 *
 * @param stdout at most about 1 MiB; ends at the end of a character while more may come
 * @param nextStdout the offset to ask with for what comes after
 * @param live whether the executor answered, and not the store
 */
public record Logs(
        Evaluation evaluation, byte[] stdout, byte[] stderr, long nextStdout, long nextStderr, boolean live) {}
