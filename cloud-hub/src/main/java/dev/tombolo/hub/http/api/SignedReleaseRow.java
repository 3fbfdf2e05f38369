package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// A signed release on a publisher's disk.
///
/// @param release `NAME@VERSION`
/// @param file its envelope
/// @param files how many distinct ones
/// @param signers key ids
@Json
public record SignedReleaseRow(
    String release, String digest, String file, int files, long bytes, List<String> signers) {
  public SignedReleaseRow {
    signers = List.copyOf(signers);
  }
}
