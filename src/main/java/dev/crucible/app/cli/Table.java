package dev.crucible.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns that line up. Cells are made visible here, so a stranger's text can be given as it is. */
final class Table {
    private record Cell(String text, UnaryOperator<String> style) {}

    private final Ink ink;
    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();
    private List<Cell> row = new ArrayList<>();

    Table(Ink ink, String... headings) {
        this.ink = ink;
        this.headings = List.of(headings);
    }

    Table cell(String text) {
        return cell(text, UnaryOperator.identity());
    }

    Table cell(String text, UnaryOperator<String> style) {
        row.add(new Cell(VisibleText.line(text), style));
        if (row.size() == headings.size()) {
            rows.add(row);
            row = new ArrayList<>();
        }
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        append(text, headings.stream().map(heading -> new Cell(heading, ink::faint)).toList());
        rows.forEach(cells -> append(text, cells));
        return text.toString();
    }

    private void append(StringBuilder text, List<Cell> cells) {
        for (int column = 0; column < cells.size(); column++) {
            Cell cell = cells.get(column);
            text.append(cell.style().apply(cell.text()));
            if (column < cells.size() - 1) {
                text.append(" ".repeat(width(column) - length(cell.text()) + 2));
            }
        }
        text.append('\n');
    }

    private int width(int column) {
        return Math.max(
                length(headings.get(column)),
                rows.stream().mapToInt(cells -> length(cells.get(column).text())).max().orElse(0));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
