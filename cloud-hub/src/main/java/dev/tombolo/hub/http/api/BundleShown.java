package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// What a bundle consists of.
///
/// @param bytes of the whole bundle
/// @param tableBytes of it, for header and table
/// @param needs files of the base, which must be there unchanged
/// @param makes files of the target
/// @param codings sums of the segments of each coding
/// @param segments empty in the sums of a list that was cut
@Json
public record BundleShown(
    String file,
    long bytes,
    long tableBytes,
    long plainBytes,
    int segmentCount,
    List<Needed> needs,
    List<Made> makes,
    List<Sum> codings,
    List<Row> segments) {
  public BundleShown {
    needs = List.copyOf(needs);
    makes = List.copyOf(makes);
    codings = List.copyOf(codings);
    segments = List.copyOf(segments);
  }

  /// @param path empty for a base that is one file
  @Json
  public record Needed(String path, long bytes) {}

  /// @param path empty for a target that is one file
  @Json
  public record Made(String path, long bytes, boolean executable, String digest) {}

  @Json
  public record Sum(String coding, int segments, long plainBytes, long codedBytes) {}

  /// @param path of the file that the segment begins in
  /// @param offset in that file
  @Json
  public record Row(
      String path, long offset, String coding, long plainBytes, long codedBytes, String digest) {}
}
