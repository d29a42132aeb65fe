package dev.crucible.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What of this host a sandbox may be shown. A mount is judged by where it really leads, since a link is followed when it
 * is mounted.
 */
final class MountRules {
    /** Neither they nor anything in them. */
    private static final List<String> CLOSED = List.of(
            "/root", "/proc", "/sys", "/dev", "/run", "/var/run", "/boot", "/tmp", "/work", "/var/lib/docker",
            "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d",
            "/etc/ssl/private", "/etc/ssh", "/etc/krb5.keytab", "/etc/docker");
    /** Not they themselves: too much is in them. Single folders in them may be shown. */
    private static final List<String> TOO_WIDE = List.of("/", "/etc", "/home", "/var", "/var/lib", "/srv", "/opt", "/mnt", "/media");

    private final List<Path> closed;
    private final List<Path> tooWide;

    /**
     * @param home the data folder
     * @param userHome the home folder of the server's user
     * @param dockerSocket the Docker engine's
     */
    MountRules(Path home, Path userHome, Path dockerSocket) {
        this.closed = Stream.concat(CLOSED.stream().map(Path::of), Stream.of(home, dockerSocket))
                .flatMap(MountRules::asWrittenAndReal).distinct().toList();
        this.tooWide = Stream.concat(TOO_WIDE.stream().map(Path::of), Stream.of(userHome))
                .flatMap(MountRules::asWrittenAndReal).distinct().toList();
    }

    /** What is wrong with mounts that must be there, a sentence's end each; the mount's name is its beginning. */
    List<String> problems(List<Path> mounts) {
        List<String> problems = new ArrayList<>();
        for (Path mount : mounts) {
            if (!Files.exists(mount)) {
                problems.add(mount + " does not exist");
            } else {
                refusal(mount).ifPresent(problems::add);
            }
        }
        return problems;
    }

    /** Why a mount must not be shown, if it must not. */
    Optional<String> refusal(Path mount) {
        List<Path> places = asWrittenAndReal(mount).toList();
        for (Path place : places) {
            for (Path secret : closed) {
                if (place.startsWith(secret)) {
                    return Optional.of(mount + " lies in " + secret + ", which sandboxes must not see");
                }
                if (secret.startsWith(place)) {
                    return Optional.of(mount + " holds " + secret + ", which sandboxes must not see");
                }
            }
            for (Path wide : tooWide) {
                if (wide.startsWith(place)) {
                    return Optional.of(mount + " is too wide; name single folders in it");
                }
            }
        }
        return Optional.empty();
    }

    private static Stream<Path> asWrittenAndReal(Path path) {
        Path written = path.toAbsolutePath().normalize();
        try {
            return Stream.of(written, written.toRealPath());
        } catch (IOException e) {
            return Stream.of(written);
        }
    }
}
