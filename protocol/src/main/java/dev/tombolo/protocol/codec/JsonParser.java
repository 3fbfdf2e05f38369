package dev.tombolo.protocol.codec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The value of one JSON text: maps (in the text's order), lists, strings, longs, doubles, booleans
/// and null. Jackson reads, by RFC 8259 and within the bounds of [JsonLibrary]; what I-JSON (RFC
/// 7493) asks beyond that is checked here: integers below 2^53, no half surrogate pairs. Nothing
/// may follow the value.
final class JsonParser {
  /// 2^53 has 16 digits; one more for the sign.
  private static final int INTEGER_CHARACTERS_MAX = 17;

  private static final int ERROR_CHARACTERS_MAX = 240;

  /// Which setting of Jackson's would allow it, and from what kind of source it came.
  private static final Pattern FOR_PROGRAMMERS =
      Pattern.compile(
          "\\[Source: [^;]*; |(?<=column: [0-9]{1,9})]"
              + "|, from `[^`]*`|: enable `[^`]*` to allow"
              + "| \\(consider enabling .*| \\(not recognized as one since Feature [^)]*\\)");

  private final String what;
  private final com.fasterxml.jackson.core.JsonParser tokens;

  private JsonParser(String what, com.fasterxml.jackson.core.JsonParser tokens) {
    this.what = what;
    this.tokens = tokens;
  }

  static @Nullable Object parse(String what, String text) throws MalformedException {
    // Of an array Jackson makes no copy of its own.
    return parse(what, CharBuffer.wrap(text.toCharArray()));
  }

  /// @param text its array is read where it lies
  static @Nullable Object parse(String what, CharBuffer text) throws MalformedException {
    int from = text.arrayOffset() + text.position();
    try (var tokens = JsonLibrary.FACTORY.createParser(text.array(), from, text.remaining())) {
      return new JsonParser(what, tokens).onlyValue();
    } catch (IOException e) {
      throw unreadable(what);
    }
  }

  private @Nullable Object onlyValue() throws MalformedException {
    try {
      Object value = value();
      if (tokens.nextToken() != null) {
        throw wrong("something follows the end of the JSON value");
      }
      return value;
    } catch (JsonEOFException e) {
      throw wrong("the text ends too early", tokens.currentLocation());
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      throw wrong(
          inPlainWords(e.getOriginalMessage()),
          location == null ? tokens.currentLocation() : location);
    } catch (IOException e) {
      throw unreadable(what);
    }
  }

  private @Nullable Object value() throws MalformedException, IOException {
    JsonToken token = tokens.nextToken();
    if (token == null) {
      throw wrong("the text ends too early", tokens.currentLocation());
    }
    return value(token);
  }

  private @Nullable Object value(JsonToken token) throws MalformedException, IOException {
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> checked(tokens.getText());
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> decimal();
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      case VALUE_NULL -> null;
      case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw wrong("no JSON value begins here");
    };
  }

  private Map<String, @Nullable Object> object() throws MalformedException, IOException {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (String name = tokens.nextFieldName(); name != null; name = tokens.nextFieldName()) {
      fields.put(checked(name), value());
    }
    return fields;
  }

  private List<@Nullable Object> array() throws MalformedException, IOException {
    List<@Nullable Object> elements = new ArrayList<>();
    for (JsonToken token = tokens.nextToken();
        token != null && token != JsonToken.END_ARRAY;
        token = tokens.nextToken()) {
      elements.add(value(token));
    }
    return elements;
  }

  private String checked(String read) throws MalformedException {
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
    return read;
  }

  private Long integer() throws MalformedException, IOException {
    if (tokens.getTextLength() <= INTEGER_CHARACTERS_MAX) {
      long value = tokens.getLongValue();
      if (value <= Limits.INTEGER_MAX && value >= -Limits.INTEGER_MAX) {
        return value;
      }
    }
    throw wrong("an integer must lie below 2^53");
  }

  private Double decimal() throws MalformedException, IOException {
    if (tokens.getTextLength() <= JsonLibrary.NUMBER_CHARACTERS_MAX) {
      double value = tokens.getDoubleValue();
      if (Double.isFinite(value)) {
        return value;
      }
    }
    throw wrong("a number too large or too long");
  }

  private MalformedException wrong(String detail) {
    return wrong(detail, tokens.currentTokenLocation());
  }

  private MalformedException wrong(String detail, JsonLocation location) {
    return new MalformedException(
        what, detail + ", at character " + (location.getCharOffset() + 1));
  }

  /// Bounded and on one line, since a field's name may stand in it.
  private static String inPlainWords(String message) {
    return Quoted.of(FOR_PROGRAMMERS.matcher(message).replaceAll(""), ERROR_CHARACTERS_MAX);
  }

  /// What cannot happen with a text in memory.
  private static MalformedException unreadable(String what) {
    return new MalformedException(what, "cannot be read");
  }

  static String brief(String text) {
    return Quoted.of(text, JsonLibrary.QUOTED_CHARACTERS_MAX);
  }
}
