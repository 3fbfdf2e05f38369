package dev.tombolo.hub.sqlite;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads very many rows: thousands come as one text, a line each. A call for every column of every
/// row, with an object or two, takes several times as long as SQLite takes to read them. Columns
/// are texts without a tab or the end of a line in them, as names and JSON are, or numbers.
///
/// Each text is a query of its own, so that no reader keeps the log from being taken into the
/// database for long: what changes meanwhile is seen or not.
final class PackedRows {
  private static final int ROWS = 2_000;
  private static final char NEXT_COLUMN = '\t';
  private static final char NEXT_ROW = '\n';

  private final SqliteRolloutViews.Reader reader;

  PackedRows(SqliteRolloutViews.Reader reader) {
    this.reader = reader;
  }

  /// @param columns never null
  /// @param from the rest of the query, in an order in which it can go on behind a row
  static String sql(String from, String... columns) {
    return "SELECT group_concat(line, char(10)) FROM (SELECT "
        + String.join(" || char(9) || ", columns)
        + " AS line "
        + from
        + " LIMIT "
        + ROWS
        + ")";
  }

  /// @param values of the query, for its first rows
  /// @param after of the query, for the rows behind this one; null: no more are wanted
  void each(
      String sql,
      Object[] values,
      Consumer<Row> rows,
      Function<Row, @Nullable Object @Nullable []> after) {
    @Nullable Object @Nullable [] next = values;
    while (next != null) {
      String text =
          reader
              .list(
                  sql,
                  r -> {
                    String lines = r.getString(1);
                    return lines == null ? "" : lines;
                  },
                  next)
              .getFirst();
      Row row = new Row(text);
      int read = 0;
      while (row.next()) {
        rows.accept(row);
        read++;
      }
      next = read < ROWS ? null : after.apply(row);
    }
  }

  /// The row that is read now.
  static final class Row {
    private static final int COLUMNS_MAX = 9;

    private final String text;

    /// Where each column begins; behind the last, one more than where it ends.
    private final int[] starts = new int[COLUMNS_MAX + 1];

    private int next;

    Row(String text) {
      this.text = text;
    }

    boolean next() {
      if (next >= text.length()) {
        return false;
      }
      int found = text.indexOf(NEXT_ROW, next);
      int end = found < 0 ? text.length() : found;
      int columns = 0;
      starts[columns++] = next;
      for (int at = text.indexOf(NEXT_COLUMN, next, end);
          at >= 0;
          at = text.indexOf(NEXT_COLUMN, at + 1, end)) {
        starts[columns++] = at + 1;
      }
      Arrays.fill(starts, columns, starts.length, end + 1);
      next = end + 1;
      return true;
    }

    private int end(int column) {
      return starts[column + 1] - 1;
    }

    int length(int column) {
      return end(column) - starts[column];
    }

    char at(int column, int index) {
      return text.charAt(starts[column] + index);
    }

    boolean is(int column, String value) {
      return length(column) == value.length() && text.startsWith(value, starts[column]);
    }

    String text(int column) {
      return text.substring(starts[column], end(column));
    }

    long number(int column) {
      return Long.parseLong(text, starts[column], end(column), 10);
    }
  }
}
