package dev.tombolo.protocol.bundle;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Numbers and texts out of bytes, never beyond their end. Numbers are unsigned LEB128 of at most 8
/// bytes.
final class ByteSource {
  private static final int VARINT_BYTES_MAX = 8;

  private final byte[] bytes;
  private final int end;
  private int at;

  ByteSource(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.at = from;
    this.end = from + length;
  }

  byte[] bytes() {
    return bytes;
  }

  int at() {
    return at;
  }

  int left() {
    return end - at;
  }

  int oneByte() throws BundleException {
    if (at >= end) {
      throw new BundleException("it ends too early");
    }
    return bytes[at++] & 0xff;
  }

  /// @param bound the greatest value allowed, named by `what` in the refusal
  long number(String what, long bound) throws BundleException {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES_MAX; i++) {
      int next = oneByte();
      value |= (long) (next & 0x7f) << 7 * i;
      if (next < 0x80) {
        if (value > bound) {
          throw new BundleException(what + ": " + value + " is more than " + bound);
        }
        return value;
      }
    }
    throw new BundleException(what + ": a number of more than 56 bits");
  }

  int small(String what, int bound) throws BundleException {
    return (int) number(what, bound);
  }

  /// Moves on by `length` bytes and returns where they begin.
  int skip(int length) throws BundleException {
    if (length > left()) {
      throw new BundleException("it ends too early");
    }
    int from = at;
    at += length;
    return from;
  }

  byte[] take(int length) throws BundleException {
    int from = skip(length);
    byte[] taken = new byte[length];
    System.arraycopy(bytes, from, taken, 0, length);
    return taken;
  }

  String text(String what, int maxBytes) throws BundleException {
    byte[] utf8 = take(small(what, maxBytes));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new BundleException(what + " is not UTF-8");
    }
  }

  void mustBeAtEnd(String what) throws BundleException {
    if (left() != 0) {
      throw new BundleException(what + " has " + left() + " bytes too many");
    }
  }
}
