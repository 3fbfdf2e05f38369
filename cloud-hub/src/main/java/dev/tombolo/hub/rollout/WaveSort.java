package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Deals devices out to waves, a slice at a time. Devices come site by site; the order in which the
/// counted waves take them is (how many of the site are before it, hash), so that a wave has one
/// device of each site before the second of any.
public final class WaveSort {
  /// Devices of one site that are ranked together. Those of a larger site are ranked so many at a
  /// time.
  static final int SITE_SLICE = 4_096;

  /// So many devices of a site are told apart; the others come last, by their hash alone.
  private static final int RANK_MAX = 255;

  private static final int BUCKET_BITS = 20;
  private static final int BUCKET_SHIFT = 64 - BUCKET_BITS;

  private final RolloutId rollout;
  private final RolloutPlan plan;
  private final List<SlotRef> slots = new ArrayList<>();
  private long[] keys = new long[64];
  private byte[] named = new byte[64];
  private final int[] buckets = new int[1 << BUCKET_BITS];
  private final int[] namedCounts;
  private final List<Long> site = new ArrayList<>();
  private int unnamed;

  /// The last key of each wave, in the order of [Long#compareUnsigned]; of a wave that takes none,
  /// that of the one before.
  private long[] bounds = {};

  private boolean[] isEmptyWave = {};

  public WaveSort(RolloutId rollout, RolloutPlan plan) {
    this.rollout = rollout;
    this.plan = plan;
    this.namedCounts = new int[plan.waves().size()];
  }

  public int size() {
    return slots.size();
  }

  SlotRef slot(int member) {
    return slots.get(member);
  }

  /// The wave that names a device, -1: none does.
  public static byte namedBy(RolloutPlan plan, SlotRef slot, java.util.Map<String, String> labels) {
    for (int wave = 0; wave < plan.waves().size(); wave++) {
      boolean isNamed =
          switch (plan.waves().get(wave).pick()) {
            case Pick.Labelled pick -> Scope.has(labels, pick.labels());
            case Pick.Listed pick -> pick.slots().contains(slot);
            case Pick.Count _, Pick.Percent _, Pick.Rest _ -> false;
          };
      if (isNamed) {
        return (byte) wave;
      }
    }
    return -1;
  }

  /// Takes the next devices. Those of a site come in one call, or [#SITE_SLICE] of them at a time.
  public void add(List<SlotRef> more, byte[] theirs) {
    int from = slots.size();
    ensure(from + more.size());
    for (int i = 0; i < more.size(); i++) {
      SlotRef slot = more.get(i);
      if (i > 0 && !slot.site().equals(more.get(i - 1).site())) {
        rank(from, slots.size());
        from = slots.size();
      }
      named[slots.size()] = theirs[i];
      keys[slots.size()] = SlotHash.of(rollout, slot) >>> 8;
      slots.add(slot);
    }
    rank(from, slots.size());
  }

  private void rank(int from, int to) {
    site.clear();
    for (int i = from; i < to; i++) {
      if (named[i] < 0) {
        site.add(keys[i]);
      } else {
        namedCounts[named[i]]++;
      }
    }
    if (site.size() > 1) {
      site.sort(null);
    }
    for (int i = from; i < to; i++) {
      if (named[i] < 0) {
        long rank =
            site.size() == 1
                ? 0
                : Math.min(RANK_MAX, java.util.Collections.binarySearch(site, keys[i]));
        keys[i] |= rank << 56;
        buckets[(int) (keys[i] >>> BUCKET_SHIFT)]++;
        unnamed++;
      }
    }
  }

  /// Fixes who is where; nothing can be added after.
  public void bound() {
    int waves = plan.waves().size();
    bounds = new long[waves];
    isEmptyWave = new boolean[waves];
    int[] ends = ends();
    List<List<Long>> edges = new ArrayList<>();
    int[] edgeOf = new int[1 << BUCKET_BITS];
    Arrays.fill(edgeOf, -1);
    int[] before = new int[waves];
    int[] bucketOf = new int[waves];
    for (int wave = 0; wave < waves; wave++) {
      bucketOf[wave] = bucket(ends[wave], before, wave);
      if (bucketOf[wave] >= 0 && edgeOf[bucketOf[wave]] < 0) {
        edgeOf[bucketOf[wave]] = edges.size();
        edges.add(new ArrayList<>());
      }
    }
    for (int i = 0; i < slots.size(); i++) {
      if (named[i] < 0 && edgeOf[(int) (keys[i] >>> BUCKET_SHIFT)] >= 0) {
        edges.get(edgeOf[(int) (keys[i] >>> BUCKET_SHIFT)]).add(keys[i]);
      }
    }
    edges.forEach(edge -> edge.sort(Long::compareUnsigned));
    int last = 0;
    for (int wave = 0; wave < waves; wave++) {
      isEmptyWave[wave] = ends[wave] <= last;
      last = Math.max(last, ends[wave]);
      if (!isEmptyWave[wave]) {
        bounds[wave] = edges.get(edgeOf[bucketOf[wave]]).get(ends[wave] - 1 - before[wave]);
      }
    }
  }

  /// How many of the unnamed devices the waves up to each have taken.
  private int[] ends() {
    int[] ends = new int[plan.waves().size()];
    long taken = 0;
    for (int wave = 0; wave < ends.length; wave++) {
      taken +=
          switch (plan.waves().get(wave).pick()) {
            case Pick.Count pick -> pick.devices();
            case Pick.Percent pick -> ((long) slots.size() * pick.percent() + 99) / 100;
            case Pick.Rest _ -> unnamed;
            case Pick.Labelled _, Pick.Listed _ -> 0;
          };
      taken = Math.min(taken, unnamed);
      ends[wave] = (int) taken;
    }
    return ends;
  }

  /// The bucket that the last of the first `end` falls into; -1 for none.
  private int bucket(int end, int[] before, int wave) {
    if (end == 0) {
      return -1;
    }
    int sum = 0;
    int at = 0;
    while (sum + buckets[at] < end) {
      sum += buckets[at];
      at++;
    }
    before[wave] = sum;
    return at;
  }

  /// The wave of a device, once [#bound].
  public byte wave(int member) {
    if (named[member] >= 0) {
      return named[member];
    }
    for (int wave = 0; wave < bounds.length; wave++) {
      if (!isEmptyWave[wave] && Long.compareUnsigned(keys[member], bounds[wave]) <= 0) {
        return (byte) wave;
      }
    }
    return (byte) plan.last();
  }

  private void ensure(int size) {
    if (size > keys.length) {
      keys = Arrays.copyOf(keys, Math.max(size, keys.length * 2));
      named = Arrays.copyOf(named, keys.length);
    }
  }
}
