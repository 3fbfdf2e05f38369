package dev.tombolo.hub.cli;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// As much of JSON Schema 2020-12 as the schemas of operators' objects use. A word that is not
/// known here is a fault of the schema.
record JsonSchema(Map<?, ?> schema) {
  private static final Set<String> WORDS =
      Set.of(
          "$schema",
          "title",
          "description",
          "type",
          "enum",
          "pattern",
          "required",
          "properties",
          "additionalProperties",
          "propertyNames",
          "items",
          "minProperties",
          "minimum",
          "maximum",
          "minItems",
          "maxItems",
          "anyOf",
          "not",
          "if",
          "then",
          "else");

  static JsonSchema parse(String json) {
    return new JsonSchema(
        (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json));
  }

  boolean takes(Object value) {
    for (Object word : schema.keySet()) {
      if (!WORDS.contains(word)) {
        throw new AssertionError("unknown word in a schema: " + word);
      }
    }
    return isOfType(value)
        && isInEnum(value)
        && isInRange(value)
        && (!(value instanceof Map<?, ?> map) || takesFields(map))
        && (!(value instanceof List<?> list) || takesItems(list))
        && (!(value instanceof String text) || matches("pattern", text))
        && takesCombined(value);
  }

  private boolean takesCombined(Object value) {
    if (schema.get("anyOf") instanceof List<?> any
        && any.stream().noneMatch(each -> of(each).takes(value))) {
      return false;
    }
    if (schema.containsKey("not") && sub("not").takes(value)) {
      return false;
    }
    if (!schema.containsKey("if")) {
      return true;
    }
    String branch = sub("if").takes(value) ? "then" : "else";
    return !schema.containsKey(branch) || sub(branch).takes(value);
  }

  private boolean isOfType(Object value) {
    Object type = schema.get("type");
    return type == null
        || (type instanceof List<?> any
            ? any.stream().anyMatch(each -> isA(each, value))
            : isA(type, value));
  }

  private static boolean isA(Object type, Object value) {
    return switch (String.valueOf(type)) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Integer;
      case "number" -> value instanceof Number;
      case "boolean" -> value instanceof Boolean;
      default -> throw new AssertionError("unknown type " + type);
    };
  }

  private boolean isInEnum(Object value) {
    return !(schema.get("enum") instanceof List<?> all) || all.contains(value);
  }

  private boolean isInRange(Object value) {
    return !(value instanceof Integer number)
        || (number >= bound("minimum", Integer.MIN_VALUE)
            && number <= bound("maximum", Integer.MAX_VALUE));
  }

  private boolean takesFields(Map<?, ?> value) {
    if (value.size() < bound("minProperties", 0)) {
      return false;
    }
    if (schema.get("required") instanceof List<?> required
        && !value.keySet().containsAll(required)) {
      return false;
    }
    Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> given ? given : Map.of();
    Object others = schema.get("additionalProperties");
    for (Map.Entry<?, ?> field : value.entrySet()) {
      String name = String.valueOf(field.getKey());
      if (schema.containsKey("propertyNames") && !sub("propertyNames").matches("pattern", name)) {
        return false;
      }
      Object rule = properties.containsKey(name) ? properties.get(name) : others;
      boolean isTaken =
          rule == null || (rule instanceof Boolean yes ? yes : of(rule).takes(field.getValue()));
      if (!isTaken) {
        return false;
      }
    }
    return true;
  }

  private boolean takesItems(List<?> value) {
    return value.size() >= bound("minItems", 0)
        && value.size() <= bound("maxItems", Integer.MAX_VALUE)
        && (!schema.containsKey("items") || value.stream().allMatch(sub("items")::takes));
  }

  private int bound(String word, int otherwise) {
    return schema.get(word) instanceof Integer bound ? bound : otherwise;
  }

  private boolean matches(String word, String text) {
    return !(schema.get(word) instanceof String pattern)
        || Pattern.compile(pattern).matcher(text).find();
  }

  private JsonSchema sub(String word) {
    return of(Objects.requireNonNull(schema.get(word)));
  }

  private static JsonSchema of(@Nullable Object schema) {
    return new JsonSchema((Map<?, ?>) Objects.requireNonNull(schema));
  }
}
