package dev.tombolo.protocol.token;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.CrockfordBase32;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// Reads and writes join tokens, in the layout that [JoinToken] gives.
public final class JoinTokenCodec {
  public static final String PREFIX = "tmb1_";
  public static final int ENDPOINTS_MAX = 4;
  private static final int VERSION = 1;
  private static final int ID_BYTES = 8;
  private static final int HASH_BYTES = 32;
  private static final int CRC_BYTES = 4;
  private static final int FIXED_BYTES =
      1 + ID_BYTES + TokenSecret.BYTES + 2 * HASH_BYTES + Long.BYTES + 1;
  private static final Pattern ANY_PREFIX = Pattern.compile("tmb[0-9]+_.*", Pattern.DOTALL);
  private static final Pattern ENDPOINT =
      Pattern.compile(
          "([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+])" + ":([0-9]{1,5})");

  private JoinTokenCodec() {}

  /// What came of reading a token.
  public sealed interface Outcome {}

  public record Read(JoinToken token) implements Outcome {}

  /// @param detail says where, and what to do
  public record Garbled(Part part, String detail) implements Outcome {
    public Reason.TokenGarbled reason() {
      return new Reason.TokenGarbled(detail);
    }
  }

  /// The part of a token's text that is wrong.
  public enum Part {
    PREFIX,
    CHARACTER,
    LENGTH,
    CHECKSUM,
    VERSION,
    ENDPOINT
  }

  /// True for `host:port`, where the host is a name, an IPv4 address or an IPv6 one in brackets.
  public static boolean isEndpoint(String text) {
    var matcher = ENDPOINT.matcher(text);
    if (text.length() > 255 || !matcher.matches()) {
      return false;
    }
    int port = Integer.parseInt(matcher.group(3));
    return port >= 1
        && port <= 65535
        && (text.charAt(0) != '[' || Ipv6.isAddress(matcher.group(1)));
  }

  /// @throws IllegalArgumentException where the token does not fit the format (a bug of the caller)
  public static String encode(JoinToken token) {
    int count = token.endpoints().size();
    if (count < 1 || count > ENDPOINTS_MAX) {
      throw new IllegalArgumentException("a token has 1-4 endpoints, not " + count);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(FIXED_BYTES + 64);
    out.write(VERSION);
    byte[] id = HexFormat.of().parseHex(token.id());
    if (id.length != ID_BYTES) {
      throw new IllegalArgumentException("a token id has 16 hex digits, not '" + token.id() + "'");
    }
    out.writeBytes(id);
    out.writeBytes(token.secret().bytes());
    out.writeBytes(token.rootKey().bytes());
    out.writeBytes(token.publisherRoot().bytes());
    out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(token.expiresSeconds()).array());
    out.write(count);
    for (String endpoint : token.endpoints()) {
      if (!isEndpoint(endpoint)) {
        throw new IllegalArgumentException("'" + endpoint + "' is not an endpoint; use host:port");
      }
      byte[] utf8 = endpoint.getBytes(StandardCharsets.UTF_8);
      out.write(utf8.length);
      out.writeBytes(utf8);
    }
    byte[] body = out.toByteArray();
    byte[] whole = Arrays.copyOf(body, body.length + CRC_BYTES);
    ByteBuffer.wrap(whole).putInt(body.length, crc(body, body.length));
    String text = PREFIX + CrockfordBase32.encode(whole);
    if (text.length() > Limits.TOKEN_CHARS_MAX) {
      throw new IllegalArgumentException(
          "the token has " + text.length() + " characters; use fewer or shorter endpoints");
    }
    return text;
  }

  /// Reads a token as pasted: white space around it, case and `-` do not matter.
  public static Outcome decode(String pasted) {
    if (pasted.length() > 2 * Limits.TOKEN_CHARS_MAX) {
      return garbled(
          Part.LENGTH, "it has " + pasted.length() + " characters, too many for a token");
    }
    String text = pasted.strip().toLowerCase(Locale.ROOT);
    if (!text.startsWith(PREFIX)) {
      return ANY_PREFIX.matcher(text).matches()
          ? garbled(
              Part.VERSION, "it is of a newer kind than " + PREFIX + "; update this program first")
          : garbled(Part.PREFIX, "it does not begin with " + PREFIX + "; copy the whole token");
    }
    StringBuilder base32 = new StringBuilder(text.length());
    for (int i = PREFIX.length(); i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '-') {
        continue;
      }
      if (!CrockfordBase32.isDigit(c)) {
        return garbled(
            Part.CHARACTER,
            "character " + (i + 1) + " is not of a token (0-9, a-z without u); copy it again");
      }
      base32.append(c);
    }
    int bytes = base32.length() * 5 / 8;
    boolean wholeBytes = (bytes * 8 + 4) / 5 == base32.length();
    if (PREFIX.length() + base32.length() > Limits.TOKEN_CHARS_MAX
        || bytes < FIXED_BYTES + CRC_BYTES
        || !wholeBytes) {
      return garbled(
          Part.LENGTH,
          "it has "
              + base32.length()
              + " characters after "
              + PREFIX
              + ", which no token has; copy all of it");
    }
    return decodeBytes(base32.toString());
  }

  private static Outcome decodeBytes(String base32) {
    byte[] whole;
    try {
      whole = CrockfordBase32.decode(base32);
    } catch (IllegalArgumentException e) {
      return checksum();
    }
    ByteBuffer in = ByteBuffer.wrap(whole);
    int bodyLength = whole.length - CRC_BYTES;
    if (in.getInt(bodyLength) != crc(whole, bodyLength)) {
      return checksum();
    }
    int version = in.get();
    if (version != VERSION) {
      return garbled(Part.VERSION, "its version is " + version + "; update this program first");
    }
    String id = HexFormat.of().formatHex(take(in, ID_BYTES));
    TokenSecret secret = new TokenSecret(take(in, TokenSecret.BYTES));
    Digest rootKey = Digest.ofHash(take(in, HASH_BYTES));
    Digest publisherRoot = Digest.ofHash(take(in, HASH_BYTES));
    long expires = in.getLong();
    int count = in.get();
    in.limit(bodyLength);
    List<String> endpoints = new ArrayList<>();
    for (int i = 0; i < count && in.hasRemaining(); i++) {
      int length = in.get() & 0xff;
      if (length > in.remaining()) {
        return endpoint(i);
      }
      String text = utf8(take(in, length));
      if (!isEndpoint(text)) {
        return endpoint(i);
      }
      endpoints.add(text);
    }
    if (count < 1 || count > ENDPOINTS_MAX || endpoints.size() != count || in.hasRemaining()) {
      return garbled(Part.ENDPOINT, "its list of endpoints is broken; make a new token");
    }
    return new Read(new JoinToken(id, secret, rootKey, publisherRoot, expires, endpoints));
  }

  private static Garbled checksum() {
    return garbled(
        Part.CHECKSUM, "its checksum does not fit: a character is wrong or missing; copy it again");
  }

  private static Garbled endpoint(int index) {
    return garbled(
        Part.ENDPOINT, "its endpoint " + (index + 1) + " is not host:port; make a new token");
  }

  private static Garbled garbled(Part part, String detail) {
    return new Garbled(part, detail);
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /// Empty (never an endpoint) where the bytes are not UTF-8.
  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "";
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
