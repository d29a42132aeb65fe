package dev.crucible.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The user ids that boxes get on the host, one each, and the groups of the same numbers. They come from 1,880,000,000 to
 * 2,126,000,000, which systemd's table of user ids leaves to nobody, and each data folder has a block of its own there: no
 * guest has the id of a service, of a user, or of another server's guest.
 *
 * @see <a href="https://systemd.io/UIDS-GIDS/">systemd's table</a>
 */
public enum GuestUids {
    SANDBOX,
    DOCKER,
    GVISOR;

    /** Ids of one engine. */
    public static final int EACH = 4096;

    private static final int BLOCK = EACH * values().length;
    private static final int FIRST = 1_880_000_000;
    private static final int BLOCKS = 20_000;
    /** What there is of ids in a user namespace of the usual size, at its upper end. */
    private static final int FIRST_OF_FEW = 65_536 - BLOCK;

    /**
     * The first of {@value #EACH} ids in a row.
     *
     * @param instance of the data folder
     * @param few whether there are only 65,536 ids, as in most user namespaces; then other users may have the same ones
     */
    public int first(String instance, boolean few) {
        int start = few ? FIRST_OF_FEW : FIRST + Math.floorMod(instance.hashCode(), BLOCKS) * BLOCK;
        return start + ordinal() * EACH;
    }

    /** Whether this process has only few ids to give. */
    public static boolean fewHere() {
        try {
            return few(Files.readAllLines(Path.of("/proc/self/uid_map"))) || few(Files.readAllLines(Path.of("/proc/self/gid_map")));
        } catch (IOException e) {
            return false; // a host with no user namespaces has all ids
        }
    }

    /** @param map lines of an id inside, one outside, and how many follow */
    static boolean few(List<String> map) {
        return map.stream()
                .map(line -> line.strip().split("\\s+"))
                .noneMatch(range -> Long.parseLong(range[0]) <= FIRST
                        && Long.parseLong(range[0]) + Long.parseLong(range[2]) >= FIRST + (long) BLOCKS * BLOCK);
    }
}
