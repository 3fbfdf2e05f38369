package dev.tombolo.protocol.bundle;

/// Zstandard (RFC 8878), which both programs bring along: the protocol does without libraries.
public interface Unpacking {
  /// Unpacks one frame whose result is `wanted` bytes long.
  ///
  /// @param prefix what the frame may refer to; empty for nothing
  /// @throws BundleException when it is no such frame
  void unpack(byte[] from, int at, int length, byte[] prefix, byte[] into, int intoAt, int wanted)
      throws BundleException;
}
