package dev.tombolo.hub.sqlite;

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
  private final List<List<Digest>> lists = new ArrayList<>(List.of(List.of()));
  private final Map<String, Integer> numbers = new HashMap<>();

  /// @param releases as the column has them
  void has(String device, String releases) {
    Integer number = numbers.get(releases);
    if (number == null) {
      number = lists.size();
      lists.add(Columns.digests(releases));
      numbers.put(releases, number);
    }
    int at = place(device);
    values[at] = number << 1 | (values[at] & SHARES);
  }

  void shares(String device) {
    values[place(device)] |= SHARES;
  }

  List<Digest> releases(String device) {
    return lists.get(value(device) >>> 1);
  }

  boolean isSharing(String device) {
    return (value(device) & SHARES) != 0;
  }

  private int value(String device) {
    return values[find(high(device), bits(device, PREFIX.length() + HALF))];
  }

  private int place(String device) {
    if (size * 2 >= values.length) {
      grow();
    }
    long high = high(device);
    long low = bits(device, PREFIX.length() + HALF);
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

  private static long high(String device) {
    if (device.length() != PREFIX.length() + 2 * HALF) {
      throw unreadable(device);
    }
    return TAKEN | bits(device, PREFIX.length());
  }

  private static long bits(String device, int from) {
    long bits = 0;
    for (int i = from; i < from + HALF; i++) {
      char c = device.charAt(i);
      byte value = c < VALUES.length ? VALUES[c] : -1;
      if (value < 0) {
        throw unreadable(device);
      }
      bits = bits << BITS | value;
    }
    return bits;
  }

  private static Columns.Unreadable unreadable(String device) {
    return new Columns.Unreadable(
        new IllegalArgumentException("'" + device + "' is not a device id"));
  }
}
