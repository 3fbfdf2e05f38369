package dev.tombolo.hub.core.view;

/// What is listed page by page.
public enum Listed {
  FLEETS(1, false),
  SITES(1, false),
  SLOTS(2, false),
  DEVICES(3, false),
  ASSIGNMENTS(4, false),
  RELEASES(3, true),
  TOKENS(2, true);

  private final int parts;
  private final boolean isDated;

  Listed(int parts, boolean isDated) {
    this.parts = parts;
    this.isDated = isDated;
  }

  /// Reads a cursor of this list.
  ///
  /// @throws IllegalArgumentException when it is none
  public Cursor cursor(String text) {
    Cursor cursor = new Cursor(java.util.List.of(text.split("/", -1)));
    boolean fits =
        cursor.parts().size() == parts && (!isDated || isNumber(cursor.parts().getFirst()));
    if (!fits) {
      throw new IllegalArgumentException(
          "'" + text + "' is no place in this list; use the address in the Link header of a page");
    }
    return cursor;
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,18}");
  }
}
