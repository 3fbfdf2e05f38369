package dev.tombolo.protocol.id;

/// Crockford's base32 (no I, L, O, U), lower case out, both cases and the look-alikes O=0, I=L=1
/// in.
public final class CrockfordBase32 {
  private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

  private CrockfordBase32() {}

  /// Encodes the first `bits` bits of `bytes`; the last character is padded with zero bits.
  public static String encode(byte[] bytes, int bits) {
    if (bits > bytes.length * 8) {
      throw new IllegalArgumentException(bits + " bits asked of " + bytes.length + " bytes");
    }
    StringBuilder out = new StringBuilder((bits + 4) / 5);
    for (int at = 0; at < bits; at += 5) {
      int value = 0;
      for (int i = at; i < at + 5; i++) {
        int bit = i < bits ? (bytes[i >> 3] >> (7 - (i & 7))) & 1 : 0;
        value = (value << 1) | bit;
      }
      out.append(ALPHABET[value]);
    }
    return out.toString();
  }

  public static String encode(byte[] bytes) {
    return encode(bytes, bytes.length * 8);
  }

  /// Decodes whole bytes; left-over bits must be zero.
  ///
  /// @throws IllegalArgumentException naming the first character that is not base32
  public static byte[] decode(String text) {
    byte[] out = new byte[text.length() * 5 / 8];
    int buffer = 0;
    int held = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      int value = valueOf(text.charAt(i));
      if (value < 0) {
        throw new IllegalArgumentException(
            "character " + (i + 1) + " ('" + text.charAt(i) + "') is not base32");
      }
      buffer = (buffer << 5) | value;
      held += 5;
      if (held >= 8) {
        held -= 8;
        out[at++] = (byte) (buffer >> held);
        buffer &= (1 << held) - 1;
      }
    }
    if (buffer != 0) {
      throw new IllegalArgumentException("left-over bits after the last character");
    }
    return out;
  }

  public static boolean isDigit(char c) {
    return valueOf(c) >= 0;
  }

  private static int valueOf(char c) {
    char lower = Character.toLowerCase(c);
    return switch (lower) {
      case 'o' -> 0;
      case 'i', 'l' -> 1;
      default -> indexOf(lower);
    };
  }

  private static int indexOf(char c) {
    for (int i = 0; i < ALPHABET.length; i++) {
      if (ALPHABET[i] == c) {
        return i;
      }
    }
    return -1;
  }
}
