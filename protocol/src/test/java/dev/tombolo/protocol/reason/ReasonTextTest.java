package dev.tombolo.protocol.reason;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.RecordGenerator;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReasonTextTest {

  static Stream<Class<? extends Reason>> reasons() {
    return ReasonKind.types().stream();
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void everyReasonRoundTripsUnderItsName(Class<? extends Reason> type) throws MalformedException {
    for (int seed = 0; seed < 50; seed++) {
      Reason reason = new RecordGenerator(seed).make(type);
      String json = Json.write(reason);
      if (type != Reason.Unknown.class) {
        assertThat(json).startsWith("{\"code\":\"" + codeOf(type) + "\"");
      }
      assertThat(Json.read(Reason.class, json, 1 << 20)).isEqualTo(reason);
    }
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void everyReasonSaysItInOneLineWithAnEnd(Class<? extends Reason> type) {
    for (int seed = 0; seed < 50; seed++) {
      String text = ReasonText.say(new RecordGenerator(seed).make(type));
      assertThat(text).hasSizeGreaterThan(20).doesNotContainPattern("\\p{Cntrl}");
      assertThat(text).matches(".*[.?]");
    }
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void everyReasonStandsInTheGuide(Class<? extends Reason> type) throws IOException {
    if (type != Reason.Unknown.class) {
      String fields =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getName)
              .collect(Collectors.joining(", "));
      assertThat(Path.of("..", "docs", "protocol.md"))
          .content()
          .contains("`" + codeOf(type) + "(" + fields + ")`");
    }
  }

  /// Whatever their values are, and whatever is left out.
  @Test
  void noTwoReasonsHaveTheSameSentenceButForValues() {
    Map<String, Class<? extends Reason>> sentences = new HashMap<>();
    for (Class<? extends Reason> type : ReasonKind.types()) {
      for (Reason reason : ReasonSamples.variants(type)) {
        String words = withoutValues(ReasonText.say(reason));
        assertThat(words.split(" ")).as(type.getSimpleName()).hasSizeGreaterThan(1);
        Class<? extends Reason> other = sentences.putIfAbsent(words, type);
        assertThat(other == null || other == type)
            .as("%s says what %s says: %s", type, other, words)
            .isTrue();
      }
    }
  }

  private static String withoutValues(String sentence) {
    return sentence
        .replaceAll("sha256:[0-9a-f]+|[0-9a-f]{12,}|[0-9T:-]{10,}Z|[0-9]+|" + ReasonSamples.ANY, "")
        .replaceAll("[^A-Za-z-]+", " ")
        .strip();
  }

  /// A reason that nobody gives is one that somebody has forgotten to give.
  @Test
  void everyReasonIsGivenSomewhere() throws IOException {
    StringBuilder programs = new StringBuilder();
    for (String module : List.of("protocol", "cloud-hub", "edge-agent")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
          if (!file.endsWith("ReasonJson.java")) {
            programs.append(Files.readString(file));
          }
        }
      }
    }
    assertThat(ReasonKind.types())
        .filteredOn(
            type ->
                !Pattern.compile(
                        "new (Reason\\s*\\.)?%1$s\\(|Reason\\.%1$s::new"
                            .formatted(type.getSimpleName()))
                    .matcher(programs)
                    .find())
        .isEmpty();
  }

  private static String codeOf(Class<? extends Reason> type) {
    return type.getSimpleName().replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  @Test
  void aReasonOfANewerPeerIsUnknownButKeepsItsCode() throws MalformedException {
    assertThat(Json.read(Reason.class, "{\"code\":\"moon-phase\",\"phase\":\"full\"}", 100))
        .isEqualTo(new Reason.Unknown("moon-phase"));
  }

  @Test
  void aMomentNobodyKnowsIsLeftOut() {
    assertThat(ReasonText.say(new Reason.LineDown(0, "reset")))
        .isEqualTo(
            "The line to the hub is down: reset; workloads run on; check the shop's network.");
    assertThat(ReasonText.say(new Reason.NotReached("dev-1", 0))).contains("not been seen");
  }

  @Test
  void saysTimesInWordsAndWhatToDo() {
    assertThat(ReasonText.say(new Reason.TokenExpired("0123456789abcdef", 1_767_229_200_000L)))
        .isEqualTo("Join token 0123456789abcdef expired at 2026-01-01T01:00:00Z; make a new one.");
    assertThat(
            ReasonText.say(new Reason.NotFound("site", "stor-117", java.util.List.of("store-117"))))
        .isEqualTo("There is no site 'stor-117'; did you mean store-117?");
    assertThat(ReasonText.say(new Reason.NotFound("rollout", "r1", java.util.List.of())))
        .isEqualTo("There is no rollout 'r1'; 'tombolo rollout list' shows which there are.");
    assertThat(ReasonText.say(new Reason.NotFound("release", "a@1", java.util.List.of())))
        .isEqualTo("There is no release 'a@1'; 'tombolo get releases' shows which there are.");
    assertThat(ReasonText.say(new Reason.Downloading("model.onnx", 17, 34)))
        .isEqualTo("Downloading model.onnx: 17 of 34 bytes (50%); wait.");
  }
}
