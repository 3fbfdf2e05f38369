package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// What a backup says of itself: its first entry, `tombolo-backup.json`.
///
/// @param format 1; a later one is refused by this program
/// @param madeMillis when the database was copied
/// @param root SHA-256 of the key of the hub's CA root, hex: the pin of its join tokens
/// @param entries everything else in it
/// @param releaseFiles files of all releases; they are in it only when `withFiles` is true
@Json
public record BackupContent(
    int format,
    String version,
    long madeMillis,
    long epoch,
    String history,
    String root,
    long devices,
    long auditSequence,
    String auditHash,
    boolean withFiles,
    List<BackupFile> entries,
    List<BackupFile> releaseFiles) {
  public static final int FORMAT = 1;

  public BackupContent {
    entries = List.copyOf(entries);
    releaseFiles = List.copyOf(releaseFiles);
  }
}
