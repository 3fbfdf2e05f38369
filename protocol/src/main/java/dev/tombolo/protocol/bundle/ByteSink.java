package dev.tombolo.protocol.bundle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that grow by what is written: the counterpart of [ByteSource].
public final class ByteSink {
  private byte[] bytes = new byte[256];
  private int length;

  public int length() {
    return length;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  public ByteSink oneByte(int value) {
    grow(1);
    bytes[length++] = (byte) value;
    return this;
  }

  public ByteSink number(long value) {
    long left = value;
    while (left >= 0x80) {
      oneByte((int) (left | 0x80));
      left >>>= 7;
    }
    return oneByte((int) left);
  }

  public ByteSink bytes(byte[] from, int at, int count) {
    grow(count);
    System.arraycopy(from, at, bytes, length, count);
    length += count;
    return this;
  }

  public ByteSink bytes(byte[] from) {
    return bytes(from, 0, from.length);
  }

  ByteSink text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return number(utf8.length).bytes(utf8);
  }

  private void grow(int by) {
    if (length + by > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + by));
    }
  }
}
