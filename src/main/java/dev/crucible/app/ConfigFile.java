package dev.crucible.app;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * A configuration file: flat keys and plain values, as YAML or as properties. Keys are the settings' names in any case,
 * words joined by {@code _}, {@code -} or {@code .}, with or without {@code crucible_}.
 *
 * @param values by the setting's name
 * @param problems what is wrong with the file, a sentence each
 */
record ConfigFile(Map<String, String> values, List<String> problems) {
    private static final int MAX_BYTES = 1 << 20;

    static ConfigFile read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        try {
            Map<String, String> keys = file.toString().endsWith(".properties")
                    ? properties(text(file))
                    : yaml(text(file), file, problems);
            keys.forEach((key, value) -> put(values, key, value, file, problems));
        } catch (JsonProcessingException e) {
            problems.add("the configuration file " + file + " is not valid YAML"
                    + (e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr()));
        } catch (IOException | IllegalArgumentException e) {
            problems.add("the configuration file " + file + " cannot be read: " + e.getMessage());
        }
        return new ConfigFile(values, problems);
    }

    private static String text(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(Files.exists(file) ? "it is not a file" : "it does not exist");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IOException("it is larger than 1 MiB");
            }
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    private static Map<String, String> properties(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        Map<String, String> keys = new TreeMap<>();
        properties.forEach((key, value) -> keys.put((String) key, (String) value));
        return keys;
    }

    /** Reads tokens, not values, so that what was typed arrives as it was typed. */
    private static Map<String, String> yaml(String text, Path file, List<String> problems) throws IOException {
        Map<String, String> keys = new LinkedHashMap<>();
        YAMLFactory factory = YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        try (JsonParser parser = factory.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return keys;
            }
            if (first != JsonToken.START_OBJECT) {
                throw new IOException("it is not a list of keys and values");
            }
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                if (parser.nextToken().isStructStart()) {
                    problems.add("key " + ConfigNames.shortened(key) + " of " + file + " must have a plain value");
                    parser.skipChildren();
                } else {
                    keys.put(key, parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText());
                }
            }
        }
        return keys;
    }

    private static void put(
            Map<String, String> values, String key, String value, Path file, List<String> problems) {
        String name = key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
        if (!ConfigNames.ALL.contains(name) && ConfigNames.ALL.contains(Setting.PREFIX + name)) {
            name = Setting.PREFIX + name;
        }
        if (!ConfigNames.ALL.contains(name)) {
            problems.add(ConfigNames.unknown("key", key, ConfigNames.ALL) + " (in " + file + ")");
        } else if (values.putIfAbsent(name, value) != null) {
            problems.add("key " + name + " of " + file + " is given twice");
        }
    }
}
