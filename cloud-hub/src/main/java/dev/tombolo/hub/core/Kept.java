package dev.tombolo.hub.core;

/// An operator's object as the hub keeps it.
///
/// @param id immutable, for ever, also over a change of name
/// @param generation 1 at first, one more with each change
public record Kept<T>(String id, T content, long generation, long changedMillis, String changedBy) {

  public Kept<T> changed(T next, long nowMillis, String by) {
    return new Kept<>(id, next, generation + 1, nowMillis, by);
  }

  /// The id of the hub's `number`-th object.
  static String idOf(String kind, long number) {
    return kind + "-" + number;
  }
}
