package dev.tombolo.hub.net;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of a file that a request asks for (RFC 9110 s. 14).
///
/// @param from first byte
/// @param length at least 1, or 0 for an empty file asked for whole
record ByteRange(long from, long length, boolean isWhole) {
  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /// Empty when nothing of the file lies in the range (416). Several ranges, or what is no range,
  /// get the whole file, as the standard allows.
  static Optional<ByteRange> of(Optional<String> header, long size) {
    ByteRange whole = new ByteRange(0, size, true);
    if (header.isEmpty()) {
      return Optional.of(whole);
    }
    Matcher one = ONE.matcher(header.get().strip());
    if (!one.matches() || (one.group(1).isEmpty() && one.group(2).isEmpty())) {
      return Optional.of(whole);
    }
    if (one.group(1).isEmpty()) {
      long last = Math.min(Long.parseLong(one.group(2)), size);
      return last == 0 ? Optional.empty() : Optional.of(new ByteRange(size - last, last, false));
    }
    long from = Long.parseLong(one.group(1));
    long to = one.group(2).isEmpty() ? size - 1 : Math.min(Long.parseLong(one.group(2)), size - 1);
    if (!one.group(2).isEmpty() && Long.parseLong(one.group(2)) < from) {
      return Optional.of(whole);
    }
    return from >= size ? Optional.empty() : Optional.of(new ByteRange(from, to - from + 1, false));
  }
}
