package dev.tombolo.agent.bundle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 (FIPS 180-4).
final class Sha256 {
  /// So many calls, and the launch script has it compiled.
  private static final int CALLS = 8;

  /// Bytes of a call that is only made to be counted.
  private static final int BLOCK_BYTES = 64;

  private Sha256() {}

  /// Has the loop over blocks compiled before there is much to digest. Compiled, it uses the
  /// processor's own instructions; until then, a MiB takes as long as thirty do afterwards, and
  /// what is compiled instead, the code of single blocks, is the longest of all.
  static void prepare() {
    MessageDigest sha256 = begin();
    byte[] block = new byte[BLOCK_BYTES];
    for (int i = 0; i < CALLS; i++) {
      sha256.update(block, 0, block.length);
    }
  }

  static MessageDigest begin() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] of(byte[] bytes, int at, int length) {
    MessageDigest sha256 = begin();
    sha256.update(bytes, at, length);
    return sha256.digest();
  }
}
