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
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        description = "Lists each language's image, whether it is there, what it is, and its size. Needs no running server.",
        footer = {"", "Example:", "  images list --json", ""})
final class ImagesListCommand implements Callable<Integer> {
    private static final int MEBIBYTE = 1 << 20;

    private final Shell shell;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    ImagesListCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Logging.level("ERROR");
        CrucibleConfig config = SettingOptions.read(spec.commandLine().getParseResult(), shell).config();
        Map<String, List<String>> languages = new LinkedHashMap<>();
        for (Language language : Languages.load(config.guests().languagesFile()).all()) {
            if (language.image() != null) {
                languages.computeIfAbsent(language.image(), image -> new ArrayList<>()).add(language.name());
            }
        }
        try (ImageWorkshop workshop = new ImageWorkshop(config.dockerHost())) {
            Map<String, Optional<Found>> found = new LinkedHashMap<>();
            languages.keySet().forEach(image -> found.put(image, workshop.find(image)));
            if (json) {
                shell.out().println(ClientCommand.pretty(Map.of("images", asList(languages, found))));
            } else {
                shell.out().print(table(languages, found));
            }
            return ExitCode.OK;
        } catch (PlatformException e) {
            throw CommandFailure.negative(String.valueOf(e.getMessage()), e);
        }
    }

    private Table table(Map<String, List<String>> languages, Map<String, Optional<Found>> found) {
        Ink ink = shell.outInk();
        Table table = new Table(ink, "IMAGE", "THERE", "DIGEST", "SIZE", "LANGUAGES");
        found.forEach((image, is) -> table.cell(image, ink::strong)
                .cell(is.isPresent() ? "✓ yes" : "✗ no", is.isPresent() ? ink::good : ink::faint)
                .cell(is.map(there -> there.id()).orElse("-"))
                .cell(is.map(there -> there.bytes() / MEBIBYTE + " MiB").orElse("-"))
                .cell(String.join(", ", languages.getOrDefault(image, List.of()))));
        return table;
    }

    private static List<Map<String, Object>> asList(
            Map<String, List<String>> languages, Map<String, Optional<Found>> found) {
        List<Map<String, Object>> images = new ArrayList<>();
        found.forEach((image, is) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("image", image);
            one.put("languages", languages.get(image));
            one.put("present", is.isPresent());
            one.put("digest", is.map(Found::id).orElse(null));
            one.put("size_bytes", is.map(Found::bytes).orElse(null));
            images.add(one);
        });
        return images;
    }
}
