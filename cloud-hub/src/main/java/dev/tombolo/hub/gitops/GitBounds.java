package dev.tombolo.hub.gitops;

import java.time.Duration;

/// How much is taken from one repository.
///
/// @param bytesMax of one fetch, packed
/// @param timeout of one answer of the server
public record GitBounds(long bytesMax, Duration timeout) {
  /// YAML files in the folder and below.
  public static final int FILES_MAX = 20_000;

  public static final int FILE_BYTES_MAX = 1 << 20;

  /// Of all files together.
  public static final int ALL_FILES_BYTES_MAX = 16 << 20;

  /// Entries of the folder and below that are looked at.
  static final int ENTRIES_MAX = 50_000;

  /// Folders in folders.
  static final int DEPTH_MAX = 16;
}
