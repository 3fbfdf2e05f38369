package dev.tombolo.hub.http.api;

import dev.tombolo.protocol.reason.Quoted;
import io.avaje.json.JsonException;
import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/// JSON of the admin API's bodies. Unknown fields are ignored, so that an older command line can
/// talk to a newer hub.
public final class AdminJson {
  private static final Jsonb JSONB = Jsonb.builder().build();

  private AdminJson() {}

  /// A body, or a list of bodies of one type.
  public static String write(Object body) {
    return JSONB.toJson(body);
  }

  /// @throws IllegalArgumentException when `json` is not such a body
  public static <T> T read(Class<T> type, String json) {
    return orRefuse(() -> JSONB.type(type).fromJson(json));
  }

  /// @throws IllegalArgumentException when `json` is not a list of such bodies
  public static <T> List<T> readList(Class<T> type, String json) {
    return orRefuse(() -> JSONB.type(type).list().fromJson(json));
  }

  /// A record's constructor complains of a field that must not be absent with a
  /// [NullPointerException]; the reader itself, of a text that ends within a name, with an
  /// [IndexOutOfBoundsException].
  private static <T> T orRefuse(Supplier<T> reading) {
    try {
      return Objects.requireNonNull(reading.get(), "it is null");
    } catch (JsonException
        | NullPointerException
        | IllegalStateException
        | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "not the JSON expected: " + Quoted.of(String.valueOf(e.getMessage())), e);
    }
  }
}
