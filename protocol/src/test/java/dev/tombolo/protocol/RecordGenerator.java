package dev.tombolo.protocol;

import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Makes records of any type of the protocol from a seed.
public final class RecordGenerator {
  private static final String LETTERS = "abz09-_.: /\\\"'\n\t\u0001\u007fäß€\u2028😀";
  private final Random random;

  public RecordGenerator(long seed) {
    this.random = new Random(seed);
  }

  public <T> T make(Class<T> type) {
    return type.cast(value(type, 0));
  }

  private Object value(Type type, int depth) {
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == Map.class
          ? map(depth)
          : list(generic.getActualTypeArguments()[0], depth);
    }
    Class<?> plain = (Class<?>) type;
    if (plain == String.class) {
      return text();
    } else if (plain == long.class || plain == Long.class) {
      return random.nextLong() >> (11 + random.nextInt(50));
    } else if (plain == int.class || plain == Integer.class) {
      return random.nextInt() >> random.nextInt(31);
    } else if (plain == boolean.class) {
      return random.nextBoolean();
    } else if (plain == Name.class) {
      return new Name("n" + random.nextInt(1000));
    } else if (plain == Digest.class) {
      return Digest.ofText("d" + random.nextLong());
    } else if (plain == Section.class) {
      return new Section(text(), text());
    } else if (plain == DeviceId.class) {
      return DeviceId.ofKey(new byte[] {(byte) random.nextInt()});
    } else if (plain == LocalDate.class) {
      return LocalDate.ofEpochDay(random.nextInt(40_000));
    } else if (plain == DateSpan.class) {
      LocalDate from = LocalDate.ofEpochDay(random.nextInt(40_000));
      return new DateSpan(from, from.plusDays(random.nextInt(400)));
    } else if (plain == WeekSpan.class) {
      int from = random.nextInt(WeekSpan.WEEK_MINUTES);
      return new WeekSpan(from, from + 1 + random.nextInt(WeekSpan.WEEK_MINUTES));
    } else if (plain == BitRate.class) {
      return new BitRate(random.nextLong(BitRate.BITS_MIN, BitRate.BITS_MAX));
    } else if (plain == ZoneOffsets.class) {
      return zone();
    } else if (plain.isEnum()) {
      return pick(plain.getEnumConstants());
    } else if (plain.isSealed()) {
      return value(pick(plain.getPermittedSubclasses()), depth);
    } else if (plain.isRecord()) {
      return record(plain, depth + 1);
    }
    throw new IllegalArgumentException("no way to make a " + type);
  }

  private ZoneOffsets zone() {
    List<ZoneOffsets.Change> changes = new ArrayList<>();
    long at = random.nextInt();
    for (int i = random.nextInt(4); i > 0; i--) {
      at += 1 + random.nextInt(20_000_000);
      changes.add(new ZoneOffsets.Change(at, random.nextInt(-12, 15) * 3600));
    }
    return new ZoneOffsets(text(), random.nextInt(-12, 15) * 3600, changes);
  }

  private Object record(Class<?> type, int depth) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      AnnotatedType annotated = components[i].getAnnotatedType();
      boolean leaveOut = annotated.isAnnotationPresent(Nullable.class) && random.nextBoolean();
      values[i] = leaveOut ? null : value(components[i].getGenericType(), depth);
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("cannot make a " + type, e);
    }
  }

  private List<Object> list(Type element, int depth) {
    List<Object> values = new ArrayList<>();
    int size = depth > 5 ? 0 : random.nextInt(4);
    for (int i = 0; i < size; i++) {
      values.add(value(element, depth));
    }
    return values;
  }

  private Map<String, String> map(int depth) {
    Map<String, String> values = new LinkedHashMap<>();
    int size = depth > 5 ? 0 : random.nextInt(5);
    for (int i = 0; i < size; i++) {
      values.put(text(), text());
    }
    return values;
  }

  private String text() {
    int[] letters = LETTERS.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      out.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return out.toString();
  }

  private <E> E pick(E[] from) {
    return from[random.nextInt(from.length)];
  }
}
