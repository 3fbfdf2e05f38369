package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rollout.
///
/// @param state `planning`, `rolling`, `paused`, `completed`, `aborted`, `rolled-back` or `expired`
/// @param name of one that was applied from a file, with how many were begun under it and its line
/// @param words the state in words: what it waits for, who stopped it
/// @param superseded that a newer rollout took
/// @param outside as in [RolloutWaveRow]; so is `leftAlone`
@Json
public record RolloutRow(
    String id,
    String release,
    String fleet,
    String scope,
    String state,
    String words,
    List<RolloutWaveRow> waves,
    int devices,
    int succeeded,
    int failed,
    int inFlight,
    int notReached,
    int superseded,
    int outside,
    int leftAlone,
    long createdMillis,
    String createdBy,
    @Nullable Long deadlineMillis,
    @Nullable String name,
    long generation,
    String writtenIn) {
  public RolloutRow {
    waves = List.copyOf(waves);
  }
}
