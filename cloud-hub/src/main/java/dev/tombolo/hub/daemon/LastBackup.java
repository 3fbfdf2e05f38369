package dev.tombolo.hub.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// `last-backup` in the data folder: where the newest backup was written, for the day it is needed.
final class LastBackup {
  private static final String NAME = "last-backup";

  private LastBackup() {}

  /// A backup is one without this note, too.
  static void note(Path data, Path backup) {
    try {
      Files.writeString(data.resolve(NAME), backup.toAbsolutePath().normalize() + "\n");
    } catch (IOException e) {
      // Who makes backups need not be the one who may write here.
    }
  }

  /// Empty when none was noted.
  static Optional<Path> of(Path data) {
    try {
      String path = Files.readString(data.resolve(NAME)).strip();
      return path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }
}
