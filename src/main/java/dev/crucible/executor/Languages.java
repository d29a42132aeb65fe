package dev.crucible.executor;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The registry of languages. Immutable, so thread-safe. */
public final class Languages {
    private static final String RESOURCE = "/languages.yaml";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9+#-]{0,31}");
    private static final Pattern FILE = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

    private final List<Language> all;
    private final Map<String, Language> byName;

    private Languages(List<Language> all) {
        this.all = List.copyOf(all);
        this.byName = Map.copyOf(index(all));
    }

    /** The registry packed into the jar. @throws IllegalArgumentException if it is not valid, with every problem */
    public static Languages load() {
        try (InputStream yaml = Languages.class.getResourceAsStream(RESOURCE)) {
            if (yaml == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar");
            }
            return read(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a registry.
     *
     * @throws IOException if it is not YAML of the registry's shape
     * @throws IllegalArgumentException if an entry is not valid, with every problem
     */
    static Languages read(InputStream yaml) throws IOException {
        YAMLMapper mapper = YAMLMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        List<Entry> entries = mapper.readValue(yaml, new TypeReference<>() {});
        List<String> problems = new ArrayList<>();
        entries.forEach(entry -> problems.addAll(entry.problems()));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("languages: " + String.join("; ", problems));
        }
        return new Languages(entries.stream().map(Entry::toLanguage).toList());
    }

    /** Every language, in the registry's order. */
    public List<Language> all() {
        return all;
    }

    /** The language of a name or an alias, whatever its case. */
    public Optional<Language> find(String name) {
        return Optional.ofNullable(byName.get(name.strip().toLowerCase(Locale.ROOT)));
    }

    private static Map<String, Language> index(List<Language> all) {
        Map<String, Language> index = new HashMap<>();
        for (Language language : all) {
            List<String> names = new ArrayList<>(language.aliases());
            names.add(language.name());
            for (String name : names) {
                if (index.put(name, language) != null) {
                    throw new IllegalArgumentException("languages: the name " + name + " is used twice");
                }
            }
        }
        return index;
    }

    private record Entry(
            @Nullable String name,
            @Nullable String title,
            @Nullable List<String> aliases,
            @Nullable String file,
            @Nullable List<String> run,
            @Nullable List<String> probe,
            @Nullable String image,
            @Nullable Map<String, String> packages,
            @Nullable String template) {

        List<String> problems() {
            List<String> problems = new ArrayList<>();
            String label = name == null ? "an entry without a name" : name;
            if (name == null || !NAME.matcher(name).matches()) {
                problems.add(label + ": name must match " + NAME);
            }
            for (String alias : aliases == null ? List.<String>of() : aliases) {
                if (!NAME.matcher(alias).matches()) {
                    problems.add(label + ": alias " + alias + " must match " + NAME);
                }
            }
            if (file == null || !FILE.matcher(file).matches()) {
                problems.add(label + ": file must be a plain file name");
            }
            if (run == null || run.stream().noneMatch("{file}"::equals)) {
                problems.add(label + ": run must be a command with {file} as one of its words");
            }
            if (probe == null || probe.isEmpty()) {
                problems.add(label + ": probe must be a command");
            }
            return problems;
        }

        Language toLanguage() {
            return new Language(
                    name,
                    title == null ? name : title,
                    aliases == null ? List.of() : aliases,
                    file,
                    run,
                    probe,
                    image,
                    packages == null ? Map.of() : packages,
                    template == null ? "" : template);
        }
    }
}
