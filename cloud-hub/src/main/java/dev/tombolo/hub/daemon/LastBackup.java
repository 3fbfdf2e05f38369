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

  /// A backup is one without this note, too; but an older one must not pass for the newest.
  static void note(Path data, Path backup) {
    Path note = data.resolve(NAME);
    try {
      Files.writeString(note, backup.toAbsolutePath().normalize() + "\n");
    } catch (IOException e) {
      remove(note);
    }
  }

  private static void remove(Path note) {
    try {
      Files.deleteIfExists(note);
    } catch (IOException e) {
      // Who makes backups need not be the one who may write here.
    }
  }

  /// Empty when none was noted, or when it is no longer there.
  static Optional<Path> of(Path data) {
    try {
      String path = Files.readString(data.resolve(NAME)).strip();
      return path.isEmpty()
          ? Optional.empty()
          : Optional.of(Path.of(path)).filter(Files::isRegularFile);
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }
}
