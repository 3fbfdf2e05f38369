package dev.tombolo.protocol.bundle;

import dev.tombolo.protocol.bundle.BundleTable.BaseFile;
import java.util.List;

/// The segments' rows of a table that is being written: as bytes, since there may be millions of
/// pieces.
public final class SegmentRows {
  private final ByteSink rows = new ByteSink();
  private final SegmentCodec codec;
  private int count;

  public SegmentRows(List<BaseFile> baseFiles) {
    codec = new SegmentCodec(baseFiles);
  }

  /// Appends the row of the next segment.
  public void add(Segment segment) {
    codec.write(segment, rows);
    count++;
  }

  public int count() {
    return count;
  }

  /// Bytes of all rows.
  public int length() {
    return rows.length();
  }

  public byte[] toBytes() {
    return rows.toBytes();
  }
}
