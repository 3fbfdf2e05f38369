package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.Segment;

/// A segment's row of the table, and its bytes.
///
/// @param rowBytes what its row is likely to take once the table is packed, but for the digest
record CodedSegment(Segment segment, byte[] bytes, int rowBytes) {
  int total() {
    return bytes.length + rowBytes;
  }
}
