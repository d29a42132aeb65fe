package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Limits;
import java.nio.file.Path;
import java.util.Collection;
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
 * @param compile the command that comes before, in a run of its own; empty for a language that is not compiled
 * @param run the command, found on the sandbox's own PATH; see {@link #runCommand} for the words that stand for others
 * @param probe the command that prints the version
 * @param image the container image for the container engines
 * @param packages how to get it, by package manager ({@code apt}); several packages are parted by blanks
 * @param template a first program
 * @param fork whether runs may be forks of a loaded interpreter, which only CPython can
 * @param env variables that its commands get; a submission's own of the same name goes before
 * @param limits of a run, where a submission does not say
 * @param compileLimits of the compile step
 * @param mounts folders and files of the host that the engine {@code sandbox} shows, read-only, where they exist
 */
public record Language(
        String name,
        String title,
        List<String> aliases,
        String file,
        List<String> compile,
        List<String> run,
        List<String> probe,
        @Nullable String image,
        Map<String, String> packages,
        String template,
        boolean fork,
        Map<String, String> env,
        LanguageLimits limits,
        LanguageLimits compileLimits,
        List<Path> mounts) {
    public Language {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        aliases = List.copyOf(aliases);
        requireNonNull(file, "file is null");
        compile = List.copyOf(compile);
        run = List.copyOf(run);
        probe = List.copyOf(probe);
        packages = Map.copyOf(packages);
        requireNonNull(template, "template is null");
        env = Map.copyOf(env);
        requireNonNull(limits, "limits is null");
        requireNonNull(compileLimits, "compileLimits is null");
        mounts = List.copyOf(mounts);
    }

    /** A language that needs no environment, limits or mounts of its own. */
    public Language(
            String name,
            String title,
            List<String> aliases,
            String file,
            List<String> compile,
            List<String> run,
            List<String> probe,
            @Nullable String image,
            Map<String, String> packages,
            String template,
            boolean fork) {
        this(name, title, aliases, file, compile, run, probe, image, packages, template, fork, Map.of(),
                LanguageLimits.NONE, LanguageLimits.NONE, List.of());
    }

    /** The Debian packages that it is made of. */
    public List<String> aptPackages() {
        String apt = packages.getOrDefault("apt", "").strip();
        return apt.isEmpty() ? List.of() : List.of(apt.split("\\s+"));
    }

    /**
     * The command that compiles a submission, without the submission's arguments; empty for a language that is not
     * compiled.
     *
     * @param entry the file to start from, relative to the work folder
     * @param files every file of the submission, {@code entry} among them
     * @param limits in force
     */
    public List<String> compileCommand(String entry, Collection<String> files, Limits limits) {
        return new CommandWords(entry, files, limits).fill(compile);
    }

    /**
     * The command that runs a submission, without the submission's arguments. Words stand for others: {@code {file}} is
     * {@code entry}, {@code {stem}} the same without its extension, the word {@code {sources}} every file with that
     * extension and {@code entry} first, {@code {memory_bytes}} and {@code {memory_mib}} the memory limit.
     *
     * @param entry the file to start from, relative to the work folder
     * @param files every file of the submission, {@code entry} among them
     * @param limits in force
     */
    public List<String> runCommand(String entry, Collection<String> files, Limits limits) {
        return new CommandWords(entry, files, limits).fill(run);
    }
}
