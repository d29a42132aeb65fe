package dev.crucible.executor.attack;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attacks that are packed into the jar: an index, and the programs it names. */
public final class AttackCatalogue {
    private static final String FOLDER = "/attacks/";
    private static final String INDEX = "catalogue.yaml";
    /** What every attack in Python starts with. */
    private static final String PRELUDE = "prelude.py";

    private AttackCatalogue() {}

    /**
     * Every attack, in the order of the index.
     *
     * @throws IllegalStateException if the catalogue in the jar is not whole
     */
    public static List<Attack> load() {
        YAMLMapper mapper = YAMLMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        try {
            List<CatalogueEntry> entries = mapper.readValue(text(INDEX), new TypeReference<>() {});
            List<Attack> attacks = new ArrayList<>();
            for (CatalogueEntry entry : entries) {
                attacks.add(entry.toAttack(AttackCatalogue::program));
            }
            refuseDoubles(attacks);
            return List.copyOf(attacks);
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue of attacks cannot be read", e);
        }
    }

    /** The innocent program that runs beside each attack. */
    static String neighbour() {
        return text("neighbour.py");
    }

    /** A host's process that an attack must neither see nor touch. */
    static String bystander() {
        return text("bystander.py");
    }

    private static void refuseDoubles(List<Attack> attacks) {
        Set<String> names = new LinkedHashSet<>();
        for (Attack attack : attacks) {
            if (!names.add(attack.name())) {
                throw new IllegalStateException("the attack " + attack.name() + " is listed twice");
            }
        }
    }

    private static Optional<CatalogueEntry.Program> program(String name) {
        for (CatalogueEntry.Program.Kind kind : CatalogueEntry.Program.Kind.values()) {
            String code = find(name + kind.suffix());
            if (code != null) {
                boolean python = kind == CatalogueEntry.Program.Kind.PYTHON;
                return Optional.of(new CatalogueEntry.Program(kind, python ? text(PRELUDE) + "\n" + code : code));
            }
        }
        return Optional.empty();
    }

    private static String text(String file) {
        String text = find(file);
        if (text == null) {
            throw new IllegalStateException(FOLDER + file + " is missing from the jar");
        }
        return text;
    }

    private static @Nullable String find(String file) {
        try (InputStream packed = AttackCatalogue.class.getResourceAsStream(FOLDER + file)) {
            return packed == null ? null : new String(packed.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
