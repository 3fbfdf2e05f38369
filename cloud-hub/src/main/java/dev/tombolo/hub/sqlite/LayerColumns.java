package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How sync policies, and who gave a value, stand in a column.
final class LayerColumns {
  private LayerColumns() {}

  static String policies(List<SyncPolicy> policies) {
    return JsonWriter.write(
        policies, (json, all) -> json.list("m", all, LayerColumns::writePolicy));
  }

  static List<SyncPolicy> policies(String column) {
    return Columns.read(column, fields -> fields.list("m", LayerColumns::readPolicy));
  }

  private static void writePolicy(JsonWriter json, SyncPolicy policy) {
    json.object("selector", policy.selector(), LayerColumns::writeSelector)
        .list(
            "overrides",
            policy.overrides(),
            (each, override) ->
                each.object("selector", override.selector(), LayerColumns::writeSelector)
                    .list("patches", override.patches(), LayerColumns::writePatch));
  }

  private static SyncPolicy readPolicy(JsonFields fields) throws MalformedException {
    return new SyncPolicy(
        readSelector(fields.object("selector")),
        fields.list(
            "overrides",
            override ->
                new SyncPolicy.Override(
                    readSelector(override.object("selector")),
                    override.list("patches", LayerColumns::readPatch))));
  }

  private static void writeSelector(JsonWriter json, Selector selector) {
    json.textMap("labels", selector.matchLabels())
        .list(
            "expressions",
            selector.matchExpressions(),
            (each, expression) ->
                each.text("key", expression.key())
                    .text("operator", expression.operator().word())
                    .texts("values", expression.values()));
  }

  private static Selector readSelector(JsonFields fields) throws MalformedException {
    return new Selector(
        fields.textMap("labels"),
        fields.list(
            "expressions",
            each -> {
              String operator = each.text("operator");
              return new Selector.Expression(
                  each.text("key"),
                  Columns.value(operator, Selector.Operator::of),
                  each.texts("values"));
            }));
  }

  private static void writePatch(JsonWriter json, Patch patch) {
    json.text("op", patch.op().word())
        .text("parameter", patch.parameter())
        .text("value", patch.value())
        .text("from", patch.from());
  }

  private static Patch readPatch(JsonFields fields) throws MalformedException {
    return new Patch(
        Columns.value(fields.text("op"), Patch.Op::of),
        fields.text("parameter"),
        fields.textOrNull("value"),
        // Written by hubs that know it.
        fields.textOrNull("from"));
  }

  static String given(Map<String, Given> given) {
    return JsonWriter.write(
        List.copyOf(new TreeMap<>(given).entrySet()),
        (json, all) ->
            json.list(
                "m",
                all,
                (each, entry) ->
                    each.text("key", entry.getKey())
                        .text("by", entry.getValue().by())
                        .integer("millis", entry.getValue().millis())
                        .text("source", entry.getValue().source())));
  }

  static Map<String, Given> given(String column) {
    return Columns.read(
        column,
        fields -> {
          Map<String, Given> given = new HashMap<>();
          for (var entry :
              fields.list(
                  "m",
                  each ->
                      Map.entry(
                          each.text("key"),
                          new Given(
                              each.text("by"), each.integer("millis"), each.text("source"))))) {
            given.put(entry.getKey(), entry.getValue());
          }
          return given;
        });
  }
}
