package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of one JSON object on the way in. Each question names the type wanted; a field that
/// is absent (or null) or of another type is malformed, and the error carries its JSON path. Fields
/// nobody asks for are ignored.
public final class JsonFields {
  private final String what;
  private final String path;
  private final Map<?, ?> fields;

  private JsonFields(String what, String path, Map<?, ?> fields) {
    this.what = what;
    this.path = path;
    this.fields = fields;
  }

  /// Reads one element of an array of objects.
  public interface Reader<T> {
    T read(JsonFields fields) throws MalformedException;
  }

  static JsonFields ofRoot(String what, @Nullable Object value) throws MalformedException {
    if (value instanceof Map<?, ?> map) {
      return new JsonFields(what, "$", map);
    }
    throw new MalformedException(what, "$ must be a JSON object");
  }

  public boolean has(String field) {
    return fields.get(field) != null;
  }

  /// The names of all fields, in their order.
  public List<String> names() {
    return fields.keySet().stream().map(String.class::cast).toList();
  }

  public String text(String field) throws MalformedException {
    return required(field, textOrNull(field));
  }

  public @Nullable String textOrNull(String field) throws MalformedException {
    Object value = fields.get(field);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw wrong(field, "must be a string");
  }

  public long integer(String field) throws MalformedException {
    return required(field, integerOrNull(field));
  }

  public @Nullable Long integerOrNull(String field) throws MalformedException {
    Object value = fields.get(field);
    if (value == null || value instanceof Long) {
      return (Long) value;
    }
    throw wrong(field, "must be an integer");
  }

  /// An integer that fits 32 bits.
  public int small(String field) throws MalformedException {
    return required(field, smallOrNull(field));
  }

  public @Nullable Integer smallOrNull(String field) throws MalformedException {
    Long value = integerOrNull(field);
    if (value == null) {
      return null;
    }
    if (value != value.intValue()) {
      throw wrong(field, "must be an integer below 2^31");
    }
    return value.intValue();
  }

  public boolean yes(String field) throws MalformedException {
    Object value = fields.get(field);
    if (value instanceof Boolean is) {
      return is;
    }
    throw wrong(field, value == null ? "is missing" : "must be true or false");
  }

  public Name name(String field) throws MalformedException {
    return required(field, nameOrNull(field));
  }

  public @Nullable Name nameOrNull(String field) throws MalformedException {
    String value = textOrNull(field);
    if (value == null) {
      return null;
    }
    if (!Name.isValid(value)) {
      throw wrong(field, "must be a name (1-63 characters of a-z, 0-9 and '-', not at the ends)");
    }
    return new Name(value);
  }

  public DeviceId device(String field) throws MalformedException {
    String value = text(field);
    if (!DeviceId.isValid(value)) {
      throw wrong(field, "must be a device id");
    }
    return new DeviceId(value);
  }

  public Digest digest(String field) throws MalformedException {
    return required(field, digestOrNull(field));
  }

  public @Nullable Digest digestOrNull(String field) throws MalformedException {
    String value = textOrNull(field);
    return value == null ? null : digest(field, value);
  }

  public List<Digest> digests(String field) throws MalformedException {
    List<?> elements = elements(field);
    List<Digest> digests = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      String element = field + "[" + i + "]";
      digests.add(digest(element, textOf(element, elements.get(i))));
    }
    return digests;
  }

  public List<String> texts(String field) throws MalformedException {
    List<?> elements = elements(field);
    List<String> texts = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      texts.add(textOf(field + "[" + i + "]", elements.get(i)));
    }
    return texts;
  }

  public @Nullable List<String> textsOrNull(String field) throws MalformedException {
    return has(field) ? texts(field) : null;
  }

  public List<Long> integers(String field) throws MalformedException {
    List<?> elements = elements(field);
    List<Long> integers = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      if (!(elements.get(i) instanceof Long integer)) {
        throw wrong(field + "[" + i + "]", "must be an integer");
      }
      integers.add(integer);
    }
    return integers;
  }

  /// An object whose values are all strings.
  public Map<String, String> textMap(String field) throws MalformedException {
    if (!(fields.get(field) instanceof Map<?, ?> map)) {
      throw wrong(field, fields.get(field) == null ? "is missing" : "must be an object");
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = (String) entry.getKey();
      texts.put(key, textOf(field + "." + JsonParser.brief(key), entry.getValue()));
    }
    return texts;
  }

  public JsonFields object(String field) throws MalformedException {
    return required(field, objectOrNull(field));
  }

  public @Nullable JsonFields objectOrNull(String field) throws MalformedException {
    Object value = fields.get(field);
    return value == null ? null : objectOf(field, value);
  }

  public <T> List<T> list(String field, Reader<T> reader) throws MalformedException {
    List<?> elements = elements(field);
    List<T> read = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      read.add(reader.read(objectOf(field + "[" + i + "]", elements.get(i))));
    }
    return read;
  }

  /// An enum's constant by its word: lower case, `-` for `_`.
  public <E extends Enum<E>> E word(String field, E[] constants) throws MalformedException {
    String value = text(field);
    for (E constant : constants) {
      if (JsonWriter.isWordOf(constant, value)) {
        return constant;
      }
    }
    throw wrong(field, "'" + JsonParser.brief(value) + "' is not a word known here");
  }

  /// What is wrong with this field, to be thrown.
  public MalformedException wrong(String field, String detail) {
    return new MalformedException(what, path + "." + field + " " + detail);
  }

  private <T> T required(String field, @Nullable T value) throws MalformedException {
    if (value == null) {
      throw wrong(field, "is missing");
    }
    return value;
  }

  private List<?> elements(String field) throws MalformedException {
    if (fields.get(field) instanceof List<?> list) {
      return list;
    }
    throw wrong(field, fields.get(field) == null ? "is missing" : "must be an array");
  }

  private String textOf(String element, @Nullable Object value) throws MalformedException {
    if (value instanceof String text) {
      return text;
    }
    throw wrong(element, "must be a string");
  }

  private JsonFields objectOf(String element, @Nullable Object value) throws MalformedException {
    if (value instanceof Map<?, ?> map) {
      return new JsonFields(what, path + "." + element, map);
    }
    throw wrong(element, "must be an object");
  }

  private Digest digest(String field, String value) throws MalformedException {
    if (!Digest.isValid(value)) {
      throw wrong(field, "must be sha256: and 64 lower-case hex digits");
    }
    return new Digest(value);
  }
}
