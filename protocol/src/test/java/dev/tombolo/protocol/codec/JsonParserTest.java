package dev.tombolo.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.message.Acked;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonParserTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nul",
        "nulll",
        "tru",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}x",
        "1 2",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "1e999",
        "-01",
        "--1",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\tb\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "[1}",
        "{]",
        "//x\n1",
        "\u00a01",
        "\uFEFF{}"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> JsonParser.parse("text", text)).isInstanceOf(MalformedException.class);
  }

  @Test
  void readsEveryKindOfValue() throws MalformedException {
    assertThat(
            JsonParser.parse(
                "text", " {\"a\" : [ 1 , -0 , 0.5e1, true,false,null ], \"b\":{}} \r\n\t"))
        .isEqualTo(
            Map.of("a", java.util.Arrays.asList(1L, 0L, 5.0, true, false, null), "b", Map.of()));
    assertThat(JsonParser.parse("text", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fC\\ud83d\\ude00ü😀\""))
        .isEqualTo("\"\\/\b\f\n\r\tü😀ü😀");
    assertThat(JsonParser.parse("text", "[]")).isEqualTo(List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "9007199254740991,true",
    "-9007199254740991,true",
    "9007199254740992,false",
    "-9007199254740992,false",
    "99999999999999999999,false"
  })
  void integersStayBelowTwoToThe53(String number, boolean fits) {
    if (fits) {
      assertThat(read(number)).isEqualTo(Long.valueOf(number));
    } else {
      assertThatThrownBy(() -> JsonParser.parse("text", number)).hasMessageContaining("2^53");
    }
  }

  @Test
  void aFieldStandsOnce() {
    assertThatThrownBy(() -> JsonParser.parse("text", "{\"a\":1,\"\\u0061\":2}"))
        .hasMessage("text: Duplicate field 'a', at character 16");
  }

  @Test
  void nestingIsBounded() {
    assertThat(read("[".repeat(32) + "]".repeat(32))).isInstanceOf(List.class);
    assertThatThrownBy(() -> JsonParser.parse("text", "[".repeat(100_000)))
        .hasMessage(
            "text: Document nesting depth (33) exceeds the maximum allowed (32), at character 34");
  }

  @Test
  void sizeIsBoundedInBytes() throws MalformedException {
    String json = "{\"incarnation\":\"ü😀€\",\"through\":1,\"hubMillis\":2}";
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    assertThat(Json.read(Acked.class, json, bytes).incarnation()).isEqualTo("ü😀€");
    assertThatThrownBy(() -> Json.read(Acked.class, json, bytes - 1))
        .hasMessage("acked: larger than " + (bytes - 1) + " bytes");
    assertThat(Json.read(Acked.class, json.getBytes(StandardCharsets.UTF_8), bytes).through())
        .isEqualTo(1);
  }

  /// What stands for a character that cannot be read is one that can be.
  @Test
  void aTextMayHaveAReplacementCharacterThatItsBytesHave() throws MalformedException {
    String text = "caf\u00e9 \uFFFD \uD83D\uDE00";

    assertThat(Json.utf8("text", text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "c3", "c080", "eda080", "61f4908080", "efbfbdff"})
  void aTextIsStrictUtf8(String hex) {
    assertThatThrownBy(() -> Json.utf8("text", HexFormat.of().parseHex(hex)))
        .hasMessage("text: is not UTF-8");
  }

  @Test
  void bytesAreStrictUtf8() {
    byte[] overlong = {'"', (byte) 0xc0, (byte) 0xaf, '"'};
    assertThatThrownBy(() -> Json.read(Acked.class, overlong, 100))
        .hasMessage("acked: is not UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"incarnation\":\"x\",\"hubMillis\":1} | acked: $.through is missing",
        "{\"incarnation\":\"x\",\"through\":null,\"hubMillis\":1} | acked: $.through is missing",
        "{\"incarnation\":\"x\",\"through\":\"1\",\"hubMillis\":1} | acked: $.through must be an integer",
        "{\"incarnation\":\"x\",\"through\":1.0,\"hubMillis\":1} | acked: $.through must be an integer",
        "{\"incarnation\":7,\"through\":1,\"hubMillis\":1} | acked: $.incarnation must be a string",
        "[] | acked: $ must be a JSON object"
      })
  void errorsCarryThePath(String json, String message) {
    assertThatThrownBy(() -> Json.read(Acked.class, json, 1000)).hasMessage(message);
  }

  @Test
  void deepErrorsCarryTheWholePath() {
    String json =
        "{\"incarnation\":\"i\",\"bootId\":\"b\",\"wallMillis\":1,\"monotonicMillis\":1,\"rows\":["
            + "{\"sequence\":1,\"bootId\":\"b\",\"wallMillis\":1,\"monotonicMillis\":1,"
            + "\"body\":{\"kind\":\"result\",\"channel\":\"Not a name\",\"json\":\"1\"}}]}";
    assertThatThrownBy(() -> Json.read(dev.tombolo.protocol.message.Report.class, json, 1000))
        .hasMessageStartingWith("report: $.rows[0].body.channel must be a name");
  }

  @Test
  void textAroundABrokenValueIsCheckedToo() throws MalformedException {
    Json.check("result", "{\"in\":12}", 100);
    assertThatThrownBy(() -> Json.check("result", "{\"in\":12", 100))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Json.check("result", "[" + "1,".repeat(50) + "1]", 100))
        .hasMessage("result: larger than 100 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1}    | text: Unexpected close marker '}': expected ']' (for Array starting at line: 1, column: 1), at character 3",
        "[+1]   | text: Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to have plus signs, at character 3",
        "NaN    | text: Non-standard token 'NaN', at character 4",
        "[//1]  | text: Unexpected character ('/' (code 47)): maybe a (non-standard) comment?, at character 2",
        "{\"a\": | text: the text ends too early, at character 6",
        "{} {}  | text: something follows the end of the JSON value, at character 4"
      })
  void errorsNameThePlaceAndNoSettingsOfTheLibrary(String json, String message) {
    assertThatThrownBy(() -> JsonParser.parse("text", json)).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%1$s",
        "{\"%1$s\":1,\"%1$s\":2}",
        "[1]%1$s",
        "\"%1$s",
        "1%1$s",
        "[1,%1$s]",
        "\"\\x%1$s\""
      })
  void errorsStaySmallAndOnOneLine(String form) {
    String json = form.formatted("n\\n".repeat(30_000));
    assertThatThrownBy(() -> JsonParser.parse("text", json))
        .isInstanceOf(MalformedException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300).doesNotContain("\n"));
  }

  /// Of [JsonParser], whatever the pieces of JSON are put together to.
  @Test
  void piecesInAnyOrderAreReadOrMalformedAndNothingWorse() {
    List<String> pieces =
        List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\"a\"",
            "\"a\":",
            "\"\\u00e9\"",
            "\\ud83d",
            "\ud83d\ude00",
            "\ude00",
            "\u0000",
            "\uFEFF",
            " ",
            "\n",
            "-",
            "0",
            "17",
            "1.5e3",
            ".",
            "e",
            "true",
            "false",
            "null",
            "NaN",
            "//",
            "/*",
            "#",
            "'",
            "x".repeat(5000),
            " ".repeat(40_000),
            "[".repeat(20),
            "9".repeat(20));
    int sound = 0;
    for (int seed = 0; seed < 30_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 1 + random.nextInt(8); i > 0; i--) {
        text.append(pieces.get(random.nextInt(pieces.size())));
      }
      String json = text.toString();
      String read = outcome(() -> JsonParser.parse("text", json));
      assertThat(outcome(() -> JsonParser.parse("text", CharBuffer.wrap(json.toCharArray()))))
          .as("seed %d", seed)
          .isEqualTo(read);
      assertThat(read)
          .as("seed %d", seed)
          .satisfiesAnyOf(
              it -> assertThat(it).startsWith("read "), it -> assertThat(it).hasSizeLessThan(300));
      sound += read.startsWith("read ") ? 1 : 0;
    }
    assertThat(sound).isGreaterThan(500);
  }

  @Test
  void aByteOrderMarkIsRefusedInBytesToo() {
    byte[] marked =
        "\uFEFF{\"incarnation\":\"a\",\"through\":1,\"hubMillis\":2}"
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Json.read(Acked.class, marked, 100))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void otherEncodingsAreNotGuessed() {
    byte[] utf16 = "{\"incarnation\":\"a\"}".getBytes(StandardCharsets.UTF_16BE);
    assertThatThrownBy(() -> Json.read(Acked.class, utf16, 100))
        .isInstanceOf(MalformedException.class);
  }

  /// What is signed or digested is the exact text: these bytes may never change.
  @Test
  void escapesAreAlwaysWrittenInTheSameWay() {
    for (char c = 0; c < 0x300; c++) {
      String escaped =
          switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> c < 0x20 ? String.format("\\u%04x", (int) c) : String.valueOf(c);
          };
      String text = "a" + c + "b/\u2028\uFFFF😀";
      assertThat(JsonWriter.write(Map.of(text, text), (json, map) -> json.textMap("m", map)))
          .isEqualTo("{\"m\":{\"%1$s\":\"%1$s\"}}".formatted("a" + escaped + "b/\u2028\uFFFF😀"));
    }
  }

  @Test
  void halfASurrogatePairIsNeverWritten() {
    String written = Json.write(new Acked("a\ud800b\u0001\u001f", 1, 2));
    assertThat(written).startsWith("{\"incarnation\":\"a\uFFFDb\\u0001\\u001f\"");
  }

  @Test
  void integersThatDoNotFitAreABugOfTheWriter() {
    assertThatThrownBy(() -> Json.write(new Acked("a", 1L << 53, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private interface Reading {
    @Nullable Object read() throws MalformedException;
  }

  private static String outcome(Reading reading) {
    try {
      return "read " + reading.read();
    } catch (MalformedException e) {
      return e.getMessage();
    }
  }

  private static Object read(String text) {
    try {
      Object value = JsonParser.parse("text", text);
      return value == null ? "null" : value;
    } catch (MalformedException e) {
      throw new AssertionError(text, e);
    }
  }
}
