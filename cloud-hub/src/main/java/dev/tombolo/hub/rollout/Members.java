package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The devices of one rollout, as columns: a million of them must fit, so none is an object. Some
/// 50 bytes each.
final class Members {
  static final byte ONLINE = 1;
  static final byte QUEUED = 2;
  static final byte PARKED = 4;
  static final byte SUPERSEDED = 8;

  /// A permit may be out that the database has lost.
  static final byte SUSPECT = 16;

  /// Its slot is there no more.
  static final byte GONE = 32;

  /// The rollout is not about it any more.
  static final byte OUTSIDE = 64;

  /// Different reasons kept; what fails for one more is kept without.
  static final int REASONS_MAX = 1_000;

  private static final int NONE = -1;

  private SlotRef[] slots = new SlotRef[16];
  private int[] table = new int[64];
  private int size;

  byte[] wave = new byte[16];
  byte[] phase = new byte[16];
  byte[] flags = new byte[16];
  int[] site = new int[16];
  int[] holder = new int[16];
  int[] prior = new int[16];
  long[] granted = new long[16];
  private short[] reason = new short[16];

  /// The next device parked at the same site.
  int[] nextParked = new int[16];

  /// The next device of the same site.
  int[] nextAtSite = new int[16];

  private final Map<Name, Integer> siteNumbers = new HashMap<>();
  int[] siteInFlight = new int[8];
  int[] siteFailed = new int[8];
  int[] parkedAt = new int[8];
  int[] firstAt = new int[8];

  private final List<Reason> reasons = new ArrayList<>();
  private final Map<Reason, Short> reasonNumbers = new LinkedHashMap<>();

  Members() {
    Arrays.fill(table, NONE);
  }

  int size() {
    return size;
  }

  int sites() {
    return siteNumbers.size();
  }

  SlotRef slot(int member) {
    return slots[member];
  }

  Phase phaseOf(int member) {
    return Phase.of(phase[member]);
  }

  boolean has(int member, byte flag) {
    return (flags[member] & flag) != 0;
  }

  void set(int member, byte flag, boolean on) {
    flags[member] = (byte) (on ? flags[member] | flag : flags[member] & ~flag);
  }

  /// Counts against the budgets.
  boolean isOut(int member) {
    return has(member, SUSPECT) || phaseOf(member).isInFlight();
  }

  @Nullable Reason reason(int member) {
    return reason[member] == 0 ? null : reasons.get(reason[member] - 1);
  }

  void reason(int member, @Nullable Reason why) {
    reason[member] = why == null ? 0 : numberOf(why);
  }

  private short numberOf(Reason why) {
    Short known = reasonNumbers.get(why);
    if (known != null) {
      return known;
    }
    if (reasons.size() == REASONS_MAX) {
      return 0;
    }
    reasons.add(why);
    reasonNumbers.put(why, (short) reasons.size());
    return (short) reasons.size();
  }

  /// The number of a device; -1 when it is not in the rollout.
  int find(SlotRef slot) {
    int at = spread(slot) & (table.length - 1);
    while (table[at] != NONE) {
      if (slots[table[at]].equals(slot)) {
        return table[at];
      }
      at = (at + 1) & (table.length - 1);
    }
    return NONE;
  }

  /// @return the number of the new one
  int add(SlotRef slot, byte itsWave) {
    if (size == slots.length) {
      grow();
    }
    slots[size] = slot;
    wave[size] = itsWave;
    prior[size] = NONE;
    nextParked[size] = NONE;
    site[size] = siteNumber(slot.site());
    nextAtSite[size] = firstAt[site[size]];
    firstAt[site[size]] = size;
    put(size);
    return size++;
  }

  /// Devices of a site that count against the budgets.
  int outAt(Name name) {
    Integer known = siteNumbers.get(name);
    return known == null ? 0 : siteInFlight[known];
  }

  private int siteNumber(Name name) {
    Integer known = siteNumbers.get(name);
    if (known != null) {
      return known;
    }
    int number = siteNumbers.size();
    siteNumbers.put(name, number);
    if (number == siteInFlight.length) {
      siteInFlight = Arrays.copyOf(siteInFlight, number * 2);
      siteFailed = Arrays.copyOf(siteFailed, number * 2);
      parkedAt = Arrays.copyOf(parkedAt, number * 2);
      firstAt = Arrays.copyOf(firstAt, number * 2);
    }
    parkedAt[number] = NONE;
    firstAt[number] = NONE;
    return number;
  }

  private void grow() {
    int next = size + (size >> 1);
    slots = Arrays.copyOf(slots, next);
    wave = Arrays.copyOf(wave, next);
    phase = Arrays.copyOf(phase, next);
    flags = Arrays.copyOf(flags, next);
    site = Arrays.copyOf(site, next);
    holder = Arrays.copyOf(holder, next);
    prior = Arrays.copyOf(prior, next);
    granted = Arrays.copyOf(granted, next);
    reason = Arrays.copyOf(reason, next);
    nextParked = Arrays.copyOf(nextParked, next);
    nextAtSite = Arrays.copyOf(nextAtSite, next);
    if (next * 2 > table.length) {
      table = new int[Integer.highestOneBit(next) * 4];
      Arrays.fill(table, NONE);
      for (int i = 0; i < size; i++) {
        put(i);
      }
    }
  }

  private void put(int member) {
    int at = spread(slots[member]) & (table.length - 1);
    while (table[at] != NONE) {
      at = (at + 1) & (table.length - 1);
    }
    table[at] = member;
  }

  private static int spread(SlotRef slot) {
    int hash = slot.hashCode() * 0x9e3779b9;
    return hash ^ (hash >>> 16);
  }
}
