package dev.tombolo.protocol.bundle;

/// Bytes that a segment's zstd frames may refer to, as if they stood before them.
public sealed interface Prefix {
  Prefix NONE = new None();

  int length();

  record None() implements Prefix {
    @Override
    public int length() {
      return 0;
    }
  }

  /// The last bytes of what stands before the segment, over the borders of files.
  record Before(int length) implements Prefix {}

  record OfBase(int file, long offset, int length) implements Prefix {}
}
