package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an engine brings the supervisor of a new box to where it waits for runs.
 *
 * @param policy the system call filter of every run
 * @param interpreter the language whose interpreter the box loads, or null for none
 * @param diskBytes the size of the writable folders that are made ahead
 * @param uid whom programs run as, or 0 for the supervisor's own user
 */
public record BoxSetup(byte[] policy, @Nullable Language interpreter, long diskBytes, long uid) {
    public BoxSetup {
        requireNonNull(policy, "policy is null");
    }

    /**
     * What the supervisor says of itself when it is ready.
     *
     * @param isolated whether runs have namespaces of their own
     * @param fork whether an interpreter is loaded
     * @param spent whether it can serve no other run
     */
    public record Ready(boolean isolated, boolean fork, boolean spent) {}

    /**
     * The setup of this machine's boxes.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if there is no system call filter for this machine
     */
    public static BoxSetup of(@Nullable Language interpreter, long diskBytes, long uid) {
        byte[] policy = SeccompFilter.forArchitecture(System.getProperty("os.arch")).orElseThrow(() -> new PlatformException(
                ErrorCode.EXECUTOR_UNAVAILABLE, "There is no system call filter for this machine."));
        return new BoxSetup(policy, interpreter, diskBytes, uid);
    }

    /** Sends all that the supervisor needs before {@link #awaitReady} can succeed twice. */
    public void send(OutputStream supervisor) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(message);
        SupervisorChannel.frame(out, SupervisorProtocol.POLICY, policy);
        String limits = "disk=" + diskBytes + "\nuid=" + uid + "\n";
        SupervisorChannel.frame(out, SupervisorProtocol.LIMITS, limits.getBytes(StandardCharsets.UTF_8));
        if (interpreter != null) {
            GuestProgram loaded = GuestProgram.interpreter(interpreter);
            SupervisorChannel.frame(out, SupervisorProtocol.ENV, SupervisorChannel.environment(loaded));
            SupervisorChannel.frame(out, SupervisorProtocol.ARGV, SupervisorChannel.words(loaded.command()));
        }
        SupervisorChannel.frame(out, SupervisorProtocol.PREPARE, SupervisorChannel.mode(interpreter != null));
        message.writeTo(supervisor);
        supervisor.flush();
    }

    /**
     * Waits for the supervisor's word that it is ready: first for {@link #send}, then for a run, and after each run for
     * the next.
     *
     * @throws IOException if it says anything else, with its own words where it has some
     */
    public static Ready awaitReady(InputStream supervisor) throws IOException {
        Optional<SupervisorChannel.Frame> frame = SupervisorChannel.next(new DataInputStream(supervisor));
        if (frame.isEmpty()) {
            throw new IOException("it ended");
        }
        String text = frame.get().text();
        if (frame.get().type() == SupervisorProtocol.FAULT) {
            throw new IOException(text);
        }
        if (frame.get().type() != SupervisorProtocol.READY) {
            throw new IOException("it spoke out of turn");
        }
        Map<String, String> values = ExitReport.lines(text);
        return new Ready(
                "1".equals(values.get("isolated")), "1".equals(values.get("fork")), "1".equals(values.get("spent")));
    }
}
