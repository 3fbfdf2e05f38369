package dev.tombolo.hub.core.view;

import java.util.List;

/// A place in a list: what its rows are sorted by, of the last row seen. Rows that come or go
/// meanwhile move no other row to another page.
public record Cursor(List<String> parts) {
  public Cursor {
    parts = List.copyOf(parts);
  }

  public static Cursor of(Object... parts) {
    return new Cursor(List.of(parts).stream().map(Object::toString).toList());
  }

  /// For [Listed#cursor] to read again.
  public String text() {
    return String.join("/", parts);
  }
}
