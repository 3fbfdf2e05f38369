package dev.tombolo.protocol.bundle;

import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// A stretch of the target, coded and checked by itself. The target is its files one after the
/// other; a segment may hold many small files, and a large file many segments.
///
/// @param digest of the plain bytes
/// @param codedLength bytes in the bundle
public record Segment(
    int length, int codedLength, Prefix prefix, List<Piece> pieces, Digest digest) {
  public Segment {
    pieces = List.copyOf(pieces);
  }
}
