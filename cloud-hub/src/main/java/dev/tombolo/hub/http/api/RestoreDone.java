package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a restore came to, as `tombolo hub restore --json` says it.
///
/// @param setAside where the data went that stood there before
/// @param missing release files that must be pushed again
@Json
public record RestoreDone(
    long epoch,
    String history,
    long backupMillis,
    int tokensVoided,
    int standingsTaken,
    @Nullable String setAside,
    List<BackupFile> missing) {
  public RestoreDone {
    missing = List.copyOf(missing);
  }
}
