package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A strict RFC 8259 parser within the bounds of I-JSON (RFC 7493): no duplicate keys, no lone
/// surrogates, integers below 2^53, bounded nesting, nothing after the value. Makes maps (in the
/// text's order), lists, strings, longs, doubles, booleans and null.
final class JsonParser {
  static final int DEPTH_MAX = 32;

  private final String what;
  private final String text;
  private int at;
  private int depth;

  private JsonParser(String what, String text) {
    this.what = what;
    this.text = text;
  }

  static @Nullable Object parse(String what, String text) throws MalformedException {
    JsonParser parser = new JsonParser(what, text);
    parser.skipSpace();
    Object value = parser.value();
    parser.skipSpace();
    if (parser.at < text.length()) {
      throw parser.wrong("something follows the end of the JSON value");
    }
    return value;
  }

  private @Nullable Object value() throws MalformedException {
    char c = peek();
    switch (c) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        word("true");
        return Boolean.TRUE;
      case 'f':
        word("false");
        return Boolean.FALSE;
      case 'n':
        word("null");
        return null;
      default:
        if (c == '-' || isDigit(c)) {
          return number();
        }
        throw wrong("'" + printable(c) + "' does not begin a JSON value");
    }
  }

  private Map<String, @Nullable Object> object() throws MalformedException {
    enter();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      depth--;
      return fields;
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw wrong("a field name in double quotes must stand here");
      }
      String name = string();
      skipSpace();
      expect(':');
      skipSpace();
      if (fields.containsKey(name)) {
        throw wrong("the field '" + brief(name) + "' stands twice in one object");
      }
      fields.put(name, value());
      skipSpace();
      if (peek() == '}') {
        at++;
        depth--;
        return fields;
      }
      expect(',');
    }
  }

  private List<@Nullable Object> array() throws MalformedException {
    enter();
    List<@Nullable Object> elements = new ArrayList<>();
    skipSpace();
    if (peek() == ']') {
      at++;
      depth--;
      return elements;
    }
    while (true) {
      skipSpace();
      elements.add(value());
      skipSpace();
      if (peek() == ']') {
        at++;
        depth--;
        return elements;
      }
      expect(',');
    }
  }

  private void enter() throws MalformedException {
    at++;
    if (++depth > DEPTH_MAX) {
      throw wrong("nested deeper than " + DEPTH_MAX + " levels");
    }
  }

  private String string() throws MalformedException {
    int start = ++at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        String plain = text.substring(start, at++);
        checkSurrogates(plain);
        return plain;
      }
      if (c == '\\') {
        return escapedString(start);
      }
      if (c < 0x20) {
        throw wrong("a control character inside a string must be escaped");
      }
      at++;
    }
    throw wrong("the text ends inside a string");
  }

  private String escapedString(int start) throws MalformedException {
    StringBuilder out = new StringBuilder(at - start + 16).append(text, start, at);
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        String read = out.toString();
        checkSurrogates(read);
        return read;
      }
      if (c < 0x20) {
        throw wrong("a control character inside a string must be escaped");
      }
      out.append(c == '\\' ? escape() : c);
    }
    throw wrong("the text ends inside a string");
  }

  private char escape() throws MalformedException {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicodeEscape();
      default -> throw wrong("'\\" + printable(c) + "' is not an escape of JSON");
    };
  }

  private char unicodeEscape() throws MalformedException {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = hexDigit(peek());
      if (digit < 0) {
        throw wrong("\\u takes four hex digits");
      }
      code = code << 4 | digit;
      at++;
    }
    return (char) code;
  }

  private static int hexDigit(char c) {
    if (isDigit(c)) {
      return c - '0';
    }
    char lower = (char) (c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private void checkSurrogates(String read) throws MalformedException {
    for (int i = 0; i < read.length(); i++) {
      if (Character.isSurrogate(read.charAt(i))) {
        boolean pair =
            i + 1 < read.length() && Character.isSurrogatePair(read.charAt(i), read.charAt(i + 1));
        if (!pair) {
          throw wrong("half a surrogate pair inside a string");
        }
        i++;
      }
    }
  }

  private Object number() throws MalformedException {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    boolean whole = true;
    if (at < text.length() && text.charAt(at) == '.') {
      whole = false;
      at++;
      digits();
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      whole = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    if (whole) {
      return integer(start);
    }
    return decimal(start);
  }

  private Long integer(int start) throws MalformedException {
    // 2^53 has 16 digits; one more for the sign.
    if (at - start <= 17) {
      long value = Long.parseLong(text, start, at, 10);
      if (value <= Limits.INTEGER_MAX && value >= -Limits.INTEGER_MAX) {
        return value;
      }
    }
    throw wrong("an integer must lie below 2^53");
  }

  private Double decimal(int start) throws MalformedException {
    double value = at - start <= 64 ? Double.parseDouble(text.substring(start, at)) : Double.NaN;
    if (!Double.isFinite(value)) {
      throw wrong("a number too large or too long");
    }
    return value;
  }

  private void digits() throws MalformedException {
    if (!isDigit(peek())) {
      throw wrong("a digit must stand here");
    }
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void word(String word) throws MalformedException {
    if (!text.startsWith(word, at)) {
      throw wrong("'" + word + "' expected");
    }
    at += word.length();
  }

  private void expect(char wanted) throws MalformedException {
    if (peek() != wanted) {
      throw wrong("'" + wanted + "' expected, not '" + printable(peek()) + "'");
    }
    at++;
  }

  private char peek() throws MalformedException {
    if (at >= text.length()) {
      throw wrong("the text ends too early");
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      at++;
    }
  }

  private MalformedException wrong(String detail) {
    return new MalformedException(what, detail + ", at character " + (at + 1));
  }

  private static String printable(char c) {
    return c < 0x20 || Character.isSurrogate(c) || c == 0x7f
        ? String.format("U+%04X", (int) c)
        : String.valueOf(c);
  }

  static String brief(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }
}
