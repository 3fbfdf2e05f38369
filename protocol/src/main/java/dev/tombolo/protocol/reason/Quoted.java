package dev.tombolo.protocol.reason;

/// What others wrote, fit to be repeated in a refusal: on one line, harmless to a terminal, and no
/// longer than anybody reads. Refusals go into report rows, audit lines and logs, whose bounds a
/// stranger's text must not reach.
public final class Quoted {
  public static final int CHARS_MAX = 200;

  private Quoted() {}

  public static String of(String text) {
    return of(text, CHARS_MAX);
  }

  /// @param charsMax after which it is cut, and `...` says so
  public static String of(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return onOneLine(text);
    }
    int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
    return onOneLine(text.substring(0, end)) + "...";
  }

  /// What could move a terminal's cursor or turn its writing direction becomes a space.
  static String onOneLine(String text) {
    int first = 0;
    while (first < text.length() && isPlainAscii(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> line.appendCodePoint(isPlain(c) ? c : ' '));
    return line.toString();
  }

  /// False for control characters, separators of lines, direction marks and what has no width, in
  /// all of Unicode.
  public static boolean isPlain(int codePoint) {
    int type = Character.getType(codePoint);
    return type != Character.CONTROL
        && type != Character.FORMAT
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }

  private static boolean isPlainAscii(char c) {
    return c >= ' ' && c < 0x7f;
  }
}
