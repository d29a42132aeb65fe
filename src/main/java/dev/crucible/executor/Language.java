package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A language of the registry ({@code languages.yaml}).
 *
 * @param name lower case, as a submission names it
 * @param title as a person writes it
 * @param aliases other names a submission may use
 * @param file the name the code gets in the work folder
 * @param run the command, found on the sandbox's own PATH; {@code {file}} stands for the code's file
 * @param probe the command that prints the version
 * @param image the container image for the container engines
 * @param packages how to get it, by package manager ({@code apt})
 * @param template a first program
 */
public record Language(
        String name,
        String title,
        List<String> aliases,
        String file,
        List<String> run,
        List<String> probe,
        @Nullable String image,
        Map<String, String> packages,
        String template) {
    public Language {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        aliases = List.copyOf(aliases);
        requireNonNull(file, "file is null");
        run = List.copyOf(run);
        probe = List.copyOf(probe);
        packages = Map.copyOf(packages);
        requireNonNull(template, "template is null");
    }
}
