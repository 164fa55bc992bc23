package caravan.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text under aligned columns. */
final class Table {
    private final List<String> titles;
    private final List<Boolean> right = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * @param titles of the columns; those that begin with '>' are aligned to the right
     */
    Table(String... titles) {
        List<String> names = new ArrayList<>();
        for (String title : titles) {
            right.add(title.startsWith(">"));
            names.add(title.startsWith(">") ? title.substring(1) : title);
        }
        this.titles = List.copyOf(names);
    }

    Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Lines that end with a line feed, each behind {@code indent}; columns without any text are left out. */
    String print(String indent) {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < titles.size(); column++) {
            int width = 0;
            for (List<String> row : rows) {
                width = Math.max(width, row.get(column).length());
            }
            widths.add(width == 0 ? 0 : Math.max(width, titles.get(column).length()));
        }
        StringBuilder text = new StringBuilder();
        print(text, indent, titles, widths);
        rows.forEach(row -> print(text, indent, row, widths));
        return text.toString();
    }

    private void print(StringBuilder text, String indent, List<String> cells, List<Integer> widths) {
        StringBuilder line = new StringBuilder(indent);
        for (int column = 0; column < cells.size(); column++) {
            if (widths.get(column) > 0) {
                String cell = cells.get(column);
                String space = " ".repeat(widths.get(column) - cell.length());
                line.append(right.get(column) ? space + cell : cell + space).append("  ");
            }
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
