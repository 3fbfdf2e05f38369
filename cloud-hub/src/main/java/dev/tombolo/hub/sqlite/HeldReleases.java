package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.rollout.Held;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What each device has, and whether it shares, read in one pass over the tables: device by device
/// each is a random place of the database, which takes ten times as long. An open hash table of 20
/// bytes a place, at most half full.
final class HeldReleases {
  private static final int SHARES = 1;
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final String PREFIX = "dev-";
  private static final int BITS = 5;
  private static final int HALF = 12;
  private static final long TAKEN = 1L << HALF * BITS;
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private static final String RUNS_IT = "!";

  /// A quote within a text of the state has a backslash before it. A digest has nothing in it that
  /// would need one.
  private static final String LIVE =
      """
      t.releases || CASE WHEN instr(t.releases, '%1$s') AND instr(t.body, '"live":"%1$s"')
        THEN '%2$s' ELSE '' END""";

  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      VALUES[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  /// The first 60 bits of an id and [#TAKEN]; 0: nobody.
  private long[] highs = new long[1_024];

  /// The last 60.
  private long[] lows = new long[1_024];

  /// The number of the list, shifted, and [#SHARES].
  private int[] values = new int[1_024];

  private int size;
  private final List<Held> lists = new ArrayList<>(List.of(new Held(List.of(), false)));
  private final Map<String, Integer> numbers = new HashMap<>(Map.of("", 0));

  /// Of the row before; the next mostly says the same.
  private String last = "";

  private int lastNumber;

  /// What [#held] reads of a row of device_states, `t`. That a release is live stands nowhere but
  /// in the state itself; where it is not kept either, that need not be looked through.
  static String column(Digest asked) {
    return LIVE.formatted(asked, RUNS_IT);
  }

  static Held held(String column) {
    boolean runsIt = column.endsWith(RUNS_IT);
    String releases = runsIt ? column.substring(0, column.length() - RUNS_IT.length()) : column;
    return new Held(Columns.digests(releases), runsIt);
  }

  /// @param row a device, and [#column]
  void has(PackedRows.Row row) {
    if (!row.is(1, last)) {
      last = row.text(1);
      Integer number = numbers.get(last);
      if (number == null) {
        number = lists.size();
        lists.add(held(last));
        numbers.put(last, number);
      }
      lastNumber = number;
    }
    int at = place(row);
    values[at] = lastNumber << 1 | (values[at] & SHARES);
  }

  /// @param row a device
  void shares(PackedRows.Row row) {
    values[place(row)] |= SHARES;
  }

  /// What stands in [#held] and [#isSharing] of a device.
  ///
  /// @param column that names it
  int of(PackedRows.Row row, int column) {
    return values[find(high(row, column), low(row, column))];
  }

  Held held(int of) {
    return lists.get(of >>> 1);
  }

  static boolean isSharing(int of) {
    return (of & SHARES) != 0;
  }

  private int place(PackedRows.Row row) {
    if (size * 2 >= values.length) {
      grow();
    }
    long high = high(row, 0);
    long low = low(row, 0);
    int at = find(high, low);
    if (highs[at] == 0) {
      highs[at] = high;
      lows[at] = low;
      size++;
    }
    return at;
  }

  /// Where it is, or would be.
  private int find(long high, long low) {
    int at = (int) ((high ^ low) * SPREAD >>> 33) & (values.length - 1);
    while (highs[at] != 0 && (highs[at] != high || lows[at] != low)) {
      at = (at + 1) & (values.length - 1);
    }
    return at;
  }

  private void grow() {
    long[] oldHighs = highs;
    long[] oldLows = lows;
    int[] oldValues = values;
    highs = new long[oldHighs.length * 2];
    lows = new long[highs.length];
    values = new int[highs.length];
    for (int i = 0; i < oldHighs.length; i++) {
      if (oldHighs[i] != 0) {
        int at = find(oldHighs[i], oldLows[i]);
        highs[at] = oldHighs[i];
        lows[at] = oldLows[i];
        values[at] = oldValues[i];
      }
    }
  }

  private static long high(PackedRows.Row row, int column) {
    if (row.length(column) != PREFIX.length() + 2 * HALF) {
      throw unreadable(row, column);
    }
    return TAKEN | bits(row, column, PREFIX.length());
  }

  private static long low(PackedRows.Row row, int column) {
    return bits(row, column, PREFIX.length() + HALF);
  }

  private static long bits(PackedRows.Row row, int column, int from) {
    long bits = 0;
    for (int i = from; i < from + HALF; i++) {
      char c = row.at(column, i);
      byte value = c < VALUES.length ? VALUES[c] : -1;
      if (value < 0) {
        throw unreadable(row, column);
      }
      bits = bits << BITS | value;
    }
    return bits;
  }

  private static Columns.Unreadable unreadable(PackedRows.Row row, int column) {
    return new Columns.Unreadable(
        new IllegalArgumentException("'" + row.text(column) + "' is not a device id"));
  }
}
