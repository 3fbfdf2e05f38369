package dev.tombolo.bench.artefact;

import java.io.IOException;
import java.nio.file.Path;

/// A way to bring a new version to whoever has the old one.
interface Way {
  String name();

  /// What is missing on this machine, and how to get it; empty when nothing is.
  String missing();

  /// @param work an empty folder
  Taken measure(Pair pair, Path work) throws IOException, InterruptedException;

  /// @param bytes on the line
  record Taken(long bytes, Measured making, Measured applying) {}
}
