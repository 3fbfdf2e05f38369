package dev.tombolo.hub.http;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the parts of requests; what does not fit is refused with the field's name.
final class Parts {
  private Parts() {}

  static Name name(String field, @Nullable String text) throws RefusedException {
    return read(field, text, Name::new);
  }

  static Optional<Name> optionalName(String field, @Nullable String text) throws RefusedException {
    return text == null || text.isEmpty() ? Optional.empty() : Optional.of(name(field, text));
  }

  static Optional<SlotRef> optionalSlot(String field, @Nullable String text)
      throws RefusedException {
    return text == null || text.isEmpty()
        ? Optional.empty()
        : Optional.of(read(field, text, SlotRef::parse));
  }

  static ReleaseRef release(String field, @Nullable String text) throws RefusedException {
    return read(field, text, ReleaseRef::parse);
  }

  static <T> T read(String field, @Nullable String text, Function<String, T> reader)
      throws RefusedException {
    String given = Objects.requireNonNullElse(text, "");
    try {
      return reader.apply(given);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      // What was given stands before the advice, and may have a semicolon itself.
      throw invalid(
          field, given, Quoted.of(message.substring(message.lastIndexOf(';') + 1).strip()));
    }
  }

  static long number(String field, @Nullable String text, long min, long max, long otherwise)
      throws RefusedException {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw invalid(field, text, "use a whole number from " + min + " to " + max);
  }

  static RefusedException invalid(String field, String value, String fix) {
    return new RefusedException(new Reason.InputInvalid(field, Quoted.of(value), fix));
  }
}
