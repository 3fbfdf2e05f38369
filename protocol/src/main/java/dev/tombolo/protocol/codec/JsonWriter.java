package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Digest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes one JSON text without spaces: fields in the order they are given, nulls left out, map
/// keys sorted. The same values always give the same bytes.
public final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();
  private final StringBuilder out = new StringBuilder(256);
  private boolean first = true;

  /// Writes the fields of one object.
  public interface Fields<T> {
    void write(JsonWriter json, T value);
  }

  /// `{...}` as the root value.
  public static <T> String write(T value, Fields<T> fields) {
    JsonWriter json = new JsonWriter();
    json.braces(value, fields);
    return json.out.toString();
  }

  public JsonWriter text(String field, @Nullable String value) {
    if (value != null) {
      key(field);
      quote(value);
    }
    return this;
  }

  /// Any value by its text: ids, names, digests.
  public JsonWriter id(String field, @Nullable Object value) {
    return text(field, value == null ? null : value.toString());
  }

  public JsonWriter integer(String field, long value) {
    key(field);
    out.append(checked(value));
    return this;
  }

  public JsonWriter integerOrNull(String field, @Nullable Long value) {
    return value == null ? this : integer(field, value);
  }

  public JsonWriter smallOrNull(String field, @Nullable Integer value) {
    return value == null ? this : integer(field, value);
  }

  public JsonWriter yes(String field, boolean value) {
    key(field);
    out.append(value);
    return this;
  }

  public JsonWriter word(String field, Enum<?> value) {
    return text(field, wordOf(value));
  }

  public JsonWriter texts(String field, List<String> values) {
    key(field);
    out.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      quote(values.get(i));
    }
    out.append(']');
    first = false;
    return this;
  }

  public JsonWriter digests(String field, List<Digest> values) {
    key(field);
    out.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      quote(values.get(i).text());
    }
    out.append(']');
    first = false;
    return this;
  }

  public JsonWriter textMap(String field, Map<String, String> values) {
    return object(
        field,
        new TreeMap<>(values),
        (json, sorted) -> {
          for (Map.Entry<String, String> entry : sorted.entrySet()) {
            json.text(entry.getKey(), entry.getValue());
          }
        });
  }

  public <T> JsonWriter object(String field, @Nullable T value, Fields<T> fields) {
    if (value != null) {
      key(field);
      braces(value, fields);
    }
    return this;
  }

  public <T> JsonWriter list(String field, List<? extends T> values, Fields<T> fields) {
    key(field);
    out.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      braces(values.get(i), fields);
    }
    out.append(']');
    first = false;
    return this;
  }

  /// An enum constant's word on the wire: lower case, `-` for `_`.
  public static String wordOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static boolean isWordOf(Enum<?> constant, String word) {
    String name = constant.name();
    boolean same = name.length() == word.length();
    for (int i = 0; same && i < name.length(); i++) {
      char c = name.charAt(i);
      same = word.charAt(i) == (c == '_' ? '-' : (char) (c >= 'A' && c <= 'Z' ? c + 32 : c));
    }
    return same;
  }

  private <T> void braces(T value, Fields<T> fields) {
    out.append('{');
    first = true;
    fields.write(this, value);
    out.append('}');
    first = false;
  }

  private void key(String field) {
    if (!first) {
      out.append(',');
    }
    first = false;
    quote(field);
    out.append(':');
  }

  private static long checked(long value) {
    if (value > Limits.INTEGER_MAX || value < -Limits.INTEGER_MAX) {
      throw new IllegalArgumentException(value + " does not fit JSON; keep integers below 2^53");
    }
    return value;
  }

  private void quote(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c >= 0x20 && !Character.isSurrogate(c)) {
        out.append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c == '\r') {
        out.append("\\r");
      } else if (c == '\t') {
        out.append("\\t");
      } else if (c < 0x20) {
        out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
      } else if (i + 1 < value.length() && Character.isSurrogatePair(c, value.charAt(i + 1))) {
        out.append(c).append(value.charAt(++i));
      } else {
        // Half a surrogate pair has no UTF-8 form.
        out.append('\uFFFD');
      }
    }
    out.append('"');
  }
}
