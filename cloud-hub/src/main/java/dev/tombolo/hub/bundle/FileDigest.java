package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.id.Digest;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 of files that do not fit memory.
final class FileDigest {
  private static final int BUFFER = 1 << 20;

  private FileDigest() {}

  static Digest of(Tree.Entry file) {
    MessageDigest sha256 = sha256();
    byte[] buffer = new byte[(int) Math.min(BUFFER, file.size())];
    for (long at = 0; at < file.size(); at += buffer.length) {
      int length = (int) Math.min(buffer.length, file.size() - at);
      TreeBytes.copy(file, at, buffer, 0, length);
      sha256.update(buffer, 0, length);
    }
    return Digest.ofHash(sha256.digest());
  }

  static Writing writing(OutputStream to) {
    return new Writing(to, sha256());
  }

  /// Digests what passes.
  static final class Writing extends DigestOutputStream {
    Writing(OutputStream to, MessageDigest sha256) {
      super(to, sha256);
    }

    Digest digest() {
      return Digest.ofHash(getMessageDigest().digest());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
