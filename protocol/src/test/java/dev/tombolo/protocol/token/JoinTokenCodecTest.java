package dev.tombolo.protocol.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.id.CrockfordBase32;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinTokenCodec.Garbled;
import dev.tombolo.protocol.token.JoinTokenCodec.Outcome;
import dev.tombolo.protocol.token.JoinTokenCodec.Part;
import dev.tombolo.protocol.token.JoinTokenCodec.Read;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenCodecTest {
  private static final String TEXT = GoldenFiles.TOKEN_TEXT;
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  @Test
  void readsWhatItWrites() {
    for (int seed = 0; seed < 500; seed++) {
      JoinToken token = token(new Random(seed));
      assertThat(JoinTokenCodec.decode(JoinTokenCodec.encode(token))).isEqualTo(new Read(token));
    }
  }

  @Test
  void caseDashesSpacesAndLookAlikesDoNotMatter() {
    Read read = new Read(GoldenFiles.TOKEN);
    assertThat(JoinTokenCodec.decode("  " + TEXT.toUpperCase(Locale.ROOT) + "\n")).isEqualTo(read);
    assertThat(JoinTokenCodec.decode(TEXT.replaceAll("(.{20})", "$1-"))).isEqualTo(read);
    String lookAlikes =
        "tmb1_" + TEXT.substring(5).replace('0', 'O').replaceFirst("1", "I").replace('1', 'l');
    assertThat(JoinTokenCodec.decode(lookAlikes)).isEqualTo(read);
  }

  @Test
  void findsEverySubstitutedCharacter() {
    for (int at = 0; at < TEXT.length(); at++) {
      for (char c : (ALPHABET + "u_?").toCharArray()) {
        if (c != TEXT.charAt(at) && !(at < 5 && c == '_')) {
          String typo = TEXT.substring(0, at) + c + TEXT.substring(at + 1);
          assertThat(JoinTokenCodec.decode(typo)).as(typo).isInstanceOf(Garbled.class);
        }
      }
    }
  }

  @Test
  void findsEveryMissingDoubledAndSwappedCharacter() {
    for (int at = 0; at < TEXT.length(); at++) {
      refused(TEXT.substring(0, at) + TEXT.substring(at + 1));
      refused(TEXT.substring(0, at) + TEXT.charAt(at) + TEXT.substring(at));
      if (at > 0 && TEXT.charAt(at) != TEXT.charAt(at - 1)) {
        refused(
            TEXT.substring(0, at - 1)
                + TEXT.charAt(at)
                + TEXT.charAt(at - 1)
                + TEXT.substring(at + 1));
      }
    }
    refused(TEXT + "0");
    refused(TEXT + "00000000");
  }

  @Test
  void findsEveryTruncation() {
    for (int length = 0; length < TEXT.length(); length++) {
      refused(TEXT.substring(0, length));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', PREFIX",
    "hello, PREFIX",
    "tmb_abc, PREFIX",
    "tbo_0123, PREFIX",
    "tmb2_0123, VERSION",
    "tmb1_, LENGTH",
    "tmb1_0123, LENGTH",
    "tmb1_01!3, CHARACTER",
    "tmb1_01u3, CHARACTER"
  })
  void saysWhichPartIsWrong(String text, Part part) {
    assertThat(refused(text).part()).isEqualTo(part);
  }

  @Test
  void saysWhereACharacterIsWrong() {
    Garbled garbled = refused(TEXT.substring(0, 40) + "!" + TEXT.substring(41));
    assertThat(garbled.detail()).startsWith("character 41 ");
    assertThat(garbled.reason()).isEqualTo(new Reason.TokenGarbled(garbled.detail()));
  }

  @Test
  void saysThatACharacterIsMistyped() {
    char other = TEXT.charAt(60) == 'a' ? 'b' : 'a';
    assertThat(refused(TEXT.substring(0, 60) + other + TEXT.substring(61)).part())
        .isEqualTo(Part.CHECKSUM);
  }

  @Test
  void soundChecksumOverUnsoundContentIsStillRefused() {
    byte[] sound = CrockfordBase32.decode(TEXT.substring(5));
    assertThat(refused(sealed(with(sound, 0, 2))).part()).isEqualTo(Part.VERSION);
    int count = 1 + 8 + 20 + 32 + 32 + 8;
    assertThat(refused(sealed(with(sound, count, 0))).part()).isEqualTo(Part.ENDPOINT);
    assertThat(refused(sealed(with(sound, count, 1))).part()).isEqualTo(Part.ENDPOINT);
    assertThat(refused(sealed(with(sound, count, 3))).part()).isEqualTo(Part.ENDPOINT);
    assertThat(refused(sealed(with(sound, count, 255))).part()).isEqualTo(Part.ENDPOINT);
    assertThat(refused(sealed(with(sound, count + 1, 200))).part()).isEqualTo(Part.ENDPOINT);
    assertThat(refused(sealed(with(sound, count + 2, ' '))).part()).isEqualTo(Part.ENDPOINT);
    assertThat(refused(sealed(with(sound, count + 2, 0xff))).part()).isEqualTo(Part.ENDPOINT);
  }

  @Test
  void rubbishNeverThrows() {
    for (int seed = 0; seed < 5000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "tmb1_" : "");
      for (int i = random.nextInt(400); i > 0; i--) {
        text.append(
            random.nextInt(50) == 0
                ? (char) random.nextInt(0x10000)
                : ALPHABET.charAt(random.nextInt(32)));
      }
      assertThat(JoinTokenCodec.decode(text.toString())).isInstanceOf(Garbled.class);
    }
    for (int seed = 0; seed < 5000; seed++) {
      byte[] bytes = new byte[110 + new Random(seed).nextInt(200)];
      new Random(seed).nextBytes(bytes);
      bytes[0] = 1;
      assertThat(JoinTokenCodec.decode(sealed(bytes))).isInstanceOf(Outcome.class);
    }
    refused("x".repeat(1_000_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8443",
        "hub.example:443",
        "10.0.0.1:1",
        "[::1]:65535",
        "[fe80::1:2]:80",
        "[1:2:3:4:5:6:7:8]:443",
        "[::ffff:1.2.3.4]:443"
      })
  void knowsEndpoints(String text) {
    assertThat(JoinTokenCodec.isEndpoint(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hub",
        "hub:",
        ":8443",
        "hub:0",
        "hub:65536",
        "hub:x",
        "::1:8443",
        "https://hub:8443",
        "hub:8443/x",
        "hub .x:1",
        "-hub:1",
        "hub-:1",
        "hub:080000",
        "user@hub:1",
        "[hub]:1",
        "[1:2:3]:1",
        "[1:2:3:4:5:6:7:8:9]:1",
        "[1::2::3]:1",
        "[1:2:3:4::5:6:7:8]:1",
        "[:::]:1",
        "[1.2.3.4]:1",
        "[::1.2.3.256]:1",
        "[1.2.3.4::]:1",
        "[::12345]:1",
        "hub:1\n"
      })
  void knowsWhatIsNoEndpoint(String text) {
    assertThat(JoinTokenCodec.isEndpoint(text)).isFalse();
  }

  @Test
  void whatIsTakenForAnAddressIsOneForTheAgentToo() {
    Random random = new Random(17);
    List<String> parts = List.of(":", "::", "1", "ff", "fe80", "0", ":2", ":abcd", "1.2.3.4", ".");
    int taken = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int count = random.nextInt(12); count >= 0; count--) {
        text.append(parts.get(random.nextInt(parts.size())));
      }
      String endpoint = "[" + text + "]:8443";
      if (JoinTokenCodec.isEndpoint(endpoint)) {
        taken++;
        assertThat(URI.create("https://" + endpoint).getHost()).as(endpoint).isNotNull();
      }
    }
    assertThat(taken).isGreaterThan(500);
  }

  @Test
  void writersMistakesAreBugs() {
    JoinToken none = token(List.of());
    assertThatThrownBy(() -> JoinTokenCodec.encode(none)).hasMessageContaining("1-4 endpoints");
    JoinToken five = token(List.of("a:1", "a:2", "a:3", "a:4", "a:5"));
    assertThatThrownBy(() -> JoinTokenCodec.encode(five)).hasMessageContaining("1-4 endpoints");
    JoinToken long4 = token(java.util.Collections.nCopies(4, "h".repeat(240) + ":1"));
    assertThatThrownBy(() -> JoinTokenCodec.encode(long4)).hasMessageContaining("shorter");
  }

  @Test
  void theSecretIsNeverPrinted() {
    assertThat(GoldenFiles.TOKEN.toString()).contains("***").doesNotContain("[1, 2");
  }

  private static Garbled refused(String text) {
    Outcome outcome = JoinTokenCodec.decode(text);
    assertThat(outcome).as(text.length() > 400 ? "long" : text).isInstanceOf(Garbled.class);
    return (Garbled) outcome;
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] altered = bytes.clone();
    altered[at] = (byte) value;
    return altered;
  }

  /// The bytes with their last four replaced by the checksum of those before.
  private static String sealed(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    byte[] whole = Arrays.copyOf(bytes, bytes.length);
    ByteBuffer.wrap(whole).putInt(bytes.length - 4, (int) crc.getValue());
    return "tmb1_" + CrockfordBase32.encode(whole);
  }

  private static JoinToken token(List<String> endpoints) {
    JoinToken golden = GoldenFiles.TOKEN;
    return new JoinToken(
        golden.id(), golden.secret(), golden.rootKey(), golden.publisherRoot(), 1, endpoints);
  }

  private static JoinToken token(Random random) {
    byte[] secret = new byte[TokenSecret.BYTES];
    random.nextBytes(secret);
    List<String> endpoints = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      endpoints.add("h" + "x.y".repeat(random.nextInt(20)) + ":" + (1 + random.nextInt(65535)));
    }
    return new JoinToken(
        String.format("%016x", random.nextLong()),
        new TokenSecret(secret),
        Digest.ofText("root" + random.nextLong()),
        Digest.ofText("publisher" + random.nextLong()),
        random.nextLong() >>> 20,
        endpoints);
  }
}
