package dev.tombolo.hub.policy;

import dev.tombolo.protocol.reason.Quoted;

/// Text that people may give to names, and that may go to a terminal: without control characters,
/// breaks, and marks that turn the direction of what follows.
public final class PlainText {
  /// Persian, Indic scripts and emoji are not right without these two, and they move nothing.
  private static final int NON_JOINER = 0x200c;

  private static final int JOINER = 0x200d;

  private PlainText() {}

  public static boolean isOne(String text) {
    return text.codePoints().allMatch(PlainText::isPlain);
  }

  /// With `?` for what is not plain.
  public static String of(String text) {
    return of(text, "");
  }

  /// @param kept characters that stay all the same
  public static String of(String text, String kept) {
    if (isOne(text)) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> plain.appendCodePoint(isPlain(c) || kept.indexOf(c) >= 0 ? c : '?'));
    return plain.toString();
  }

  private static boolean isPlain(int c) {
    return Quoted.isPlain(c) || c == NON_JOINER || c == JOINER;
  }
}
