package dev.tombolo.bench.artefact;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The figures as Markdown: a table for bytes, for time, and for memory; a row for each pair, a
/// column for each way.
final class Page {
  private static final String NOT_RUN = "not run";

  private final List<String> ways;
  private final Map<String, Map<String, Row>> pairs = new LinkedHashMap<>();

  private Page(List<Row> rows) {
    ways = rows.stream().map(Row::way).distinct().toList();
    for (Row row : rows) {
      pairs.computeIfAbsent(row.pair(), it -> new LinkedHashMap<>()).put(row.way(), row);
    }
  }

  static String of(List<Row> rows) {
    Page page = new Page(rows);
    return String.join(
        "\n",
        "Bytes on the line:\n",
        page.table(row -> String.format(Locale.ROOT, "%,d", row.taken().bytes())),
        "Seconds of the processor, to make / to apply:\n",
        page.table(
            row ->
                String.format(
                    Locale.ROOT,
                    "%.1f / %.1f",
                    row.taken().making().cpuSeconds(),
                    row.taken().applying().cpuSeconds())),
        "Resident at the most, MiB, to make / to apply:\n",
        page.table(
            row ->
                String.format(
                    Locale.ROOT,
                    "%,.0f / %,.0f",
                    row.taken().making().peakMiB(),
                    row.taken().applying().peakMiB())));
  }

  private String table(Function<Row, String> cell) {
    List<String> lines = new ArrayList<>();
    lines.add("| pair | bytes of the new version | " + String.join(" | ", ways) + " |");
    lines.add("|---|---|" + "---|".repeat(ways.size()));
    pairs.forEach(
        (pair, rows) -> {
          long size = rows.values().iterator().next().size();
          List<String> cells = ways.stream().map(way -> said(rows.get(way), cell)).toList();
          lines.add(
              String.format(
                  Locale.ROOT, "| %s | %,d | %s |", pair, size, String.join(" | ", cells)));
        });
    return String.join("\n", lines) + "\n";
  }

  private static String said(@Nullable Row row, Function<Row, String> cell) {
    return row == null ? NOT_RUN : cell.apply(row);
  }
}
