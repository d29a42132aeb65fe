package dev.crucible.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Text that a person hands over by naming a file, {@code -} for standard input. */
final class SourceFile {
    static final String STDIN = "-";
    /** The contract's bound on code and on standard input. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Map<String, String> BY_EXTENSION = Map.of(
            "py", "python", "js", "javascript", "mjs", "javascript", "cjs", "javascript", "sh", "bash", "bash", "bash");
    private static final Map<String, String> BY_INTERPRETER =
            Map.of("python", "python", "node", "javascript", "nodejs", "javascript", "bash", "bash", "sh", "bash");

    private SourceFile() {}

    /** @throws CommandFailure if it cannot be read, is larger than 1 MiB or is not UTF-8 */
    static String read(String name, InputStream stdin) {
        String shown = name.equals(STDIN) ? "standard input" : VisibleText.line(name);
        try (InputStream in = name.equals(STDIN) ? stdin : Files.newInputStream(Path.of(name))) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw CommandFailure.usage(shown + " is larger than 1 MiB, the most that can be submitted");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw CommandFailure.usage(shown + " is not UTF-8 text");
        } catch (NoSuchFileException | InvalidPathException e) {
            throw CommandFailure.usage("there is no file " + shown);
        } catch (IOException e) {
            throw CommandFailure.usage(shown + " cannot be read");
        }
    }

    /** The language, by the file's extension or else by the interpreter that the first line names. */
    static Optional<String> language(String name, String code) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        int dot = file.lastIndexOf('.');
        String extension = dot < 0 ? "" : file.substring(dot + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_EXTENSION.get(extension)).or(() -> interpreter(code));
    }

    private static Optional<String> interpreter(String code) {
        if (!code.startsWith("#!")) {
            return Optional.empty();
        }
        String[] words = code.lines().findFirst().orElse("").substring(2).strip().split("\\s+");
        boolean env = words[0].endsWith("/env") && words.length > 1;
        String command = env ? words[words[1].equals("-S") && words.length > 2 ? 2 : 1] : words[0];
        String program = command.substring(command.lastIndexOf('/') + 1).replaceAll("[0-9.]+$", "");
        return Optional.ofNullable(BY_INTERPRETER.get(program));
    }
}
