package dev.tombolo.hub.cli.screen;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/// Rows under upper-case headings, each column as wide as its widest cell.
public final class Table {
  private static final int GAP = 3;

  private final List<String[]> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(headings);
  }

  public Table row(String... cells) {
    String[] plain = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      plain[i] = Screen.plain(cells[i]);
    }
    rows.add(plain);
    return this;
  }

  public boolean isEmpty() {
    return rows.size() == 1;
  }

  @Override
  public String toString() {
    int columns = rows.getFirst().length;
    Column[] layout = new Column[columns];
    for (int i = 0; i < columns; i++) {
      int column = i;
      int widest = rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
      layout[i] = new Column(widest + GAP, 0, Overflow.SPAN);
    }
    TextTable table = TextTable.forColumns(Help.defaultColorScheme(Ansi.OFF), layout);
    rows.forEach(table::addRowValues);
    return table.toString();
  }
}
