package dev.tombolo.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GoldenFilesTest {

  @TestFactory
  Stream<DynamicTest> eachMessageIsWrittenExactlyLikeItsFile() {
    return GoldenFiles.messages().entrySet().stream()
        .map(
            message ->
                DynamicTest.dynamicTest(
                    message.getKey(),
                    () ->
                        assertThat(Json.write(message.getValue()))
                            .isEqualTo(GoldenFiles.golden(message.getKey() + ".json"))));
  }

  @TestFactory
  Stream<DynamicTest> eachFileReadsAsItsMessage() {
    return GoldenFiles.messages().entrySet().stream()
        .map(
            message ->
                DynamicTest.dynamicTest(
                    message.getKey(),
                    () ->
                        assertThat(
                                read(
                                    message.getValue(),
                                    GoldenFiles.golden(message.getKey() + ".json")))
                            .isEqualTo(message.getValue())));
  }

  /// A field that is left out is refused, or comes back left out; it never turns into a zero.
  @TestFactory
  Stream<DynamicTest> noFieldIsMadeUp() {
    return GoldenFiles.messages().entrySet().stream()
        .map(
            message ->
                DynamicTest.dynamicTest(message.getKey(), () -> leaveOutEach(message.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> fieldsOfNewerPeersAreIgnored() {
    return GoldenFiles.messages().entrySet().stream()
        .map(
            message ->
                DynamicTest.dynamicTest(
                    message.getKey(),
                    () -> {
                      String json = Json.write(message.getValue());
                      String newer = "{\"newer\":[1,{\"a\":null,\"b\":0.5}]," + json.substring(1);
                      assertThat(read(message.getValue(), newer)).isEqualTo(message.getValue());
                    }));
  }

  @Test
  void theTokenIsWrittenExactlyLikeItsFile() {
    assertThat(GoldenFiles.TOKEN_TEXT).isEqualTo(GoldenFiles.golden("join-token.txt"));
    assertThat(JoinTokenCodec.decode(GoldenFiles.golden("join-token.txt")))
        .isEqualTo(new JoinTokenCodec.Read(GoldenFiles.TOKEN));
  }

  static Object read(Object like, String json) throws MalformedException {
    Class<?> type =
        switch (like) {
          case Presence presence -> Presence.class;
          case Reason reason -> Reason.class;
          default -> like.getClass();
        };
    return Json.read(type, json, Limits.PACKET_BYTES_MAX);
  }

  private static void leaveOutEach(Object message) throws MalformedException {
    Object tree = JsonParser.parse("golden file", Json.write(message));
    Set<String> optional = new TreeSet<>();
    List<Map<String, Object>> objects = new ArrayList<>();
    collect(tree, objects);
    for (Map<String, Object> object : objects) {
      for (String field : List.copyOf(object.keySet())) {
        Map<String, Object> whole = Map.copyOf(object);
        object.remove(field);
        String without = JsonTree.write(tree);
        try {
          Object read = read(message, without);
          assertThat(JsonTree.write(JsonParser.parse("again", Json.write(read))))
              .as("without %s", field)
              .isEqualTo(without);
          optional.add(field);
        } catch (MalformedException e) {
          assertThat(e).hasMessageContaining(field);
        }
        object.putAll(whole);
      }
    }
    assertThat(optional)
        .isSubsetOf(
            "history",
            "lan",
            "manifest",
            "documentKey",
            "documentCertificate",
            "backedUpThrough",
            "follows",
            "displayName",
            "wanted",
            "wantedVersion",
            "live",
            "liveVersion",
            "previous",
            "application",
            "release",
            "reason",
            "gate",
            "waveName",
            "overrules",
            "permit",
            "liftedUntilMillis",
            "pause",
            "expect",
            "fallback",
            "min",
            "max",
            // Keys of maps
            "agentVersion",
            "arch",
            "host",
            "os",
            "port",
            "lines",
            "WORK",
            "DIGEST");
  }

  @SuppressWarnings("unchecked")
  private static void collect(
      @org.jspecify.annotations.Nullable Object tree, List<Map<String, Object>> objects) {
    switch (tree) {
      case Map<?, ?> map -> {
        objects.add((Map<String, Object>) map);
        map.values().forEach(value -> collect(value, objects));
      }
      case List<?> list -> list.forEach(value -> collect(value, objects));
      case null, default -> {}
    }
  }
}
