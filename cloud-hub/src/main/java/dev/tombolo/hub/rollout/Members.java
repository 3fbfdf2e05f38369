package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The devices of one rollout, as columns: a million of them must fit, so none is an object. Some
/// 60 bytes each. Columns are in blocks, so that no addition has to copy what is there.
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

  private final List<Block> blocks = new ArrayList<>();
  private final NumberIndex bySlot = new NumberIndex();
  private int size;

  private final List<Sites> sites = new ArrayList<>();
  private final NumberIndex bySite = new NumberIndex();
  private int siteCount;

  /// So many devices.
  private static final class Block {
    private static final int BITS = 12;
    private static final int SIZE = 1 << BITS;

    /// The first block is smaller as long as that is enough.
    private static final int FEW = 16;

    private SlotRef[] slot = new SlotRef[FEW];
    private byte[] wave = new byte[FEW];
    private byte[] phase = new byte[FEW];
    private byte[] flags = new byte[FEW];
    private int[] site = new int[FEW];
    private int[] holder = new int[FEW];
    private int[] prior = new int[FEW];
    private long[] granted = new long[FEW];
    private long[] dueSecond = new long[FEW];
    private short[] reason = new short[FEW];
    private int[] nextParked = new int[FEW];
    private int[] nextAtSite = new int[FEW];

    private void hold(int length) {
      slot = Arrays.copyOf(slot, length);
      wave = Arrays.copyOf(wave, length);
      phase = Arrays.copyOf(phase, length);
      flags = Arrays.copyOf(flags, length);
      site = Arrays.copyOf(site, length);
      holder = Arrays.copyOf(holder, length);
      prior = Arrays.copyOf(prior, length);
      granted = Arrays.copyOf(granted, length);
      dueSecond = Arrays.copyOf(dueSecond, length);
      reason = Arrays.copyOf(reason, length);
      nextParked = Arrays.copyOf(nextParked, length);
      nextAtSite = Arrays.copyOf(nextAtSite, length);
    }
  }

  /// So many sites.
  private static final class Sites {
    private static final int BITS = 10;
    private static final int SIZE = 1 << BITS;
    private static final int FEW = 8;

    private int[] inFlight = new int[FEW];
    private int[] failed = new int[FEW];
    private int[] parked = new int[FEW];
    private int[] first = new int[FEW];

    private void hold(int length) {
      inFlight = Arrays.copyOf(inFlight, length);
      failed = Arrays.copyOf(failed, length);
      parked = Arrays.copyOf(parked, length);
      first = Arrays.copyOf(first, length);
    }
  }

  private final List<Reason> reasons = new ArrayList<>();
  private final Map<Reason, Short> reasonNumbers = new LinkedHashMap<>();

  int size() {
    return size;
  }

  int sites() {
    return siteCount;
  }

  private Block block(int member) {
    return blocks.get(member >>> Block.BITS);
  }

  private static int in(int member) {
    return member & (Block.SIZE - 1);
  }

  private Sites sitesOf(int site) {
    return sites.get(site >>> Sites.BITS);
  }

  private static int inSites(int site) {
    return site & (Sites.SIZE - 1);
  }

  SlotRef slot(int member) {
    return block(member).slot[in(member)];
  }

  byte wave(int member) {
    return block(member).wave[in(member)];
  }

  void wave(int member, byte value) {
    block(member).wave[in(member)] = value;
  }

  int site(int member) {
    return block(member).site[in(member)];
  }

  int holder(int member) {
    return block(member).holder[in(member)];
  }

  void holder(int member, int value) {
    block(member).holder[in(member)] = value;
  }

  int prior(int member) {
    return block(member).prior[in(member)];
  }

  void prior(int member, int value) {
    block(member).prior[in(member)] = value;
  }

  long granted(int member) {
    return block(member).granted[in(member)];
  }

  void granted(int member, long value) {
    block(member).granted[in(member)] = value;
  }

  /// The second in which its permit is surely over, had the hub's clock never been set.
  long dueSecond(int member) {
    return block(member).dueSecond[in(member)];
  }

  void dueSecond(int member, long value) {
    block(member).dueSecond[in(member)] = value;
  }

  /// The next device parked at the same site.
  int nextParked(int member) {
    return block(member).nextParked[in(member)];
  }

  void nextParked(int member, int value) {
    block(member).nextParked[in(member)] = value;
  }

  /// The next device of the same site.
  int nextAtSite(int member) {
    return block(member).nextAtSite[in(member)];
  }

  int siteInFlight(int site) {
    return sitesOf(site).inFlight[inSites(site)];
  }

  void siteInFlight(int site, int value) {
    sitesOf(site).inFlight[inSites(site)] = value;
  }

  int siteFailed(int site) {
    return sitesOf(site).failed[inSites(site)];
  }

  void siteFailed(int site, int value) {
    sitesOf(site).failed[inSites(site)] = value;
  }

  int parkedAt(int site) {
    return sitesOf(site).parked[inSites(site)];
  }

  void parkedAt(int site, int value) {
    sitesOf(site).parked[inSites(site)] = value;
  }

  int firstAt(int site) {
    return sitesOf(site).first[inSites(site)];
  }

  Phase phaseOf(int member) {
    return Phase.of(block(member).phase[in(member)]);
  }

  void phase(int member, Phase phase) {
    block(member).phase[in(member)] = (byte) phase.ordinal();
  }

  boolean has(int member, byte flag) {
    return (block(member).flags[in(member)] & flag) != 0;
  }

  void set(int member, byte flag, boolean on) {
    byte[] flags = block(member).flags;
    int at = in(member);
    flags[at] = (byte) (on ? flags[at] | flag : flags[at] & ~flag);
  }

  /// Counts against the budgets.
  boolean isOut(int member) {
    return has(member, SUSPECT) || phaseOf(member).isInFlight();
  }

  @Nullable Reason reason(int member) {
    int number = block(member).reason[in(member)];
    return number == 0 ? null : reasons.get(number - 1);
  }

  void reason(int member, @Nullable Reason why) {
    block(member).reason[in(member)] = why == null ? 0 : numberOf(why);
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
    return bySlot.find(spread(slot.hashCode()), number -> slot(number).equals(slot));
  }

  /// @param slot that is not in it yet
  /// @return the number of the new one
  int add(SlotRef slot, byte itsWave) {
    int member = size;
    int at = in(member);
    Block block = at == 0 ? new Block() : block(member);
    if (at == 0) {
      blocks.add(block);
    }
    if (at == 0 && member > 0) {
      block.hold(Block.SIZE);
    } else if (at == block.wave.length) {
      block.hold(Math.min(Block.SIZE, at * 2));
    }
    int itsSite = siteNumber(slot.site());
    Sites there = sitesOf(itsSite);
    block.slot[at] = slot;
    block.wave[at] = itsWave;
    block.prior[at] = NONE;
    block.nextParked[at] = NONE;
    block.site[at] = itsSite;
    block.nextAtSite[at] = there.first[inSites(itsSite)];
    there.first[inSites(itsSite)] = member;
    bySlot.add(spread(slot.hashCode()), member);
    size++;
    return member;
  }

  /// Devices of a site that count against the budgets.
  int outAt(Name name) {
    int known = findSite(name);
    return known == NONE ? 0 : siteInFlight(known);
  }

  private int findSite(Name name) {
    // Devices come site by site.
    if (size > 0 && slot(size - 1).site().equals(name)) {
      return site(size - 1);
    }
    return bySite.find(
        spread(name.hashCode()), number -> slot(firstAt(number)).site().equals(name));
  }

  private int siteNumber(Name name) {
    int known = findSite(name);
    if (known != NONE) {
      return known;
    }
    int number = siteCount;
    int at = inSites(number);
    Sites block = at == 0 ? new Sites() : sitesOf(number);
    if (at == 0) {
      sites.add(block);
    }
    if (at == 0 && number > 0) {
      block.hold(Sites.SIZE);
    } else if (at == block.first.length) {
      block.hold(Math.min(Sites.SIZE, at * 2));
    }
    block.parked[at] = NONE;
    block.first[at] = NONE;
    bySite.add(spread(name.hashCode()), number);
    siteCount++;
    return number;
  }

  private static int spread(int of) {
    int hash = of * 0x9e3779b9;
    return hash ^ (hash >>> 16);
  }
}
