package dev.crucible.executor.sandbox;

import dev.crucible.executor.SupervisorBinary;
import dev.crucible.executor.SupervisorBinary.Form;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The engine's folder: what every box is made from, and what each box complains about. Nobody else can enter it. */
final class SandboxFiles {
    private static final String PASSWD = """
            root:x:0:0:root:/:/usr/sbin/nologin
            sandbox:x:1000:1000:sandbox:/work:/bin/sh
            nobody:x:65534:65534:nobody:/:/usr/sbin/nologin
            """;
    private static final String GROUP = """
            root:x:0:
            sandbox:x:1000:
            nogroup:x:65534:
            """;
    private static final String HOSTS = """
            127.0.0.1 localhost sandbox
            ::1 localhost
            """;
    private static final String NSSWITCH = """
            passwd: files
            group: files
            hosts: files
            """;
    private static final String COMPLAINTS = ".err";

    private final Path folder;
    private final Form supervisor;

    SandboxFiles(Path folder, Form supervisor) {
        this.folder = folder;
        this.supervisor = supervisor;
    }

    Path folder() {
        return folder;
    }

    Path launcher() {
        return folder.resolve("launcher.sh");
    }

    /** Where a box's bubblewrap writes what goes wrong. */
    Path complaints(String box) {
        return folder.resolve(box + COMPLAINTS);
    }

    /** Writes everything a box is made from. */
    void write() throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        try (InputStream packed = SandboxFiles.class.getResourceAsStream("/sandbox/launcher.sh")) {
            if (packed == null) {
                throw new IOException("launcher.sh is missing from the jar");
            }
            Files.copy(packed, launcher(), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.writeString(folder.resolve("passwd"), PASSWD);
        Files.writeString(folder.resolve("group"), GROUP);
        Files.writeString(folder.resolve("hosts"), HOSTS);
        Files.writeString(folder.resolve("nsswitch.conf"), NSSWITCH);
        if (supervisor == Form.NATIVE) {
            SupervisorBinary.writeInto(folder);
        } else {
            SupervisorBinary.writeScriptInto(folder);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    /** Removes what boxes have left, but for those of these names. */
    void sweep(Set<String> open) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + COMPLAINTS)) {
            for (Path file : left) {
                String name = file.getFileName().toString();
                if (!open.contains(name.substring(0, name.length() - COMPLAINTS.length()))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
