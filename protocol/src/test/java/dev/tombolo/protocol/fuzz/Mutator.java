package dev.tombolo.protocol.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Changes inputs by chance: bits, lengths, numbers, words, parts of JSON and of DER.
final class Mutator {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    7,
    8,
    15,
    16,
    31,
    32,
    63,
    64,
    100,
    125,
    126,
    127,
    128,
    129,
    255,
    256,
    257,
    511,
    512,
    1023,
    1024,
    4095,
    4096,
    32767,
    32768,
    65535,
    65536,
    262_143,
    262_144,
    1L << 24,
    (1L << 28) - 1,
    1L << 28,
    (1L << 31) - 1,
    1L << 31,
    (1L << 32) - 1,
    1L << 32,
    (1L << 53) - 1,
    1L << 53,
    -(1L << 53) + 1,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    253_402_300_800_000L,
    31_556_889_864_403_199L
  };
  private static final String[] VALUES = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1e400",
    "1.5",
    "-1",
    "\"\"",
    "{}",
    "[]",
    "[null]",
    "[{}]",
    "\"x\"",
    "9007199254740991",
    "-9007199254740991",
    "9007199254740992",
    "1E2",
    "00",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\u2028\"",
    "\"\\n\"",
    "\"../..\"",
    "\"${param.x}\"",
    "\"\u00e9\"",
    "\"\ud83d\ude00\""
  };
  private static final byte[][] ODD = {
    {0},
    {(byte) 0xff},
    {(byte) 0xc0, (byte) 0x80},
    {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
    {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
    {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
    {(byte) 0xe2, (byte) 0x80, (byte) 0xa8},
    {'\r', '\n'},
    {'\t'},
    {'%', '0', '0'},
    {'%', '2', 'f'},
    {0x30, (byte) 0x80},
    {(byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
    {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 1}
  };

  private final Random random;
  private final List<byte[]> words;
  private final int bytesMax;

  Mutator(Random random, List<String> words, int bytesMax) {
    this.random = random;
    this.words = words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    this.bytesMax = bytesMax;
  }

  /// @param other another input, whose parts may be taken
  byte[] mutated(byte[] input, byte[] other) {
    byte[] changed = input;
    for (int left = 1 + geometric(6); left > 0; left--) {
      changed = once(changed, other);
      if (changed.length > bytesMax) {
        changed = Arrays.copyOf(changed, bytesMax);
      }
    }
    return changed;
  }

  private byte[] once(byte[] in, byte[] other) {
    if (in.length == 0) {
      return other.length == 0 ? new byte[] {(byte) random.nextInt(256)} : other.clone();
    }
    return switch (random.nextInt(20)) {
      case 0 -> flipped(in);
      case 1 -> with(in, at(in), new byte[] {(byte) random.nextInt(256)}, 1);
      case 2 -> with(in, at(in), new byte[0], Math.min(length(in), in.length));
      case 3 -> with(in, at(in), part(in), 0);
      case 4 -> Arrays.copyOf(in, random.nextInt(in.length));
      case 5 -> with(in, at(in), part(other), random.nextInt(2) * length(in));
      case 6 -> joined(Arrays.copyOf(in, at(in)), tail(other));
      case 7 -> binaryNumber(in);
      case 8 -> variableNumber(in);
      case 9, 10 -> decimalNumber(in);
      case 11 -> with(in, at(in), ODD[random.nextInt(ODD.length)], random.nextInt(3));
      case 12, 13 ->
          words.isEmpty()
              ? flipped(in)
              : with(in, at(in), words.get(random.nextInt(words.size())), random.nextInt(8));
      case 14 -> repeated(in);
      case 15, 16, 17 -> json(in, other);
      case 18 -> der(in);
      default -> nested(in);
    };
  }

  private byte[] flipped(byte[] in) {
    byte[] out = in.clone();
    out[at(in)] ^= (byte) (1 << random.nextInt(8));
    return out;
  }

  private byte[] binaryNumber(byte[] in) {
    int width = 1 << random.nextInt(4);
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    byte[] bytes = new byte[width];
    for (int i = 0; i < width; i++) {
      bytes[width - 1 - i] = (byte) (number >> 8 * i);
    }
    return with(in, at(in), bytes, width);
  }

  /// As MQTT writes lengths; sometimes in more bytes than needed.
  private byte[] variableNumber(byte[] in) {
    long number = random.nextBoolean() ? NUMBERS[random.nextInt(NUMBERS.length)] : in.length;
    byte[] bytes = new byte[1 + random.nextInt(5)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (number & 0x7f | (i + 1 < bytes.length ? 0x80 : 0));
      number >>>= 7;
    }
    return with(in, at(in), bytes, random.nextInt(3));
  }

  private byte[] decimalNumber(byte[] in) {
    int from = at(in);
    while (from < in.length && !isDigit(in[from])) {
      from++;
    }
    int to = from;
    while (to < in.length && isDigit(in[to])) {
      to++;
    }
    String number = Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]);
    if (random.nextInt(8) == 0) {
      number = "9".repeat(1 + random.nextInt(400));
    }
    return with(in, from, number.getBytes(StandardCharsets.US_ASCII), to - from);
  }

  /// One part many times over.
  private byte[] repeated(byte[] in) {
    byte[] part = part(in);
    int most = Math.max(1, Math.min(bytesMax / Math.max(1, part.length), 1 << random.nextInt(14)));
    int times = 1 + random.nextInt(most);
    byte[] many = new byte[part.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(part, 0, many, i * part.length, part.length);
    }
    return with(in, at(in), many, 0);
  }

  /// A value becomes another one, goes, comes twice, or is taken from the other input.
  private byte[] json(byte[] in, byte[] other) {
    List<int[]> values = values(in);
    if (values.isEmpty()) {
      return flipped(in);
    }
    int[] value = values.get(random.nextInt(values.size()));
    int length = value[1] - value[0];
    byte[] own = Arrays.copyOfRange(in, value[0], value[1]);
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        return with(
            in,
            value[0],
            VALUES[random.nextInt(VALUES.length)].getBytes(StandardCharsets.UTF_8),
            length);
      }
      case 2 -> {
        List<int[]> others = values(other);
        if (others.isEmpty()) {
          return flipped(in);
        }
        int[] from = others.get(random.nextInt(others.size()));
        return with(in, value[0], Arrays.copyOfRange(other, from[0], from[1]), length);
      }
      case 3 -> {
        int[] from = values.get(random.nextInt(values.size()));
        return with(in, value[0], Arrays.copyOfRange(in, from[0], from[1]), length);
      }
      case 4 -> {
        // Twice, as an element or as a field.
        byte[] comma = joined(own, new byte[] {','});
        return with(in, value[0], comma, 0);
      }
      case 5 -> {
        // Without it, and the comma behind it.
        int end = value[1] < in.length && in[value[1]] == ',' ? value[1] + 1 : value[1];
        return with(in, value[0], new byte[0], end - value[0]);
      }
      default -> {
        // A longer text.
        if (own.length >= 2 && own[0] == '"') {
          byte[] more = new byte[1 << random.nextInt(15)];
          Arrays.fill(more, (byte) (random.nextBoolean() ? 'a' : ' ' + random.nextInt(95)));
          return with(in, value[0] + 1, more, 0);
        }
        return with(in, value[0], "{\"a\":".getBytes(StandardCharsets.US_ASCII), 0);
      }
    }
  }

  /// Where values and fields lie: `"x"`, `12`, `{...}`, `[...]`, `"a":...`.
  private static List<int[]> values(byte[] in) {
    List<int[]> values = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    int word = -1;
    for (int i = 0; i <= in.length && values.size() < 4096; i++) {
      byte c = i < in.length ? in[i] : (byte) ',';
      boolean ends =
          c == ',' || c == ':' || c == ']' || c == '}' || c == '[' || c == '{' || c == '"';
      if (ends && word >= 0) {
        values.add(new int[] {word, i});
        word = -1;
      }
      if (c == '"') {
        int end = i + 1;
        while (end < in.length && in[end] != '"') {
          end += in[end] == '\\' ? 2 : 1;
        }
        end = Math.min(end + 1, in.length);
        values.add(new int[] {i, end});
        i = end - 1;
      } else if (c == '{' || c == '[') {
        open.add(i);
      } else if ((c == '}' || c == ']') && !open.isEmpty()) {
        values.add(new int[] {open.removeLast(), i + 1});
      } else if (!ends && word < 0 && c > ' ') {
        word = i;
      }
    }
    int plain = values.size();
    for (int i = 0; i + 1 < plain && values.size() < 8192; i++) {
      int[] name = values.get(i);
      int[] next = values.get(i + 1);
      if (name[1] < in.length && in[name[1]] == ':' && next[0] == name[1] + 1) {
        values.add(new int[] {name[0], next[1]});
      }
    }
    return values;
  }

  /// A length of DER, or the form of one.
  private byte[] der(byte[] in) {
    int at = at(in);
    for (int i = 0; i < 64 && at + 1 < in.length; i++, at++) {
      int length = in[at + 1] & 0xff;
      boolean fits = length < 0x80 ? at + 2 + length <= in.length : length <= 0x84;
      if (fits && in[at] != 0) {
        break;
      }
    }
    if (at + 1 >= in.length) {
      return flipped(in);
    }
    return switch (random.nextInt(5)) {
      case 0 -> with(in, at + 1, new byte[] {(byte) 0x80}, 1);
      case 1 -> with(in, at + 1, new byte[] {(byte) 0x82, 0, in[at + 1]}, 1);
      case 2 ->
          with(
              in, at + 1, new byte[] {(byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff}, 1);
      case 3 ->
          with(
              in,
              at,
              new byte[] {
                new byte[] {0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x24, 0x30, 0x31}
                    [random.nextInt(10)]
              },
              1);
      default -> with(in, at + 1, new byte[] {(byte) (in[at + 1] + random.nextInt(5) - 2)}, 1);
    };
  }

  /// Deep rather than wide.
  private byte[] nested(byte[] in) {
    String[][] forms = {
      {"[", "]"},
      {"{\"a\":", "}"},
      {"[", ""},
      {"{\"a\":", ""},
      {"0\u0080", ""},
      {"$\u0080", ""},
      {"- ", ""},
      {"{", "}"},
      {"? ", ""},
      {"a: ", ""}
    };
    String[] form = forms[random.nextInt(forms.length)];
    int depth = 1 << random.nextInt(15);
    int per = Math.max(1, form[0].length() + form[1].length());
    depth = Math.max(1, Math.min(depth, bytesMax / per));
    byte[] begin = form[0].repeat(depth).getBytes(StandardCharsets.ISO_8859_1);
    byte[] end = form[1].repeat(depth).getBytes(StandardCharsets.ISO_8859_1);
    List<int[]> values = values(in);
    if (values.isEmpty()) {
      return joined(begin, joined(in, end));
    }
    int[] value = values.get(random.nextInt(values.size()));
    byte[] own = Arrays.copyOfRange(in, value[0], value[1]);
    return with(in, value[0], joined(begin, joined(own, end)), value[1] - value[0]);
  }

  private int at(byte[] in) {
    return random.nextInt(in.length);
  }

  private int length(byte[] in) {
    return 1 + random.nextInt(random.nextInt(4) == 0 ? in.length : Math.min(in.length, 16));
  }

  private byte[] part(byte[] in) {
    if (in.length == 0) {
      return in;
    }
    int from = at(in);
    return Arrays.copyOfRange(in, from, Math.min(in.length, from + length(in)));
  }

  private byte[] tail(byte[] in) {
    return in.length == 0 ? in : Arrays.copyOfRange(in, at(in), in.length);
  }

  /// @param instead how many bytes it takes the place of
  private static byte[] with(byte[] in, int at, byte[] what, int instead) {
    int from = Math.min(at, in.length);
    int to = Math.min(in.length, from + instead);
    byte[] out = new byte[from + what.length + in.length - to];
    System.arraycopy(in, 0, out, 0, from);
    System.arraycopy(what, 0, out, from, what.length);
    System.arraycopy(in, to, out, from + what.length, in.length - to);
    return out;
  }

  private static byte[] joined(byte[] one, byte[] two) {
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    return both;
  }

  private int geometric(int most) {
    int count = 0;
    while (count < most && random.nextInt(3) != 0) {
      count++;
    }
    return count;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }
}
