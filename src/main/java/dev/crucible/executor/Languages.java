package dev.crucible.executor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registry of languages. Immutable, so thread-safe. */
public final class Languages {
    private static final String RESOURCE = "/languages.yaml";

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
     * The registry packed into the jar, with an administrator's file over it: a language of a known name takes the known
     * one's place, others are added.
     *
     * @param file YAML of the packed registry's shape, or null for none
     * @throws IllegalArgumentException if it cannot be read or is not valid, with every problem
     */
    public static Languages load(@Nullable Path file) {
        if (file == null) {
            return load();
        }
        Map<String, Language> merged = new LinkedHashMap<>();
        load().all().forEach(language -> merged.put(language.name(), language));
        try (InputStream yaml = Files.newInputStream(file)) {
            read(yaml).all().forEach(language -> merged.put(language.name(), language));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is not a list of languages in YAML: " + reason(e), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be read", e);
        }
        return new Languages(List.copyOf(merged.values()));
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
        List<@Nullable LanguageEntry> entries = mapper.readValue(yaml, new TypeReference<>() {});
        List<String> problems = new ArrayList<>();
        for (LanguageEntry entry : entries) {
            problems.addAll(entry == null ? List.of("an entry is empty") : entry.problems());
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("languages: " + String.join("; ", problems));
        }
        return new Languages(entries.stream().map(LanguageEntry::toLanguage).toList());
    }

    /** Every language, in the registry's order. */
    public List<Language> all() {
        return all;
    }

    /** The language of a name or an alias, whatever its case. */
    public Optional<Language> find(String name) {
        return Optional.ofNullable(byName.get(name.strip().toLowerCase(Locale.ROOT)));
    }

    private static String reason(JsonProcessingException e) {
        String where = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
        return where + e.getOriginalMessage().lines().findFirst().orElse("");
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
}
