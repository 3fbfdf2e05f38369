package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.Given;
import java.util.Map;

/// An operator's object as the hub keeps it.
///
/// @param id immutable, for ever, also over a change of name
/// @param generation 1 at first, one more with each change
/// @param given who gave each of its values, by [GivenValues]; of those that are not there the
///   object's last change tells
public record Kept<T>(
    String id,
    T content,
    long generation,
    long changedMillis,
    String changedBy,
    Map<String, Given> given) {
  public Kept {
    given = Map.copyOf(given);
  }

  public Kept(String id, T content, long generation, long changedMillis, String changedBy) {
    this(id, content, generation, changedMillis, changedBy, Map.of());
  }

  /// Who changed it last.
  public Given whole() {
    return new Given(changedBy, changedMillis, "");
  }

  /// The id of the hub's `number`-th object.
  static String idOf(String kind, long number) {
    return kind + "-" + number;
  }
}
