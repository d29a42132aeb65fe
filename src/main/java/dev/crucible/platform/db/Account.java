package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who PostgreSQL runs as. It refuses to be root, so a root process hands its folders and its programs to a number that
 * nobody else has; any other process runs it as itself.
 */
final class Account {
    /** Above what distributions give to people and services, below what containers map. */
    private static final int DEDICATED_ID = 61_999;

    private static final List<String> SEARCH =
            List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin");

    private final boolean root;

    private Account(boolean root) {
        this.root = root;
    }

    static Account current() {
        try {
            return new Account(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
        } catch (IOException | UnsupportedOperationException e) {
            return new Account(System.getProperty("user.name").equals("root"));
        }
    }

    boolean root() {
        return root;
    }

    void own(Path folder) throws IOException {
        if (root) {
            Folders.own(folder, DEDICATED_ID);
        }
    }

    /** Whether every folder on the way to {@code path} lets the account pass. */
    boolean reaches(Path path) throws IOException {
        if (!root) {
            return true;
        }
        for (Path folder = path; folder != null; folder = folder.getParent()) {
            if (!Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The command that runs {@code command} as this account, in a session of its own: a Ctrl-C at the terminal must not
     * end the database before the server that uses it has finished.
     */
    List<String> command(List<String> command) {
        List<String> line = new ArrayList<>();
        find("setsid").ifPresent(line::add);
        if (root) {
            line.addAll(dropTo(DEDICATED_ID));
        }
        line.addAll(command);
        return line;
    }

    /**
     * {@code initdb} looks its own user up in the system's user list, where the dedicated number is not. So root runs it
     * as a user that is listed and gives the result to the dedicated one.
     */
    Borrowed forInitdb() throws IOException {
        return root ? new Borrowed(listedId()) : new Borrowed(-1);
    }

    /** @param id the user to become, or -1 to stay */
    record Borrowed(int id) {
        List<String> command(List<String> command) {
            List<String> line = new ArrayList<>();
            if (id >= 0) {
                line.addAll(dropTo(id));
            }
            line.addAll(command);
            return line;
        }

        void own(Path folder) throws IOException {
            if (id >= 0) {
                Folders.own(folder, id);
            }
        }
    }

    private static int listedId() throws IOException {
        int lowest = Integer.MAX_VALUE;
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":");
            if (fields.length > 2 && fields[2].matches("\\d{1,9}")) {
                int id = Integer.parseInt(fields[2]);
                if (fields[0].equals("nobody")) {
                    return id;
                }
                lowest = id > 0 ? Math.min(lowest, id) : lowest;
            }
        }
        if (lowest == Integer.MAX_VALUE) {
            throw new PlatformException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "The embedded PostgreSQL needs a user other than root in /etc/passwd to be set up. Add one, start the"
                            + " server as another user, or set DATABASE_URL");
        }
        return lowest;
    }

    private static List<String> dropTo(int id) {
        Optional<String> setpriv = find("setpriv");
        if (setpriv.isPresent()) {
            return List.of(setpriv.get(), "--reuid=" + id, "--regid=" + id, "--clear-groups");
        }
        Optional<String> chroot = find("chroot");
        if (chroot.isPresent()) {
            return List.of(chroot.get(), "--userspec=+" + id + ":+" + id, "--groups=+" + id, "/");
        }
        throw new PlatformException(
                ErrorCode.STORAGE_UNAVAILABLE,
                "PostgreSQL refuses to run as root, and neither setpriv (util-linux) nor chroot (coreutils) is here to"
                        + " change the user. Install one, start the server as another user, or set DATABASE_URL");
    }

    private static Optional<String> find(String program) {
        return SEARCH.stream().map(folder -> Path.of(folder, program)).filter(Files::isExecutable)
                .map(Path::toString).findFirst();
    }
}
