package dev.tombolo.protocol;

import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.CrockfordBase32;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// Join tokens.
final class TokenTargets {
  private static final int CRC_BYTES = 4;

  private TokenTargets() {}

  private static String read(String pasted) {
    return switch (JoinTokenCodec.decode(pasted)) {
      case JoinTokenCodec.Garbled garbled -> {
        Contract.refused(ReasonText.say(garbled.reason()));
        yield Contract.refused(garbled.part() + " " + garbled.detail());
      }
      case JoinTokenCodec.Read(JoinToken token) -> {
        String written = JoinTokenCodec.encode(token);
        Contract.holds(written.length() <= Limits.TOKEN_CHARS_MAX, "a token has its bound");
        Contract.same(new JoinTokenCodec.Read(token), JoinTokenCodec.decode(written));
        token
            .endpoints()
            .forEach(endpoint -> java.net.URI.create("https://" + endpoint + "/v1/enroll"));
        yield "taken";
      }
    };
  }

  /// As pasted.
  record Text() implements FuzzTarget {
    @Override
    public String name() {
      return "token-text";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of(
          GoldenFiles.TOKEN_TEXT.getBytes(StandardCharsets.UTF_8),
          ("  " + GoldenFiles.TOKEN_TEXT.toUpperCase(java.util.Locale.ROOT) + "\n")
              .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
      return List.of("tmb1_", "tmb2_", "-", "\u212a", "\u0130", "o", "L");
    }

    @Override
    public String run(byte[] input) {
      return read(new String(input, StandardCharsets.UTF_8));
    }
  }

  /// The bytes below the base32, with a checksum that is right.
  record Content() implements FuzzTarget {
    @Override
    public String name() {
      return "token-content";
    }

    @Override
    public List<byte[]> seeds() {
      byte[] whole =
          CrockfordBase32.decode(GoldenFiles.TOKEN_TEXT.substring(JoinTokenCodec.PREFIX.length()));
      return List.of(Arrays.copyOf(whole, whole.length - CRC_BYTES));
    }

    @Override
    public List<String> words() {
      return List.of(
          "\u000ehub.example:443", "\u0005[::1]:1", "a.b:65535", "a:0", "..:1", "[:::::]:9");
    }

    @Override
    public int bytesMax() {
      return 2 * 1024;
    }

    @Override
    public String run(byte[] input) {
      CRC32C crc = new CRC32C();
      crc.update(input);
      byte[] whole = Arrays.copyOf(input, input.length + CRC_BYTES);
      ByteBuffer.wrap(whole).putInt(input.length, (int) crc.getValue());
      return read(JoinTokenCodec.PREFIX + CrockfordBase32.encode(whole));
    }
  }
}
