package dev.tombolo.hub.desired;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One operation of a JSON Patch (RFC 6902) on an application's parameters.
///
/// @param value as text, templates unfilled; null for operations that take none
/// @param from the parameter that [Op#MOVE] and [Op#COPY] take the value of; null for the others
public record Patch(Op op, String parameter, @Nullable String value, @Nullable String from) {
  private static final String PARAMETERS = "/parameters/";

  /// What is done.
  public enum Op {
    ADD,
    REPLACE,
    REMOVE,
    /// The parameter gets the value of another one, which goes.
    MOVE,
    /// The parameter gets the value of another one, which stays.
    COPY,
    /// The whole override counts only where the parameter has this value.
    TEST;

    public static final List<String> WORDS = Stream.of(values()).map(Op::word).toList();

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Whether it has a `from`, and so no value.
    public boolean isFromAnother() {
      return this == MOVE || this == COPY;
    }

    public boolean takesValue() {
      return this == ADD || this == REPLACE || this == TEST;
    }

    /// @throws IllegalArgumentException when there is no such operation
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

  /// @throws IllegalArgumentException when the operation takes something else
  public Patch {
    if (!op.takesValue() && value != null) {
      throw new IllegalArgumentException("'" + op.word() + "' takes no value; leave it out");
    }
    if (op.takesValue() && value == null) {
      throw new IllegalArgumentException("'" + op.word() + "' needs a value");
    }
    if (op.isFromAnother() && from == null) {
      throw new IllegalArgumentException(
          "'" + op.word() + "' needs 'from': the parameter to take, like /parameters/port");
    }
    if (!op.isFromAnother() && from != null) {
      throw new IllegalArgumentException("'" + op.word() + "' takes no 'from'; leave it out");
    }
  }

  /// Of an operation on one parameter.
  public Patch(Op op, String parameter, @Nullable String value) {
    this(op, parameter, value, null);
  }

  /// Of everything that takes a value.
  String wanted() {
    return Objects.requireNonNull(value);
  }

  /// Of [Op#MOVE] and [Op#COPY].
  String source() {
    return Objects.requireNonNull(from);
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
    return pathOf(parameter);
  }

  public static String pathOf(String parameter) {
    return PARAMETERS + parameter.replace("~", "~0").replace("/", "~1");
  }

  /// `replace /parameters/port 9000`, `move /parameters/port from /parameters/listen`.
  @Override
  public String toString() {
    return op.word()
        + " "
        + path()
        + (value == null ? "" : " " + value)
        + (from == null ? "" : " from " + pathOf(from));
  }
}
