package dev.tombolo.protocol.bundle;

/// The bytes of a segment's [Prefix], had when a zstd frame is unpacked with them: most segments
/// with a prefix have none, and it is as long as the segment.
///
/// @param <E> why they may not be had
public interface PrefixBytes<E extends Exception> {
  /// Exactly as long as the prefix.
  byte[] get() throws E;
}
