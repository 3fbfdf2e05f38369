package dev.tombolo.protocol.release;

import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps the files of a release inside its folder, on every file system: relative `/`-separated
/// paths without `.`, `..`, NUL, control characters or backslashes, and no two that a
/// case-insensitive disk takes for one. A manifest has no links, so none can be made.
public final class PathCheck {
  public static final int PATH_BYTES_MAX = 1024;
  public static final int SEGMENT_BYTES_MAX = 255;

  private PathCheck() {}

  /// Null for a path that is safe by itself.
  public static @Nullable Reason problem(String path) {
    String detail = detail(path);
    return detail == null ? null : new Reason.PathRefused(printable(path), detail);
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
            path,
            twin.equals(path)
                ? "it is listed twice"
                : "it differs from '" + twin + "' only by case or accents' coding");
      }
    }
    for (String path : paths) {
      String folded = fold(path);
      for (int slash = folded.indexOf('/'); slash > 0; slash = folded.indexOf('/', slash + 1)) {
        String file = seen.get(folded.substring(0, slash));
        if (file != null) {
          return new Reason.PathRefused(path, "'" + file + "' is a file, so it cannot be a folder");
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
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '\\') {
        return "it has a backslash; separate folders by '/'";
      }
      if (c == 0) {
        return "it has a NUL";
      }
      if (Character.isISOControl(c) || isInvisible(c)) {
        return "it has a control character";
      }
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

  /// Line and paragraph separators, direction marks, zero-width characters, lone surrogates.
  private static boolean isInvisible(char c) {
    int type = Character.getType(c);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
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

  private static String printable(String path) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(path.length(), 200); i++) {
      char c = path.charAt(i);
      out.append(Character.isISOControl(c) || isInvisible(c) ? '?' : c);
    }
    return out.toString();
  }
}
