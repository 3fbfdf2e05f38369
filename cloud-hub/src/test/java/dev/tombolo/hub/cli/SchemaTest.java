package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.objects.ObjectsYaml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The schemas that are shipped say what the reader of files does.
class SchemaTest {
  private static final int TRIES = 2_000;

  private static final Map<String, String> WHOLE =
      Map.of(
          "Fleet",
          """
          {"apiVersion": "tombolo.io/v1alpha1", "kind": "Fleet",
           "metadata": {"name": "retail", "displayName": "All", "labels": {"a": "b"}},
           "spec": {"protected": true, "windows": {"download": ["22:00-06:00"], "switch": ["01:00-05:00"]},
            "openingHours": ["08:00-20:00"], "freezeDates": ["2026-12-24"], "line": {"bandwidth": [{"limit": "1.5 Mbit/s"}]},
            "parameters": {"people": {"port": 1, "on": true}}}}
          """,
          "Site",
          """
          {"apiVersion": "tombolo.dev/v1", "kind": "Site",
           "metadata": {"name": "store-117", "labels": {"size": "small"}},
           "spec": {"fleet": "retail", "timeZone": "Europe/Berlin", "region": "north",
            "contact": "me", "windows": {"download": ["Mon-Sat 22:00-06:00"], "switch": ["01:00-05:00"]},
            "openingHours": ["08:00-20:00"], "freezeDates": ["2026-12-24", "2026-12-18..2027-01-06"],
            "line": {"bandwidth": [{"hours": "Mon-Fri 08:00-20:00", "limit": "2Mbit/s"}]},
            "parameters": {"people": {"title": "${site.name}"}}}}
          """,
          "DeviceSlot",
          """
          {"apiVersion": "tombolo.io/v1alpha1", "kind": "Device",
           "metadata": {"name": "counter-1"},
           "spec": {"site": "store-117", "parameters": {"people": {"level": 0.5}}}}
          """,
          "Application",
          """
          {"apiVersion": "tombolo.io/v1alpha1", "kind": "Application",
           "metadata": {"name": "people", "displayName": "Counts people"},
           "spec": {"fleet": "retail", "release": "1.5.0", "parameters": {"port": 1},
            "syncPolicies": [
             {"destination": {"fleet": "retail", "clusterSelector": {"matchLabels": {"a": "b"}}},
              "overrides": [
               {"selector": {"matchLabels": {"size": "small"},
                 "matchExpressions": [{"key": "region", "operator": "In", "values": ["a", "b"]},
                   {"key": "old", "operator": "DoesNotExist"}]},
                "patches": [{"op": "replace", "path": "/parameters/port", "value": 2},
                  {"op": "move", "path": "/parameters/y", "from": "/parameters/z"},
                  {"op": "remove", "path": "/parameters/x"}]}]}]}}
          """,
          "Rollout",
          """
          {"apiVersion": "tombolo.io/v1alpha1", "kind": "Rollout",
           "metadata": {"name": "spring"},
           "spec": {"fleet": "retail", "release": "people@1.5.0", "sites": ["store-1"],
            "labels": {"tier": "pilot"}, "healthy": 100, "soak": "30m", "approval": false,
            "perSite": 1, "inFlight": 5, "failuresPerSite": 0, "abortFailed": 3, "abortPercent": 5,
            "rollBack": true, "permit": "12h", "deadline": "14d",
            "waves": [{"name": "canary", "devices": 5, "healthy": 100, "soak": "1h"},
             {"name": "early", "percent": 10, "approval": true},
             {"name": "pilots", "labels": {"tier": "pilot"}},
             {"name": "named", "slots": ["shop-1/till-1", "shop-2/till-1"]},
             {"name": "others"}]}}
          """);

  /// What only the reader knows.
  private static final List<String> BEYOND_SCHEMAS =
      List.of(
          "is not a time zone",
          "is not a variable",
          "spec.fleet says",
          "put it last",
          "not a repository's URL",
          "is not a branch's name",
          "is not a folder in the repository");

  private static final List<Object> VALUES =
      List.of(
          "x",
          "retail",
          "Store 1",
          "",
          " ",
          3,
          2.5,
          true,
          List.of(),
          Map.of(),
          List.of("a"),
          List.of(3),
          Map.of("a", "b"),
          "In",
          "Exists",
          "add",
          "remove",
          "copy",
          "/parameters/a",
          "/release",
          "1.0",
          "Europe/Berlin",
          "Mon 01:00-02:00",
          "people@2.0",
          "90s",
          "2026-12-24T06:00:00Z",
          "shop-1/till-1",
          "2026-02-03",
          List.of("Sat,Sun 01:00-02:00"),
          List.of("2026-02-03"));

