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

  /// In blocks, so that no addition has to copy what is there.
  private final List<Block> blocks = new ArrayList<>();

  private int size;
  private int bucketBits = FEW_BUCKET_BITS;

  /// In blocks of as many as there are when they are few; null: nobody is in those.
  private int[] @Nullable [] buckets = {new int[1 << FEW_BUCKET_BITS]};

  private final int[] namedCounts;

  /// Of the site that is ranked.
  private long[] siteKeys = new long[16];

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

  /// So many devices.
  private static final class Block {
    private static final int BITS = 12;
    private static final int SIZE = 1 << BITS;

    /// The first block is smaller as long as that is enough.
    private static final int FEW = 64;

    private SlotRef[] slot;
    private long[] key;
    private byte[] named;

    private Block(int length) {
      slot = new SlotRef[length];
      key = new long[length];
      named = new byte[length];
    }

    private void hold(int length) {
      slot = Arrays.copyOf(slot, length);
      key = Arrays.copyOf(key, length);
      named = Arrays.copyOf(named, length);
    }
  }

  public int size() {
    return size;
  }

  private Block block(int member) {
    return blocks.get(member >>> Block.BITS);
  }

  private static int in(int member) {
    return member & (Block.SIZE - 1);
  }

  SlotRef slot(int member) {
    return block(member).slot[in(member)];
  }

  private long key(int member) {
    return block(member).key[in(member)];
  }

  private byte named(int member) {
    return block(member).named[in(member)];
  }

  private void add(SlotRef slot, byte namedBy) {
    int at = in(size);
    if (at == 0) {
      blocks.add(new Block(size == 0 ? Block.FEW : Block.SIZE));
    }
    Block block = block(size);
    if (at == block.slot.length) {
      block.hold(Math.min(Block.SIZE, at * 2));
    }
    block.slot[at] = slot;
    block.key[at] = SlotHash.of(rollout, slot) >>> 8;
    block.named[at] = namedBy;
    size++;
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
    int from = size;
    if (bucketBits == FEW_BUCKET_BITS && from + more.size() > FEW_DEVICES) {
      countInMoreBuckets();
    }
    for (int i = 0; i < more.size(); i++) {
      SlotRef slot = more.get(i);
      if (i > 0 && !slot.site().equals(more.get(i - 1).site())) {
        rank(from, size);
        from = size;
      }
      add(slot, theirs[i]);
    }
    rank(from, size);
  }

  private void countInMoreBuckets() {
    bucketBits = BUCKET_BITS;
    buckets = new int[1 << (BUCKET_BITS - FEW_BUCKET_BITS)][];
    for (int i = 0; i < size; i++) {
      if (named(i) < 0) {
        count(bucket(i));
      }
    }
  }

  private int bucket(int member) {
    return (int) (key(member) >>> (Long.SIZE - bucketBits));
  }

  private void count(int bucket) {
    int block = bucket >>> FEW_BUCKET_BITS;
    int[] there = buckets[block];
    if (there == null) {
      there = new int[1 << FEW_BUCKET_BITS];
      buckets[block] = there;
    }
    there[bucket & (there.length - 1)]++;
  }

  private int counted(int bucket) {
    int[] there = buckets[bucket >>> FEW_BUCKET_BITS];
    return there == null ? 0 : there[bucket & (there.length - 1)];
  }

  private void rank(int from, int to) {
    if (siteKeys.length < to - from) {
      siteKeys = new long[Math.max(to - from, siteKeys.length * 2)];
    }
    int unranked = 0;
    for (int i = from; i < to; i++) {
      if (named(i) < 0) {
        siteKeys[unranked++] = key(i);
      } else {
        namedCounts[named(i)]++;
      }
    }
    Arrays.sort(siteKeys, 0, unranked);
    for (int i = from; i < to; i++) {
      if (named(i) < 0) {
        long key = key(i);
        long rank = Math.min(RANK_MAX, Arrays.binarySearch(siteKeys, 0, unranked, key));
        block(i).key[in(i)] = key | rank << 56;
        count(bucket(i));
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

  /// Goes on fixing who is where, by at most so many buckets and devices; nothing can be added once
  /// it has begun.
  ///
  /// @return true when all are fixed
  boolean bound(int atMost) {
    Bounding at = bounding;
    if (at == null) {
      at = new Bounding(ends());
      bounding = at;
    }
    int left = pass(at, atMost);
    int end = (int) Math.min(size, (long) at.next + left);
    for (int i = at.next; i < end; i++) {
      int bucket = bucket(i);
      if (named(i) < 0 && at.isEdge.get(bucket)) {
        edge(at, bucket).add(key(i));
      }
    }
    at.next = end;
    if (end < size) {
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

    /// The wave whose end is looked for, the bucket where, and the devices in those before it.
    private int wave;

    private int bucket;
    private int sum;

    /// The device to look at next.
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

  /// Finds the bucket in which each wave ends, passing at most so many. The waves end one after the
  /// other: each bucket is passed once.
  ///
  /// @return how many it may go on with; 0 while there may be waves left
  private int pass(Bounding at, int atMost) {
    int left = atMost;
    for (; at.wave < at.ends.length; at.wave++) {
      int end = at.ends[at.wave];
      if (end == 0) {
        at.bucketOf[at.wave] = -1;
        continue;
      }
      while (at.sum + counted(at.bucket) < end) {
        if (left == 0) {
          return 0;
        }
        left--;
        at.sum += counted(at.bucket++);
      }
      at.before[at.wave] = at.sum;
      at.bucketOf[at.wave] = at.bucket;
      at.isEdge.set(at.bucket);
    }
    return left;
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
            case Pick.Percent pick -> ((long) size * pick.percent() + 99) / 100;
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
    byte namedBy = named(member);
    if (namedBy >= 0) {
      return namedBy;
    }
    long key = key(member);
    for (int wave = 0; wave < bounds.length; wave++) {
      if (!isEmptyWave[wave] && Long.compareUnsigned(key, bounds[wave]) <= 0) {
        return (byte) wave;
      }
    }
    return (byte) plan.last();
  }
}
