package dev.tombolo.agent.x509;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes the few kinds of DER values (ITU-T X.690) that a certificate request is made of.
final class Der {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int UTF8_STRING = 0x0c;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int CONTEXT_0_CONSTRUCTED = 0xa0;

  private Der() {}

  static byte[] sequence(byte[]... values) {
    return value(SEQUENCE, values);
  }

  static byte[] set(byte[]... values) {
    return value(SET, values);
  }

  /// `[0] IMPLICIT`, constructed.
  static byte[] context0(byte[]... values) {
    return value(CONTEXT_0_CONSTRUCTED, values);
  }

  /// An INTEGER of 0 to 127.
  static byte[] smallInteger(int number) {
    return value(INTEGER, new byte[] {(byte) number});
  }

  static byte[] utf8(String text) {
    return value(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
  }

  /// A BIT STRING of whole bytes.
  static byte[] bits(byte[] bytes) {
    return value(BIT_STRING, new byte[] {0}, bytes);
  }

  /// An OBJECT IDENTIFIER, given as its arcs.
  static byte[] oid(int... arcs) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(arcs[0] * 40 + arcs[1]);
    for (int i = 2; i < arcs.length; i++) {
      for (int shift = 28; shift > 0; shift -= 7) {
        if (arcs[i] >> shift != 0) {
          out.write(0x80 | (arcs[i] >> shift & 0x7f));
        }
      }
      out.write(arcs[i] & 0x7f);
    }
    return value(OBJECT_IDENTIFIER, out.toByteArray());
  }

  private static byte[] value(int tag, byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    writeLength(out, length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
  }
}
