package dev.tombolo.protocol.release;

import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps the files of a release inside its folder, on every file system: relative `/`-separated
/// paths without `.`, `..`, NUL, control characters, U+FFFD or backslashes, and no two that a
/// case-insensitive disk takes for one. A manifest has no links, so none can be made.
public final class PathCheck {
  public static final int PATH_BYTES_MAX = 1024;
  public static final int SEGMENT_BYTES_MAX = 255;

  /// What a program puts for bytes that its locale has no character for: no file has that name.
  private static final char UNREADABLE = '\uFFFD';

  private PathCheck() {}

  /// Null for a path that is safe by itself.
  public static @Nullable Reason problem(String path) {
    String detail = detail(path);
    return detail == null ? null : new Reason.PathRefused(Quoted.of(path), detail);
  }

  /// Null when the paths are each safe, all different, and none is a folder of another.
  public static @Nullable Reason problem(List<String> paths) {
    Map<String, String> seen = new HashMap<>();
    for (String path : paths) {
      Reason alone = problem(path);
      if (alone != null) {
        return alone;
      }
      String twin = seen.put(fold(path), path);
      if (twin != null) {
        return new Reason.PathRefused(
            Quoted.of(path),
            twin.equals(path)
                ? "it is listed twice"
                : "it differs from '" + Quoted.of(twin) + "' only by case or accents' coding");
      }
    }
    for (String path : paths) {
      String folded = fold(path);
      for (int slash = folded.indexOf('/'); slash > 0; slash = folded.indexOf('/', slash + 1)) {
        String file = seen.get(folded.substring(0, slash));
        if (file != null) {
          return new Reason.PathRefused(
              Quoted.of(path), "'" + Quoted.of(file) + "' is a file, so it cannot be a folder");
        }
      }
    }
    return null;
  }

  private static @Nullable String detail(String path) {
    if (path.isEmpty()) {
      return "it is empty";
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
      return "it is longer than " + PATH_BYTES_MAX + " bytes";
    }
    if (path.indexOf('\\') >= 0) {
      return "it has a backslash; separate folders by '/'";
    }
    if (path.indexOf(0) >= 0) {
      return "it has a NUL";
    }
    if (!isVisible(path)) {
      return "it has a control character";
    }
    if (path.indexOf(UNREADABLE) >= 0) {
      return "it has a character that could not be read; use a UTF-8 locale and name it anew";
    }
    if (path.charAt(0) == '/') {
      return "it is absolute; paths are relative to the release's folder";
    }
    for (int start = 0; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String segment = path.substring(start, end);
      if (segment.isEmpty()) {
        return "it has an empty part between slashes";
      }
      if (segment.equals(".") || segment.equals("..")) {
        return "it has a '" + segment + "' part";
      }
      if (segment.getBytes(StandardCharsets.UTF_8).length > SEGMENT_BYTES_MAX) {
        return "a part of it is longer than " + SEGMENT_BYTES_MAX + " bytes";
      }
      start = end + 1;
    }
    return null;
  }

  private static boolean isVisible(String path) {
    int codePoint;
    for (int i = 0; i < path.length(); i += Character.charCount(codePoint)) {
      codePoint = path.codePointAt(i);
      if (!isVisible(codePoint)) {
        return false;
      }
    }
    return true;
  }

  /// False for control characters, direction marks, what has no width, and half surrogate pairs.
  private static boolean isVisible(int codePoint) {
    return Quoted.isPlain(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
  }

  private static String fold(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) >= 0x80) {
        String composed = Normalizer.normalize(path, Normalizer.Form.NFKC);
        return composed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
      }
    }
    return path.toLowerCase(Locale.ROOT);
  }
}
