package dev.crucible.app.cli;

/** What the process ends with; said in every {@code --help}. */
final class ExitCode {
    static final int OK = 0;
    /** The answer is no: the program failed, the machine cannot run code, the evaluation had ended already. */
    static final int NEGATIVE = 1;

    static final int USAGE = 2;
    static final int UNREACHABLE = 3;
    static final int REFUSED = 4;

    /** With {@code --exit-code}, for a guest that a time limit stopped; as {@code timeout(1)} does. */
    static final int GUEST_TIMEOUT = 124;
    /** With {@code --exit-code}, for a guest that ended with neither an exit code nor a signal. */
    static final int GUEST_STOPPED = 125;
    /** With {@code --exit-code}, added to the number of the signal that ended the guest; as shells do. */
    static final int GUEST_SIGNAL = 128;

    private ExitCode() {}
}
