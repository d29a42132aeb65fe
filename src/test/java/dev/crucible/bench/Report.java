package dev.crucible.bench;

import java.util.ArrayList;
import java.util.List;

/** The table, in Markdown that is also readable as it stands. */
final class Report {
    private static final Row HEAD = new Row("what", "Crucible", "baseline, same run", "ratio", "budget");

    private Report() {}

    static String of(String machine, String note, List<Row> rows) {
        int[] widths = new int[5];
        List<List<String>> lines = new ArrayList<>();
        lines.add(cells(HEAD));
        rows.forEach(row -> lines.add(cells(row)));
        for (List<String> cells : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder("\n" + machine + "\nTimes are p50 / p95 / p99. " + note + "\n\n");
        text.append(line(lines.get(0), widths));
        text.append("|");
        for (int width : widths) {
            text.append(" ").append("-".repeat(width)).append(" |");
        }
        text.append("\n");
        lines.stream().skip(1).forEach(cells -> text.append(line(cells, widths)));
        return text.toString();
    }

    private static List<String> cells(Row row) {
        return List.of(row.what(), row.ours(), row.baseline(), row.ratio(), row.budget());
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(" ").append(cells.get(i)).append(" ".repeat(widths[i] - cells.get(i).length())).append(" |");
        }
        return line.append("\n").toString();
    }
}
