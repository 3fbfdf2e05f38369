package dev.tombolo.bench.load;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a bench writes its figures for machines.
final class FiguresFile {
  private static final String LAST_LINE = "-";

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = LAST_LINE,
      description = "also write the figures to this file; without one, as the last line")
  @Nullable Path json;

  /// Writes nothing where nobody asked for it.
  void write(Figures figures) throws IOException {
    if (json == null) {
      return;
    }
    if (json.toString().equals(LAST_LINE)) {
      System.out.println(figures.json());
    } else {
      figures.write(json);
    }
  }
}
