package dev.crucible.executor;

import dev.crucible.kernel.evaluation.Limits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills in the words of a language's command that stand for others. A word stays one word, whatever is in a name. */
record CommandWords(String entry, Collection<String> files, Limits limits) {
    private static final String SOURCES = "{sources}";
    private static final Pattern WORD = Pattern.compile("\\{(file|stem|memory_bytes|memory_mib)\\}");

    /** Whether a command says where the program is. */
    static boolean nameTheProgram(List<String> words) {
        return words.stream().anyMatch(word -> word.equals(SOURCES) || word.contains("{file}") || word.contains("{stem}"));
    }

    List<String> fill(List<String> words) {
        List<String> filled = new ArrayList<>();
        for (String word : words) {
            if (word.equals(SOURCES)) {
                filled.addAll(sources());
            } else {
                filled.add(fill(word));
            }
        }
        return filled;
    }

    /** In one pass, so that what is in a name is not taken for a word of ours. */
    private String fill(String word) {
        return WORD.matcher(word).replaceAll(found -> Matcher.quoteReplacement(switch (found.group(1)) {
            case "file" -> entry;
            case "stem" -> entry.substring(0, entry.length() - extension().length());
            case "memory_bytes" -> Long.toString(limits.memoryBytes());
            default -> Long.toString(Math.max(1, limits.memoryBytes() >> 20));
        }));
    }

    private List<String> sources() {
        List<String> sources = new ArrayList<>(List.of(entry));
        files.stream().filter(file -> file.endsWith(extension()) && !file.equals(entry)).sorted().forEach(sources::add);
        return sources;
    }

    private String extension() {
        int dot = entry.lastIndexOf('.');
        return dot > entry.lastIndexOf('/') + 1 ? entry.substring(dot) : "";
    }
}
