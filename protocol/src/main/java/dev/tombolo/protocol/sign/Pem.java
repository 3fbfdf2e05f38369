package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.MalformedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Textual encoding of keys and certificates (RFC 7468).
public final class Pem {
  /// Enough for a chain of certificates.
  public static final int CHARS_MAX = 64 * 1024;

  private Pem() {}

  /// @param label `CERTIFICATE`, `PRIVATE KEY`, ...
  public static String write(String label, byte[] der) {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  /// The first block of that label.
  public static byte[] read(String label, String pem) throws MalformedException {
    List<byte[]> blocks = readAll(label, pem);
    if (blocks.isEmpty()) {
      throw new MalformedException("PEM", "has no '-----BEGIN " + label + "-----'");
    }
    return blocks.getFirst();
  }

  /// All blocks of that label, in order; what stands between blocks is skipped.
  public static List<byte[]> readAll(String label, String pem) throws MalformedException {
    if (pem.length() > CHARS_MAX) {
      throw new MalformedException("PEM", "longer than " + CHARS_MAX + " characters");
    }
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    List<byte[]> blocks = new ArrayList<>();
    int at = pem.indexOf(begin);
    while (at >= 0) {
      int bodyStart = at + begin.length();
      int bodyEnd = pem.indexOf(end, bodyStart);
      if (bodyEnd < 0) {
        throw new MalformedException("PEM", "has no '" + end + "'");
      }
      blocks.add(decode(pem.substring(bodyStart, bodyEnd)));
      at = pem.indexOf(begin, bodyEnd);
    }
    return blocks;
  }

  private static byte[] decode(String body) throws MalformedException {
    StringBuilder base64 = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); i++) {
      if (!Character.isWhitespace(body.charAt(i))) {
        base64.append(body.charAt(i));
      }
    }
    try {
      return Base64.getDecoder().decode(base64.toString());
    } catch (IllegalArgumentException e) {
      throw new MalformedException("PEM", "holds what is not base64");
    }
  }
}
