package dev.tombolo.hub.desired;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One operation of a JSON Patch (RFC 6902) on an application's parameters.
///
/// @param value as text, templates unfilled; null for [Op#REMOVE]
public record Patch(Op op, String parameter, @Nullable String value) {
  private static final String PARAMETERS = "/parameters/";

  /// What is done.
  public enum Op {
    ADD,
    REPLACE,
    REMOVE,
    /// The whole override counts only where the parameter has this value.
    TEST;

    public static final List<String> WORDS = List.of("add", "replace", "remove", "test");

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException for `move` and `copy`, too
    public static Op of(String word) {
      for (Op op : values()) {
        if (op.word().equals(word)) {
          return op;
        }
      }
      throw new IllegalArgumentException(
          "'" + word + "' is not taken; use one of " + String.join(", ", WORDS));
    }
  }

  public Patch {
    if (op == Op.REMOVE && value != null) {
      throw new IllegalArgumentException("'remove' takes no value; leave it out");
    }
    if (op != Op.REMOVE && value == null) {
      throw new IllegalArgumentException("'" + op.word() + "' needs a value");
    }
  }

  /// Of everything but [Op#REMOVE].
  String wanted() {
    return Objects.requireNonNull(value);
  }

  /// The parameter that a path like `/parameters/port` means (RFC 6901: `~1` is `/`, `~0` is `~`).
  ///
  /// @throws IllegalArgumentException when it points at anything else
  public static String parameterOf(String path) {
    String name = path.startsWith(PARAMETERS) ? path.substring(PARAMETERS.length()) : "";
    if (name.isEmpty() || name.contains("/") || name.replaceAll("~[01]", "").contains("~")) {
      throw new IllegalArgumentException(
          "'" + path + "' cannot be patched; only parameters can, like /parameters/port");
    }
    return name.replace("~1", "/").replace("~0", "~");
  }

  public String path() {
    return PARAMETERS + parameter.replace("~", "~0").replace("/", "~1");
  }

  /// `replace /parameters/port 9000`.
  @Override
  public String toString() {
    return op.word() + " " + path() + (value == null ? "" : " " + value);
  }
}
