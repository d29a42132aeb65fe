package dev.crucible.app;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The names that settings may be given under, and a good guess when one was mistyped. */
final class ConfigNames {
    /** Variables that clients read; the server has nothing against them. */
    private static final Set<String> OF_CLIENTS = Set.of("CRUCIBLE_URL", "CRUCIBLE_API_KEY");

    private static final int LONGEST_ECHO = 60;
    private static final int CLOSE = 3;

    /** Every name, with and without the prefix, and the file forms of secrets. */
    static final Set<String> ALL = allNames();

    private ConfigNames() {}

    static void unknownVariables(Map<String, String> environment, List<String> problems) {
        for (String name : new TreeMap<>(environment).keySet()) {
            if (name.startsWith(Setting.PREFIX) && !ALL.contains(name) && !OF_CLIENTS.contains(name)) {
                problems.add(unknown("environment variable", name, prefixed()));
            }
        }
    }

    /** A sentence about a name that nobody knows. */
    static String unknown(String kind, String name, Collection<String> known) {
        String best = "";
        int distance = CLOSE + 1;
        for (String candidate : known) {
            int to = distance(name.toUpperCase(Locale.ROOT), candidate.toUpperCase(Locale.ROOT));
            if (to < distance) {
                distance = to;
                best = candidate;
            }
        }
        return kind + " " + shortened(name) + " is not a setting"
                + (best.isEmpty() ? "; `crucible config` lists them all" : "; did you mean " + best + "?");
    }

    /** A value as an error message may show it: short, and without control characters. */
    static String shortened(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(LONGEST_ECHO).forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return text.codePointCount(0, text.length()) > LONGEST_ECHO ? shown + "…" : shown.toString();
    }

    private static Set<String> allNames() {
        Set<String> names = new TreeSet<>();
        for (Setting<?> setting : Settings.all()) {
            names.addAll(setting.variables());
            if (setting.secret()) {
                setting.variables().forEach(name -> names.add(name + Setting.FILE_SUFFIX));
            }
        }
        return names;
    }

    private static List<String> prefixed() {
        return ALL.stream().filter(name -> name.startsWith(Setting.PREFIX)).toList();
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        List<Integer> row = new ArrayList<>();
        for (int j = 0; j <= b.length(); j++) {
            row.add(j);
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row.get(0);
            row.set(0, i);
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row.get(j);
                row.set(j, Math.min(substituted, 1 + Math.min(row.get(j), row.get(j - 1))));
            }
        }
        return row.get(b.length());
    }
}
