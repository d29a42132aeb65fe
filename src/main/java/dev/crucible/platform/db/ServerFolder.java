package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of an embedded server: {@code bin-…} the programs, {@code data} and {@code log} which the server's account
 * owns, {@code password} which only the starting user can read, and {@code lock}.
 */
final class ServerFolder {
    static final String DATABASE = "crucible";
    static final String USER = "crucible";

    private static final Logger LOG = LoggerFactory.getLogger(ServerFolder.class);
    private static final Path ELSEWHERE = Path.of("/var/lib/crucible");
    private static final Duration INITDB = Duration.ofMinutes(2);
    private static final String SUPERUSER = "postgres";

    private ServerFolder() {}

    /**
     * The real folder behind {@code asked}. A root process keeps its data behind a door that its PostgreSQL cannot pass
     * when a parent is closed to others, as root's home is: then the data goes to {@code /var/lib/crucible} and
     * {@code asked} becomes a link to it.
     */
    static Path reachable(Path asked, Account account) throws IOException {
        if (Files.exists(asked)) {
            Path real = asked.toRealPath();
            Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx--x--x"));
            if (!account.reaches(real)) {
                throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE,
                        "PostgreSQL cannot run as root, and no other user can reach " + real
                                + ". Open its parent folders for passing (chmod o+x) or choose another data folder");
            }
            return real;
        }
        Files.createDirectories(asked.getParent());
        if (account.reaches(asked.getParent().toRealPath())) {
            Folders.create(asked, "rwx--x--x");
            return asked.toRealPath();
        }
        Files.createDirectories(ELSEWHERE);
        Path real = Files.createTempDirectory(ELSEWHERE, "postgres-");
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx--x--x"));
        Files.createSymbolicLink(asked, real);
        LOG.atWarn().addKeyValue("asked", asked).addKeyValue("folder", real)
                .log("The user that PostgreSQL runs as cannot pass the parents of the data folder; the database is kept"
                        + " elsewhere and the data folder links to it");
        return real;
    }

    /** Made once with the folder, readable by the starting user alone. */
    static String password(Path folder) throws IOException {
        Path file = folder.resolve("password");
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        Path draft = Files.createTempFile(folder, "password-", "", PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, HexFormat.of().formatHex(random) + "\n");
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        return HexFormat.of().formatHex(random);
    }

    /**
     * Makes the data directory when there is none, and checks it when there is.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if it is of another major version
     */
    static void prepareData(Path folder, PostgresBinaries binaries, Account account, String password)
            throws IOException {
        Path data = folder.resolve("data");
        if (!Files.exists(data)) {
            removeDrafts(folder);
            create(folder, data, binaries, account, password);
        } else {
            checkVersion(data, binaries);
        }
        Path log = folder.resolve("log");
        Folders.create(log, "rwx------");
        account.own(log);
    }

    private static void removeDrafts(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.filter(c -> c.getFileName().toString().startsWith("init-")).toList()) {
                Folders.delete(child);
            }
        }
    }

    private static void checkVersion(Path data, PostgresBinaries binaries) throws IOException {
        Path file = data.resolve("PG_VERSION");
        String found = Files.isRegularFile(file) ? Files.readString(file).strip() : "none";
        if (!found.equals(binaries.majorVersion())) {
            throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE,
                    "The data in " + data + " was made by PostgreSQL " + found + " and this build carries PostgreSQL "
                            + binaries.majorVersion() + ", which cannot read it. Use the build that made it, or move the"
                            + " folder away to begin anew");
        }
    }

    /** In a draft that is renamed at the end, so a data directory that exists is whole. */
    private static void create(
            Path folder, Path data, PostgresBinaries binaries, Account account, String password) throws IOException {
        Path draft = Files.createTempDirectory(folder, "init-");
        Path secret = draft.resolve("password");
        Path made = draft.resolve("data");
        Files.createFile(secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, password + "\n");
        Account.Borrowed builder = account.forInitdb();
        builder.own(draft);
        initdb(binaries, builder, made, secret);
        String accounts = "create role " + USER + " login createdb password '" + password + "';\n"
                + "create database " + DATABASE + " owner " + USER + ";\n";
        // By default an error would be passed over, and printed together with the statement and its password.
        Command.run(
                builder.command(List.of(
                        binaries.program("postgres").toString(), "--single", "-D", made.toString(),
                        "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", SUPERUSER)),
                draft, accounts, INITDB);
        account.own(made);
        Files.move(made, data, StandardCopyOption.ATOMIC_MOVE);
        Folders.delete(draft);
    }

    private static void initdb(PostgresBinaries binaries, Account.Borrowed builder, Path made, Path secret)
            throws IOException {
        try {
            initdb(binaries, builder, made, secret, "C.UTF-8");
        } catch (PlatformException e) {
            if (!e.getMessage().contains("locale")) {
                throw e;
            }
            // Some small systems have no C.UTF-8; C sorts alike and keeps UTF-8 as it is.
            Folders.delete(made);
            initdb(binaries, builder, made, secret, "C");
        }
    }

    private static void initdb(
            PostgresBinaries binaries, Account.Borrowed builder, Path made, Path secret, String locale)
            throws IOException {
        Command.run(
                builder.command(List.of(
                        binaries.program("initdb").toString(), "-D", made.toString(), "-U", SUPERUSER,
                        "-A", "scram-sha-256", "--pwfile=" + secret, "--data-checksums", "-E", "UTF8",
                        "--locale=" + locale)),
                made.getParent(), "", INITDB);
    }
}
