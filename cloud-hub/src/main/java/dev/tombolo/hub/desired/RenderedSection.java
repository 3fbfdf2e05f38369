package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import java.nio.charset.StandardCharsets;

/// A section with what is costly to know of it, so that devices share it.
///
/// @param textBytes UTF-8 bytes of the text
/// @param wireBytes bytes it takes inside a JSON message, quotes escaped
public record RenderedSection(Section section, Digest digest, int textBytes, int wireBytes) {
  private static final int FIELD_NAMES_BYTES = 32;

  public static RenderedSection of(String name, String text) {
    Section section = new Section(name, text);
    int textBytes = text.getBytes(StandardCharsets.UTF_8).length;
    int wireBytes = textBytes + escapes(text) + name.length() + FIELD_NAMES_BYTES;
    return new RenderedSection(section, section.digest(), textBytes, wireBytes);
  }

  private static int escapes(String text) {
    int extra = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        extra++;
      } else if (c < ' ') {
        extra += 5;
      }
    }
    return extra;
  }
}
