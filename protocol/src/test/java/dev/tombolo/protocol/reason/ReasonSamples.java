package dev.tombolo.protocol.reason;

import dev.tombolo.protocol.id.Digest;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/// Reasons of every type with values that tell nothing, so that what differs in their sentences are
/// the words.
public final class ReasonSamples {
  /// Stands for any text.
  static final String ANY = "§";

  private ReasonSamples() {}

  public static Reason plain(Class<? extends Reason> type) {
    return make(type, 0);
  }

  /// The same type with each value being something, or nothing: texts empty, numbers 0 or below,
  /// lists empty, flags off.
  static List<Reason> variants(Class<? extends Reason> type) {
    List<Reason> all = new ArrayList<>();
    for (int nothing = 0; nothing < 1 << type.getRecordComponents().length; nothing++) {
      all.add(make(type, nothing));
    }
    return all;
  }

  /// @param nothing a bit for each value that is left out
  private static Reason make(Class<? extends Reason> type, int nothing) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(types[i], (nothing >> i & 1) == 1);
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot make a " + type, e);
    }
  }

  private static Object value(Class<?> type, boolean isNothing) {
    if (type == String.class) {
      return isNothing ? "" : ANY;
    } else if (type == long.class) {
      return isNothing ? 0L : 7L;
    } else if (type == int.class) {
      return isNothing ? 0 : 7;
    } else if (type == boolean.class) {
      return !isNothing;
    } else if (type == List.class) {
      return isNothing ? List.of() : List.of(ANY);
    } else if (type == Digest.class) {
      return Digest.ofText(ANY);
    } else if (type.isEnum()) {
      return type.getEnumConstants()[0];
    } else if (type == Reason.class) {
      return new Reason.Unknown(ANY);
    }
    throw new IllegalArgumentException("no way to make a " + type);
  }
}
