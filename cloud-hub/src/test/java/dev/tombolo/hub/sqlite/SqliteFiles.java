package dev.tombolo.hub.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Copies a database with its log as a crash would leave them.
final class SqliteFiles {
  private SqliteFiles() {}

  static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
      Path log = from.resolveSibling(from.getFileName() + "-wal");
      if (Files.exists(log)) {
        Files.copy(log, to.resolveSibling(to.getFileName() + "-wal"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
