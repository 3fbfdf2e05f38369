package dev.tombolo.protocol.codec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes what [JsonParser] makes, keys sorted.
final class JsonTree {
  private JsonTree() {}

  static String write(@Nullable Object tree) {
    return switch (tree) {
      case Map<?, ?> map ->
          new TreeMap<>(map)
              .entrySet().stream()
                  .map(field -> quote((String) field.getKey()) + ":" + write(field.getValue()))
                  .collect(Collectors.joining(",", "{", "}"));
      case List<?> list ->
          list.stream().map(JsonTree::write).collect(Collectors.joining(",", "[", "]"));
      case String text -> quote(text);
      case null -> "null";
      default -> tree.toString();
    };
  }

  private static String quote(String text) {
    String object = JsonWriter.write(text, (json, value) -> json.text("", value));
    return object.substring(4, object.length() - 1);
  }
}