  @ParameterizedTest
  @ValueSource(strings = {"Fleet", "Site", "DeviceSlot", "Application", "Rollout"})
  void theSchemaTakesAndRefusesWhatTheReaderDoes(String kind) throws IOException {
    JsonSchema schema = JsonSchema.parse(SchemaCommand.schema(kind));
    Random random = new Random(7);
    int taken = 0;
    for (int i = 0; i < TRIES; i++) {
      Object document = JsonSchema.parse(Objects.requireNonNull(WHOLE.get(kind))).schema();
      int changes = i == 0 ? 0 : 1 + random.nextInt(3);
      for (int change = 0; change < changes; change++) {
        document = changed(document, random);
      }
      String json = json(document);
      String fault = faultOf(json);
      if (fault != null && BEYOND_SCHEMAS.stream().anyMatch(fault::contains)) {
        continue;
      }
      assertThat(schema.takes(document))
          .describedAs("%s: %s", json, fault)
          .isEqualTo(fault == null);
      taken += fault == null ? 1 : 0;
    }
    assertThat(taken).isBetween(TRIES / 100, TRIES * 9 / 10);
  }

  /// Hours, days and durations are in the schemas' patterns, to the last digit.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "01:00-05:00",
        "23:59-24:00",
        "00:00-24:00",
        "22:00 - 06:00",
        " mon-SAT 22:00-06:00 ",
        "Sat,Sun,Mon-Wed 08:00-12:00",
        "24:00-05:00",
        "24:01-05:00",
        "25:00-05:00",
        "01:60-05:00",
        "01:00-24:01",
        "01:00-01:00",
        "00:00-00:00",
        "Mon 07:30 - 07:30",
        "Mno 01:00-05:00",
        "Mon-Tue-Wed 01:00-05:00",
        "Mon, 01:00-05:00",
        "Monday 01:00-05:00",
        ", 01:00-05:00",
        "1:00-05:00",
      })
  void theSchemaKnowsHours(String hours) throws IOException {
    JsonSchema schema = JsonSchema.parse(SchemaCommand.schema("Site"));
    String json =
        """
        {"apiVersion": "tombolo.io/v1alpha1", "kind": "Site", "metadata": {"name": "store-117"},
         "spec": {"fleet": "retail", "timeZone": "UTC", "openingHours": ["%s"]}}
        """
            .formatted(hours);

    assertThat(schema.takes(JsonSchema.parse(json).schema())).isEqualTo(faultOf(json) == null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1s",
        "999ms",
        "1000ms",
        "86400000ms",
        "86400001ms",
        "0s",
        "86400s",
        "86401s",
        "79999s",
        "1440m",
        "1441m",
        "1399m",
        "24h",
        "25h",
        "1d",
        "2d",
        "007m",
        "000000000001m",
        "0000000000001m",
        "m",
        "1w",
      })
  void theSchemaKnowsIntervals(String interval) throws IOException {
    JsonSchema schema = JsonSchema.parse(SchemaCommand.schema("Application"));
    String json =
        """
        {"apiVersion": "tombolo.io/v1alpha1", "kind": "Application", "metadata": {"name": "people"},
         "spec": {"fleet": "retail",
           "source": {"gitRepository": {"url": "https://git.example.com/a", "interval": "%s"}}}}
        """
            .formatted(interval);

    assertThat(schema.takes(JsonSchema.parse(json).schema())).isEqualTo(faultOf(json) == null);
  }

  @Test
  void everyKindHasItsSchema() throws IOException {
    Cli cli = new Cli();
    for (String kind : ObjectsYaml.KINDS) {
      Cli.Said said = cli.run("schema", kind);
      assertThat(said.exit()).isZero();
      assertThat(JsonSchema.parse(said.out()).schema().get("title")).isEqualTo(kind);
      assertThat(SchemaCommand.schema(kind)).contains("https://json-schema.org/draft/2020-12");
    }
    assertThat(cli.run("schema").out()).contains("anyOf");
    assertThat(cli.run("schema", "Aplication").err()).contains("did you mean 'Application'?");
  }

  private static @org.jspecify.annotations.Nullable String faultOf(String json) {
    try {
      ObjectsYaml.read("test.yaml", json);
      return null;
    } catch (YamlFault fault) {
      return fault.getMessage();
    }
  }

  /// The same with one thing left out, put in or replaced, anywhere.
  private static Object changed(Object value, Random random) {
    if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      Map<Object, Object> next = new LinkedHashMap<>(map);
      List<Object> keys = new ArrayList<>(map.keySet());
      Object key = keys.get(random.nextInt(keys.size()));
      switch (random.nextInt(12)) {
        case 0 -> next.remove(key);
        case 1 -> next.put(random.nextBoolean() ? "nmae" : "selector", any(random));
        case 2 -> next.put(key, any(random));
        default -> next.put(key, changed(Objects.requireNonNull(next.get(key)), random));
      }
      return next;
    }
    if (value instanceof List<?> list && !list.isEmpty()) {
      List<Object> next = new ArrayList<>(list);
      int at = random.nextInt(next.size());
      if (random.nextInt(6) == 0) {
        next.remove(at);
      } else {
        next.set(at, changed(next.get(at), random));
      }
      return next;
    }
    return any(random);
  }

  private static Object any(Random random) {
    return VALUES.get(random.nextInt(VALUES.size()));
  }

  /// JSON is YAML, too.
  private static String json(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        List<String> fields = new ArrayList<>();
        map.forEach((key, each) -> fields.add(json(key) + ": " + json(each)));
        yield "{" + String.join(", ", fields) + "}";
      }
      case List<?> list ->
          "[" + String.join(", ", list.stream().map(SchemaTest::json).toList()) + "]";
      case String text -> "\"" + text + "\"";
      default -> value.toString();
    };
  }
}
