package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;

/** A file that a person sends along with a program; its path in the work folder is the one given, tidied up. */
final class ExtraFile {
    /** The contract's bound on all files together. */
    private static final int MAX_BYTES = 8 << 20;

    private ExtraFile() {}

    /** @throws CommandFailure if it cannot be read, is larger than 8 MiB or does not lie below the current folder */
    static ObjectNode read(String name) {
        String shown = VisibleText.line(name);
        try {
            Path path = Path.of(name).normalize();
            if (path.isAbsolute() || path.startsWith("..") || path.toString().isEmpty()) {
                throw CommandFailure.usage(
                        shown + " must be given relative to the current folder and lie in it: the program finds it by that path");
            }
            return described(path.toString(), bytes(path, shown));
        } catch (NoSuchFileException | InvalidPathException e) {
            throw CommandFailure.usage("there is no file " + shown);
        } catch (IOException e) {
            throw CommandFailure.usage(shown + " cannot be read");
        }
    }

    private static byte[] bytes(Path path, String shown) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw CommandFailure.usage(shown + " is larger than 8 MiB, the most that can be submitted");
            }
            return bytes;
        }
    }

    private static ObjectNode described(String path, byte[] bytes) {
        ObjectNode file = Json.MAPPER.createObjectNode().put("path", path);
        try {
            return file.put("content", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return file.put("content", Base64.getEncoder().encodeToString(bytes)).put("encoding", "base64");
        }
    }
}
