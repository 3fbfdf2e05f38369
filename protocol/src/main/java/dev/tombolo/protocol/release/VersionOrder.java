package dev.tombolo.protocol.release;

/// Which of two versions is the later one: the precedence of Semantic Versioning 2.0.0 (section
/// 11), for any text that is a version here.
///
/// A leading `v` before a digit and what follows `+` do not count. What stands before the first `-`
/// is compared part by part (`.`, `_`), numbers as numbers, missing parts as 0: 1.4 and 1.4.0 are
/// the same, and of parts like `4rc1` the number at their beginning counts first, so that 1.4rc1 is
/// after 1.4 and before 1.5. A version with something after the `-` comes before the same one
/// without. A number comes before a word; of two that are alike so far, the longer one after the
/// `-` is later.
public final class VersionOrder {
  private VersionOrder() {}

  /// @return below 0, 0, above 0, as for [Comparable]
  public static int compare(String one, String other) {
    String a = counted(one);
    String b = counted(other);
    int core = parts(core(a), core(b), true);
    if (core != 0) {
      return core;
    }
    String before = preRelease(a);
    String after = preRelease(b);
    if (before.isEmpty() || after.isEmpty()) {
      return Boolean.compare(before.isEmpty(), after.isEmpty());
    }
    return parts(before, after, false);
  }

  public static boolean isAtLeast(String version, String least) {
    return compare(version, least) >= 0;
  }

  private static String counted(String version) {
    int plus = version.indexOf('+');
    String text = plus < 0 ? version : version.substring(0, plus);
    boolean hasPrefix =
        text.length() > 1
            && (text.charAt(0) == 'v' || text.charAt(0) == 'V')
            && isDigit(text.charAt(1));
    return hasPrefix ? text.substring(1) : text;
  }

  private static String core(String version) {
    int dash = version.indexOf('-');
    return dash < 0 ? version : version.substring(0, dash);
  }

  private static String preRelease(String version) {
    int dash = version.indexOf('-');
    return dash < 0 ? "" : version.substring(dash + 1);
  }

  private static int parts(String one, String other, boolean isCore) {
    String[] a = one.split("[._]", -1);
    String[] b = other.split("[._]", -1);
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      if (!isCore && (i >= a.length || i >= b.length)) {
        return Integer.compare(a.length, b.length);
      }
      String its = i < a.length ? a[i] : "0";
      String others = i < b.length ? b[i] : "0";
      int order = isCore ? corePart(its, others) : part(its, others);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int corePart(String one, String other) {
    int end = digits(one);
    int otherEnd = digits(other);
    if (end == 0 || otherEnd == 0) {
      return part(one, other);
    }
    int order = part(one.substring(0, end), other.substring(0, otherEnd));
    return order != 0 ? order : one.substring(end).compareTo(other.substring(otherEnd));
  }

  /// How many digits it begins with.
  private static int digits(String part) {
    int end = 0;
    while (end < part.length() && isDigit(part.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int part(String one, String other) {
    boolean isNumber = isNumber(one);
    if (isNumber != isNumber(other)) {
      return isNumber ? -1 : 1;
    }
    if (!isNumber) {
      return one.compareTo(other);
    }
    String a = withoutZeros(one);
    String b = withoutZeros(other);
    return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
  }

  private static String withoutZeros(String number) {
    int first = 0;
    while (first < number.length() - 1 && number.charAt(first) == '0') {
      first++;
    }
    return number.substring(first);
  }

  private static boolean isNumber(String part) {
    return !part.isEmpty() && part.chars().allMatch(c -> isDigit((char) c));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
