package dev.crucible.app.cli;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.executor.Language;
import dev.crucible.executor.Languages;
import dev.crucible.executor.docker.ImageWorkshop;
import dev.crucible.executor.docker.ImageWorkshop.Found;
import dev.crucible.kernel.PlatformException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "build",
        description = {
            "Makes images on this machine from Debian's packages, with debootstrap, for hosts that reach no registry.",
            "Needs root and takes a few minutes. What bore the name before is replaced.",
            "Without --languages it makes " + ImagesBuildCommand.BASE + " with every language that names it."
        },
        footer = {"", "Examples:", "  images build", "  images build --languages go,rust",
            "  images build --languages python,bash --tag crucible/base:bookworm", ""})
final class ImagesBuildCommand implements Callable<Integer> {
    static final String BASE = "crucible/base:bookworm";

    private static final Pattern SUITE = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern TAG = Pattern.compile("[a-z0-9]+([._/-][a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?");
    private static final int MEBIBYTE = 1 << 20;

    private final Shell shell;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--suite", paramLabel = "NAME", defaultValue = "bookworm", description = "Debian's suite. Default: bookworm.")
    private String suite = "";

    @Option(names = "--languages", paramLabel = "NAME", split = ",",
            description = "The languages to put in; each goes into the image that it names, unless there is a --tag.")
    private @Nullable List<String> names;

    @Option(names = "--tag", paramLabel = "IMAGE", description = "Make one image of this name.")
    private @Nullable String tag;

    ImagesBuildCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Logging.level("ERROR");
        CrucibleConfig config = SettingOptions.read(spec.commandLine().getParseResult(), shell).config();
        if (!SUITE.matcher(suite).matches()) {
            throw CommandFailure.usage("--suite must be the name of a Debian suite, such as bookworm");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw CommandFailure.usage("--tag must be an image's name, such as crucible/base:bookworm");
        }
        Map<String, Set<String>> packages = packages(Languages.load(config.guests().languagesFile()));
        try (ImageWorkshop workshop = new ImageWorkshop(config.dockerHost())) {
            packages.forEach((image, apt) -> build(workshop, image, List.copyOf(apt)));
            return ExitCode.OK;
        } catch (PlatformException e) {
            throw CommandFailure.negative(String.valueOf(e.getMessage()), e);
        }
    }

    private void build(ImageWorkshop workshop, String image, List<String> packages) {
        Optional<String> obstacle = workshop.obstacle(image, packages);
        if (obstacle.isPresent()) {
            throw CommandFailure.negative(obstacle.get(), null);
        }
        Found made = workshop.build(
                suite, image, packages, step -> shell.err().println(shell.errInk().faint("  " + VisibleText.line(step))));
        shell.out().println(image + " is " + made.id() + ", " + made.bytes() / MEBIBYTE + " MiB");
    }

    /** The packages of each image to make. */
    private Map<String, Set<String>> packages(Languages languages) {
        Map<String, Set<String>> packages = new LinkedHashMap<>();
        for (Language language : wanted(languages)) {
            String image = tag != null ? withTag(tag) : language.image();
            if (image == null || image.contains("@")) {
                throw CommandFailure.usage(language.name() + " names no image that can be made here; give it one with --tag");
            }
            if (language.aptPackages().isEmpty()) {
                throw CommandFailure.usage(language.name() + " names no Debian package: packages.apt in its entry");
            }
            packages.computeIfAbsent(withTag(image), unused -> new TreeSet<>()).addAll(language.aptPackages());
        }
        return packages;
    }

    private List<Language> wanted(Languages languages) {
        if (names == null) {
            return languages.all().stream().filter(language -> BASE.equals(language.image())).toList();
        }
        List<Language> wanted = new ArrayList<>();
        for (String name : names) {
            wanted.add(languages.find(name).orElseThrow(() -> CommandFailure.usage(
                    "There is no language " + name + "; known are " + String.join(", ", languages.all().stream()
                            .map(Language::name).toList()))));
        }
        return wanted;
    }

    private static String withTag(String image) {
        return image.lastIndexOf(':') > image.lastIndexOf('/') ? image : image + ":latest";
    }
}
