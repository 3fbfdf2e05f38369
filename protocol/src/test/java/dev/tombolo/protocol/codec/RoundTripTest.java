package dev.tombolo.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.RecordGenerator;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {
  private static final int ROUNDS = 300;
  private static final int RUBBISH_ROUNDS = 2000;
  private static final int BYTES_MAX = 1 << 20;

  static Set<Class<?>> kinds() {
    Set<Class<?>> kinds = new LinkedHashSet<>();
    for (Object message : GoldenFiles.messages().values()) {
      kinds.add(
          switch (message) {
            case Presence presence -> Presence.class;
            case Reason reason -> Reason.class;
            default -> message.getClass();
          });
    }
    kinds.add(ReportBody.class);
    return kinds;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatIsWrittenReadsAsTheSame(Class<?> kind) throws MalformedException {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Object message = new RecordGenerator(seed).make(kind);
      String json = Json.write(message);
      assertThat(Json.read(kind, json, BYTES_MAX)).as("seed %d: %s", seed, json).isEqualTo(message);
      assertThat(Json.read(kind, json.getBytes(StandardCharsets.UTF_8), BYTES_MAX))
          .isEqualTo(message);
      assertThat(Json.write(Json.read(kind, json, BYTES_MAX))).isEqualTo(json);
    }
  }

  /// Anything but [MalformedException] fails the test by itself.
  @ParameterizedTest
  @MethodSource("kinds")
  void rubbishIsMalformedAndNothingWorse(Class<?> kind) {
    int refused = 0;
    for (int seed = 0; seed < RUBBISH_ROUNDS; seed++) {
      Random random = new Random(seed);
      byte[] sound =
          Json.write(new RecordGenerator(seed).make(kind)).getBytes(StandardCharsets.UTF_8);
      try {
        Object read = Json.read(kind, spoil(sound, random), BYTES_MAX);
        // What is still readable must be writable too.
        Json.write(read);
      } catch (MalformedException e) {
        refused++;
        assertThat(e.reason().detail()).isNotBlank();
      }
    }
    assertThat(refused).isGreaterThan(RUBBISH_ROUNDS / 3);
  }

  private static byte[] spoil(byte[] sound, Random random) {
    switch (random.nextInt(5)) {
      case 0 -> {
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        return noise;
      }
      case 1 -> {
        return java.util.Arrays.copyOf(sound, random.nextInt(sound.length));
      }
      case 2 -> {
        byte[] altered = sound.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          altered[random.nextInt(altered.length)] = (byte) random.nextInt();
        }
        return altered;
      }
      case 3 -> {
        List<String> swaps = List.of("null", "{}", "[]", "1e9", "-1", "true", "\"\"", "[[1]]");
        String text = new String(sound, StandardCharsets.UTF_8);
        int colon = text.indexOf(':', random.nextInt(text.length()));
        int end = text.indexOf(',', Math.max(colon, 0));
        String swap = swaps.get(random.nextInt(swaps.size()));
        return (colon < 0 || end < 0
                ? swap
                : text.substring(0, colon + 1) + swap + text.substring(end))
            .getBytes(StandardCharsets.UTF_8);
      }
      default -> {
        int from = random.nextInt(sound.length);
        int to = from + random.nextInt(sound.length - from);
        byte[] cut = new byte[sound.length - (to - from)];
        System.arraycopy(sound, 0, cut, 0, from);
        System.arraycopy(sound, to, cut, from, sound.length - to);
        return cut;
      }
    }
  }
}
