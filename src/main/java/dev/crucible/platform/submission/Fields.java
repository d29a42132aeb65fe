package dev.crucible.platform.submission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import dev.crucible.kernel.FieldError;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the fields of one JSON object and collects what is wrong with them. A field that is null counts as absent. */
public final class Fields {
    private final JsonNode object;
    private final List<String> loc;
    private final List<FieldError> errors;

    public Fields(JsonNode object, List<String> loc, List<FieldError> errors) {
        this.object = object;
        this.loc = List.copyOf(loc);
        this.errors = errors;
    }

    /** The field's value, or null when it is absent. */
    public @Nullable JsonNode node(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    public boolean has(String name) {
        return node(name) != null;
    }

    public void wrong(String name, String message, String type) {
        add(new FieldError(at(name), message, type));
    }

    /** The elements of a list of objects, each with its own place; those that are no objects are told of and left out. */
    public List<Fields> objects(String name, int most) {
        List<Fields> objects = new ArrayList<>();
        JsonNode node = node(name);
        if (node == null) {
            return objects;
        }
        if (!node.isArray()) {
            wrong(name, "must be a list of objects", "type_error");
        } else if (node.size() > most) {
            wrong(name, "must be at most " + most, "too_long");
        } else {
            for (int i = 0; i < node.size(); i++) {
                List<String> where = at(name);
                where.add(Integer.toString(i));
                if (node.get(i).isObject()) {
                    objects.add(new Fields(node.get(i), where, errors));
                } else {
                    add(new FieldError(where, "must be an object", "type_error"));
                }
            }
        }
        return objects;
    }

    /** Says what is wrong with one element of a list. */
    public void wrongAt(String name, int index, String message, String type) {
        List<String> where = at(name);
        where.add(Integer.toString(index));
        add(new FieldError(where, message, type));
    }

    /** The value of a boolean field, false when it is absent or no boolean. */
    public boolean flag(String name) {
        JsonNode node = node(name);
        if (node != null && !node.isBoolean()) {
            wrong(name, "must be true or false", "type_error");
        }
        return node != null && node.booleanValue();
    }

    public List<String> at(String name) {
        List<String> where = new ArrayList<>(loc);
        where.add(name);
        return where;
    }

    public void add(FieldError error) {
        errors.add(error);
    }

    /** The text of a string field, or null when it is absent or no proper text. */
    public @Nullable String text(String name) {
        JsonNode node = node(name);
        return node == null ? null : text(name, node);
    }

    private @Nullable String text(String name, JsonNode node) {
        if (!node.isTextual()) {
            wrong(name, "must be a string", "type_error");
            return null;
        }
        String text = node.textValue();
        if (hasLoneSurrogate(text)) {
            wrong(name, "holds half of a surrogate pair, which has no form in UTF-8", "invalid_text");
            return null;
        }
        return text;
    }

    /** The number of a field, exact, or null when it is absent or no number. */
    public @Nullable BigDecimal number(String name) {
        JsonNode node = node(name);
        if (node == null) {
            return null;
        }
        if (!isNumber(node)) {
            wrong(name, "must be a number", "type_error");
            return null;
        }
        return node.decimalValue();
    }

    /** Whether it is a number with a value: MessagePack can carry infinities and what is no number. */
    static boolean isNumber(JsonNode node) {
        return node instanceof NumericNode number && !number.isNaN();
    }

    public List<String> texts(String name) {
        JsonNode node = node(name);
        List<String> texts = new ArrayList<>();
        if (node != null && !node.isArray()) {
            wrong(name, "must be a list of strings", "type_error");
        } else if (node != null) {
            for (JsonNode element : node) {
                String text = text(name, element);
                if (text == null) {
                    break;
                }
                texts.add(text);
            }
        }
        return texts;
    }

    public Map<String, String> textMap(String name) {
        JsonNode node = node(name);
        Map<String, String> texts = new LinkedHashMap<>();
        if (node != null && !node.isObject()) {
            wrong(name, "must be an object whose values are strings", "type_error");
        } else if (node != null) {
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                String text = text(name, entry.getValue());
                if (text == null) {
                    break;
                }
                texts.put(entry.getKey(), text);
            }
        }
        return texts;
    }

    public static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    public static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }
}
