package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Deals devices out to waves, a slice at a time. Devices come site by site; the order in which the
/// counted waves take them is (how many of the site are before it, hash), so that a wave has one
/// device of each site before the second of any.
public final class WaveSort {
  /// Devices of one site that are ranked together. Those of a larger site are ranked so many at a
  /// time.
  public static final int SITE_SLICE = 2_000;

  /// So many devices of a site are told apart; the others come last, by their hash alone.
  private static final int RANK_MAX = 255;

  /// Buckets are counted by the first bits of a key: few as long as there are few devices, so that
  /// a small rollout does not take megabytes.
  private static final int FEW_BUCKET_BITS = 10;

  private static final int BUCKET_BITS = 20;
  private static final int FEW_DEVICES = 8_192;

  private final RolloutId rollout;
  private final RolloutPlan plan;
  private final List<SlotRef> slots = new ArrayList<>();
  private long[] keys = new long[64];
  private byte[] named = new byte[64];
  private int bucketBits = FEW_BUCKET_BITS;
  private int[] buckets = new int[1 << FEW_BUCKET_BITS];
  private final int[] namedCounts;
  private final List<Long> site = new ArrayList<>();
  private int unnamed;
  private @Nullable Bounding bounding;

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
  public static byte namedBy(RolloutPlan plan, SlotRef slot, Map<String, String> labels) {
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
    if (bucketBits == FEW_BUCKET_BITS && from + more.size() > FEW_DEVICES) {
      countInMoreBuckets();
    }
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

  private void countInMoreBuckets() {
    bucketBits = BUCKET_BITS;
    buckets = new int[1 << BUCKET_BITS];
    for (int i = 0; i < slots.size(); i++) {
      if (named[i] < 0) {
        buckets[bucket(i)]++;
      }
    }
  }

  private int bucket(int member) {
    return (int) (keys[member] >>> (Long.SIZE - bucketBits));
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
        buckets[bucket(i)]++;
        unnamed++;
      }
    }
  }

  /// Fixes who is where; nothing can be added after.
  public void bound() {
    while (!bound(Integer.MAX_VALUE)) {
      // The next slice.
    }
  }

  /// Goes on fixing who is where, by at most so many devices; nothing can be added once it has
  /// begun.
  ///
  /// @return true when all are fixed
  boolean bound(int atMost) {
    Bounding at = bounding;
    if (at == null) {
      at = begin();
      bounding = at;
    }
    int end = (int) Math.min(slots.size(), (long) at.next + atMost);
    for (int i = at.next; i < end; i++) {
      int bucket = bucket(i);
      if (named[i] < 0 && at.isEdge.get(bucket)) {
        edge(at, bucket).add(keys[i]);
      }
    }
    at.next = end;
    if (end < slots.size()) {
      return false;
    }
    finish(at);
    bounding = null;
    return true;
  }

  /// The keys of those buckets in which one wave ends and the next begins.
  private static final class Bounding {
    private final int[] ends;
    private final int[] before;
    private final int[] bucketOf;
    private final BitSet isEdge = new BitSet();
    private final Map<Integer, List<Long>> edges = new HashMap<>();
    private int next;

    private Bounding(int[] ends) {
      this.ends = ends;
      this.before = new int[ends.length];
      this.bucketOf = new int[ends.length];
    }
  }

  private static List<Long> edge(Bounding at, int bucket) {
    return at.edges.computeIfAbsent(bucket, any -> new ArrayList<>());
  }

  private Bounding begin() {
    Bounding at = new Bounding(ends());
    int sum = 0;
    int bucket = 0;
    for (int wave = 0; wave < at.ends.length; wave++) {
      if (at.ends[wave] == 0) {
        at.bucketOf[wave] = -1;
        continue;
      }
      // The waves end one after the other: each bucket is passed once.
      while (sum + buckets[bucket] < at.ends[wave]) {
        sum += buckets[bucket];
        bucket++;
      }
      at.before[wave] = sum;
      at.bucketOf[wave] = bucket;
      at.isEdge.set(bucket);
    }
    return at;
  }

  private void finish(Bounding at) {
    bounds = new long[at.ends.length];
    isEmptyWave = new boolean[at.ends.length];
    at.edges.values().forEach(edge -> edge.sort(Long::compareUnsigned));
    int last = 0;
    for (int wave = 0; wave < bounds.length; wave++) {
      isEmptyWave[wave] = at.ends[wave] <= last;
      last = Math.max(last, at.ends[wave]);
      if (!isEmptyWave[wave]) {
        bounds[wave] = edge(at, at.bucketOf[wave]).get(at.ends[wave] - 1 - at.before[wave]);
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
