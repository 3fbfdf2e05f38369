package dev.tombolo.protocol.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes one JSON text without spaces: fields in the order they are given, nulls left out, map
/// keys sorted. The same values always give the same bytes.
public final class JsonWriter {
  private static final int USUAL_CHARACTERS = 256;

  private final JsonGenerator out;

  private JsonWriter(JsonGenerator out) {
    this.out = out;
  }

  /// Writes the fields of one object.
  public interface Fields<T> {
    void write(JsonWriter json, T value);
  }

  /// `{...}` as the root value.
  public static <T> String write(T value, Fields<T> fields) {
    StringWriter text = new StringWriter(USUAL_CHARACTERS);
    try (JsonGenerator out = JsonLibrary.FACTORY.createGenerator(text)) {
      new JsonWriter(out).braces(value, fields);
    } catch (IOException e) {
      throw impossible(e);
    }
    return text.toString();
  }

  public JsonWriter text(String field, @Nullable String value) {
    if (value == null) {
      return this;
    }
    try {
      key(field);
      out.writeString(wellFormed(value));
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  /// Any value by its text: ids, names, digests.
  public JsonWriter id(String field, @Nullable Object value) {
    return text(field, value == null ? null : value.toString());
  }

  public JsonWriter integer(String field, long value) {
    try {
      key(field);
      out.writeNumber(checked(value));
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  public JsonWriter integerOrNull(String field, @Nullable Long value) {
    return value == null ? this : integer(field, value);
  }

  public JsonWriter smallOrNull(String field, @Nullable Integer value) {
    return value == null ? this : integer(field, value);
  }

  public JsonWriter yes(String field, boolean value) {
    try {
      key(field);
      out.writeBoolean(value);
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  public JsonWriter word(String field, Enum<?> value) {
    return text(field, wordOf(value));
  }

  public JsonWriter texts(String field, List<String> values) {
    try {
      key(field);
      out.writeStartArray();
      for (String value : values) {
        out.writeString(wellFormed(value));
      }
      out.writeEndArray();
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  /// Nothing for null.
  public JsonWriter textsOrNone(String field, @Nullable List<String> values) {
    return values == null ? this : texts(field, values);
  }

  public JsonWriter digests(String field, List<Digest> values) {
    return texts(field, values.stream().map(Digest::text).toList());
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
    if (value == null) {
      return this;
    }
    try {
      key(field);
      braces(value, fields);
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  public <T> JsonWriter list(String field, List<? extends T> values, Fields<T> fields) {
    try {
      key(field);
      out.writeStartArray();
      for (T value : values) {
        braces(value, fields);
      }
      out.writeEndArray();
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
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

  private <T> void braces(T value, Fields<T> fields) throws IOException {
    out.writeStartObject();
    fields.write(this, value);
    out.writeEndObject();
  }

  private void key(String field) throws IOException {
    out.writeFieldName(wellFormed(field));
  }

  private static long checked(long value) {
    if (value > Limits.INTEGER_MAX || value < -Limits.INTEGER_MAX) {
      throw new IllegalArgumentException(value + " does not fit JSON; keep integers below 2^53");
    }
    return value;
  }

  /// Half a surrogate pair has no UTF-8 form: U+FFFD takes its place.
  private static String wellFormed(String value) {
    StringBuilder mended = null;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (i + 1 < value.length() && Character.isSurrogatePair(c, value.charAt(i + 1))) {
        i++;
      } else {
        mended = mended == null ? new StringBuilder(value) : mended;
        mended.setCharAt(i, '\uFFFD');
      }
    }
    return mended == null ? value : mended.toString();
  }

  /// A text in memory has no I/O errors, but Jackson's methods declare them.
  private static IllegalStateException impossible(IOException e) {
    return new IllegalStateException("a text in memory cannot fail", e);
  }
}
