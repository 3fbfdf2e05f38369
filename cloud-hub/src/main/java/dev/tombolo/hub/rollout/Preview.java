package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.Windows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a rollout would do, before it is begun: who is in which wave, what goes over each line,
/// when it is done if every device is reached at once, and which shops' windows are too short for
/// it.
public final class Preview {
  /// From the end of a download to the end of the soak, beside the soak itself.
  private static final long SWITCH_MILLIS = 30_000;

  private static final int BITS = 8;

  /// Devices named of each wave.
  static final int NAMED_MAX = 5;

  private final RolloutPlan plan;
  private final Scope scope;
  private final Digest target;
  private final boolean areLabelsAsked;
  private final WaveSort sort;
  private final List<SlotRef> slots = new ArrayList<>();
  private final List<Byte> named = new ArrayList<>();

  /// Bytes that each device has to load, by its number.
  private long[] bytes = new long[1_024];

  /// Who takes from its neighbours what one of them has loaded.
  private final BitSet sharing = new BitSet();

  /// On whom it is live already.
  private final BitSet running = new BitSet();

  private final Map<Name, Line> lines = new HashMap<>();
  private int size;
  private int finished;

  /// How much a device must load that has some releases and is to get another.
  public interface Bytes {
    long of(List<Digest> has);
  }

  /// What is known of a site.
  ///
  /// @param windows empty: it has none
  /// @param rules that its line is used by; empty: none
  /// @param bytesPerSecond measured; 0: nobody has measured it
  public record Line(Optional<Windows> windows, Optional<Bandwidth> rules, long bytesPerSecond) {
    public static final Line UNKNOWN = new Line(Optional.empty(), Optional.empty(), 0);
  }

  /// @param lineBitsPerSecond of a site where nobody has measured it
  /// @param soakMillis of the release itself
  /// @param nowMillis when the rollout would be begun
  public record Assumed(long lineBitsPerSecond, long soakMillis, long nowMillis) {}

  /// @param first a few of its devices, by site and slot
  /// @param largestSiteBytes bytes of the site that loads most
  /// @param leastMillis from its opening to the opening of the next
  public record WaveShown(
      String name,
      int devices,
      List<SlotRef> first,
      int sites,
      int haveIt,
      long bytes,
      long largestSiteBytes,
      long leastMillis) {
    public WaveShown {
      first = List.copyOf(first);
    }
  }

  /// A shop that cannot do it within one opening of its windows.
  ///
  /// @param needsMillis of open download window, or of open switch window
  /// @param windowMillis the longest opening; 0: it never opens in the time that is looked ahead
  /// @param openings how many of them it takes; 0: it does not come to its end
  public record TooShort(
      Name site, Windows.Kind kind, long needsMillis, long windowMillis, int openings) {}

  /// @param bySite bytes over each line
  /// @param measuredSites sites that load something and whose line was measured
  /// @param loadingSites sites that load something
  /// @param doneMillis when the last wave has switched; empty: not within the time looked ahead
  /// @param tooShort the worst first
  /// @param keeping devices that have its files, to fall back on, and only have to switch
  /// @param waitForYes waves that open when somebody has said yes; that time is not counted
  public record Shown(
      List<WaveShown> waves,
      int devices,
      long bytes,
      Map<Name, Long> bySite,
      int measuredSites,
      int loadingSites,
      OptionalLong doneMillis,
      List<TooShort> tooShort,
      int keeping,
      List<String> waitForYes) {
    public Shown {
      waves = List.copyOf(waves);
      tooShort = List.copyOf(tooShort);
      waitForYes = List.copyOf(waitForYes);
    }
  }

  /// @param id that the rollout would have: it decides who is in a counted wave
  public Preview(RolloutId id, RolloutPlan plan, Scope scope, Digest target) {
    this.plan = plan;
    this.scope = scope;
    this.target = target;
    this.areLabelsAsked = !scope.labels().isEmpty() || plan.picksByLabel();
    this.sort = new WaveSort(id, plan);
  }

  /// What is known of a site's line; said before [#show], and only where there is something to say.
  public void line(Name site, Line line) {
    lines.put(site, line);
  }

  /// Takes the next device, by site and slot; it loads by itself.
  public void add(SlotRef slot, Map<String, String> labels, Held held, Bytes loads) {
    add(slot, () -> labels, held, false, loads);
  }

  /// Takes the next device, by site and slot.
  ///
  /// @param labelsOf asked only where they bear on it
  /// @param held of the release that the rollout is of it says whether it is live
  /// @param shares it takes from others of its site what they have
  public void add(
      SlotRef slot,
      Supplier<Map<String, String>> labelsOf,
      Held held,
      boolean shares,
      Bytes loads) {
    Map<String, String> labels = areLabelsAsked ? labelsOf.get() : Map.of();
    if (!scope.covers(slot, labels)) {
      return;
    }
    if (!slots.isEmpty() && !slots.getLast().site().equals(slot.site())) {
      flush();
    }
    slots.add(slot);
    named.add(WaveSort.namedBy(plan, slot, labels));
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, size * 2);
    }
    sharing.set(size, shares);
    running.set(size, held.runsIt());
    bytes[size++] = has(held) ? 0 : loads.of(held.releases());
    if (slots.size() == WaveSort.SITE_SLICE) {
      flush();
    }
  }

  private boolean has(Held held) {
    return held.runsIt() || held.releases().contains(target);
  }

  private void flush() {
    byte[] theirs = new byte[named.size()];
    for (int i = 0; i < theirs.length; i++) {
      theirs[i] = named.get(i);
    }
    sort.add(slots, theirs);
    finished += slots.size();
    slots.clear();
    named.clear();
  }

  /// What one wave asks of one site.
  private static final class SiteWork {
    private long bytes;
    private int devices;
    private int haveIt;

    /// Of those that switch, the ones that load nothing from anybody.
    private int keeping;

    private int switching;
  }

  /// What is known of how it goes so far.
  private final class Course {
    private final Assumed assumed;
    private final Map<Optional<Windows>, Openings> downloads = new HashMap<>();
    private final Map<Optional<Windows>, Openings> switches = new HashMap<>();
    private final Map<Name, TooShort> tooShort = new TreeMap<>();
    private long atMillis;
    private boolean isEndless;

    private Course(Assumed assumed) {
      this.assumed = assumed;
      this.atMillis = assumed.nowMillis();
    }

    private Line line(Name site) {
      return lines.getOrDefault(site, Line.UNKNOWN);
    }

    private Openings openings(Line line, Windows.Kind kind) {
      Map<Optional<Windows>, Openings> known = kind == Windows.Kind.DOWNLOAD ? downloads : switches;
      return known.computeIfAbsent(
          line.windows(), windows -> Openings.of(windows, kind, assumed.nowMillis()));
    }

    private LineSpeed speed(Line line) {
      long bitsPerSecond =
          line.bytesPerSecond() > 0
              ? line.bytesPerSecond() * BITS
              : Math.max(1, assumed.lineBitsPerSecond());
      return new LineSpeed(bitsPerSecond, line.rules());
    }

    private long roundMillis() {
      return SWITCH_MILLIS + assumed.soakMillis();
    }

    /// When the site has done its part of a wave that opens now.
    private void site(Name site, SiteWork work, long from, long[] last) {
      Line line = line(site);
      Openings download = openings(line, Windows.Kind.DOWNLOAD);
      OptionalLong loaded = OptionalLong.of(from);
      if (work.bytes > 0) {
        Openings.Load load = download.load(from, work.bytes, speed(line));
        check(site, Windows.Kind.DOWNLOAD, download, load.openMillis());
        loaded = load.doneMillis();
      }
      int perSite = plan.budgets().perSite();
      long rounds = perSite == 0 ? Math.min(1, work.switching) : ceil(work.switching, perSite);
      Openings switches = openings(line, Windows.Kind.SWITCH);
      check(site, Windows.Kind.SWITCH, switches, rounds == 0 ? 0 : roundMillis());
      OptionalLong done =
          loaded.isEmpty()
              ? loaded
              : rounds == 0 ? loaded : switches.done(loaded.getAsLong(), rounds * roundMillis());
      if (done.isEmpty()) {
        isEndless = true;
      } else {
        last[0] = Math.max(last[0], done.getAsLong());
      }
    }

    private void check(Name site, Windows.Kind kind, Openings openings, long needsMillis) {
      if (needsMillis <= openings.longestMillis()) {
        return;
      }
      TooShort next =
          new TooShort(
              site, kind, needsMillis, openings.longestMillis(), openings.needed(needsMillis));
      TooShort before = tooShort.get(site);
      if (before == null || before.needsMillis() < needsMillis) {
        tooShort.put(site, next);
      }
    }

    /// The slowest shop, or as many rounds of switching as the whole budget makes; then the gate's
    /// soak.
    ///
    /// @return from the wave's opening to the next one's
    private long wave(int wave, int devices, Map<Name, SiteWork> work) {
      long from = atMillis;
      long[] last = {from};
      work.forEach((site, its) -> site(site, its, from, last));
      int inFlight = plan.budgets().inFlight();
      if (inFlight > 0) {
        long switching = work.values().stream().mapToLong(its -> its.switching).sum();
        last[0] = Math.max(last[0], from + ceil(switching, inFlight) * roundMillis());
      }
      long gate =
          wave == plan.last() || devices == 0 ? 0 : plan.waves().get(wave).gate().soakMillis();
      atMillis = last[0] + gate;
      return atMillis - from;
    }
  }

  public Shown show(Assumed assumed) {
    flush();
    sort.bound();
    int waves = plan.waves().size();
    List<Map<Name, SiteWork>> work = work();
    List<List<SlotRef>> first = first();
    Course course = new Course(assumed);
    List<WaveShown> shown = new ArrayList<>();
    Map<Name, Long> bySite = new TreeMap<>();
    long all = 0;
    int keeping = 0;
    for (int wave = 0; wave < waves; wave++) {
      long largest = 0;
      long loaded = 0;
      int devices = 0;
      int haveIt = 0;
      for (Map.Entry<Name, SiteWork> there : work.get(wave).entrySet()) {
        long its = there.getValue().bytes;
        largest = Math.max(largest, its);
        loaded += its;
        devices += there.getValue().devices;
        haveIt += there.getValue().haveIt;
        keeping += there.getValue().keeping;
        bySite.merge(there.getKey(), its, Long::sum);
      }
      all += loaded;
      long millis = course.wave(wave, devices, work.get(wave));
      shown.add(
          new WaveShown(
              plan.waves().get(wave).name(),
              devices,
              first.get(wave),
              work.get(wave).size(),
              haveIt,
              loaded,
              largest,
              millis));
    }
    int loading = 0;
    int measured = 0;
    for (Map.Entry<Name, Long> site : bySite.entrySet()) {
      if (site.getValue() > 0) {
        loading++;
        measured += course.line(site.getKey()).bytesPerSecond() > 0 ? 1 : 0;
      }
    }
    List<TooShort> tooShort = new ArrayList<>(course.tooShort.values());
    tooShort.sort(Comparator.comparingLong(TooShort::needsMillis).reversed());
    return new Shown(
        shown,
        finished,
        all,
        bySite,
        measured,
        loading,
        course.isEndless ? OptionalLong.empty() : OptionalLong.of(course.atMillis),
        tooShort,
        keeping,
        waitForYes(shown));
  }

  /// Those whose gate wants it, and those before which nobody is who could prove the release.
  private List<String> waitForYes(List<WaveShown> shown) {
    List<String> waiting = new ArrayList<>();
    boolean isProven = false;
    for (int wave = 0; wave < plan.last() && finished > 0; wave++) {
      isProven |= shown.get(wave).devices() > 0;
      if (!isProven || plan.waves().get(wave).gate().needsApproval()) {
        waiting.add(plan.waves().get(wave + 1).name());
      }
    }
    return waiting;
  }

  private List<List<SlotRef>> first() {
    List<List<SlotRef>> first = new ArrayList<>();
    for (int wave = 0; wave < plan.waves().size(); wave++) {
      first.add(new ArrayList<>());
    }
    for (int member = 0; member < finished; member++) {
      List<SlotRef> its = first.get(sort.wave(member));
      if (its.size() < NAMED_MAX) {
        its.add(sort.slot(member));
      }
    }
    return first;
  }

  /// What each wave asks of each site. Of devices that share, the one whose wave comes first loads;
  /// the others take it from there.
  private List<Map<Name, SiteWork>> work() {
    List<Map<Name, SiteWork>> work = new ArrayList<>();
    for (int wave = 0; wave < plan.waves().size(); wave++) {
      work.add(new HashMap<>());
    }
    Map<Name, Map<Long, Integer>> loaders = new HashMap<>();
    for (int member = sharing.nextSetBit(0); member >= 0 && member < finished; ) {
      if (bytes[member] > 0) {
        loaders
            .computeIfAbsent(sort.slot(member).site(), site -> new HashMap<>(2))
            .merge(bytes[member], member, this::earlier);
      }
      member = sharing.nextSetBit(member + 1);
    }
    for (int member = 0; member < finished; member++) {
      int wave = sort.wave(member);
      Name site = sort.slot(member).site();
      SiteWork there = work.get(wave).computeIfAbsent(site, name -> new SiteWork());
      there.devices++;
      if (running.get(member)) {
        there.haveIt++;
        continue;
      }
      there.switching++;
      there.keeping += bytes[member] == 0 ? 1 : 0;
      if (loads(member, loaders.get(site))) {
        there.bytes += bytes[member];
      }
    }
    return work;
  }

  private int earlier(int one, int other) {
    return sort.wave(other) < sort.wave(one) ? other : one;
  }

  private boolean loads(int member, @Nullable Map<Long, Integer> loaders) {
    if (loaders == null || !sharing.get(member)) {
      return true;
    }
    Integer loader = loaders.get(bytes[member]);
    return loader == null || loader == member;
  }

  private static long ceil(long of, long by) {
    return (of + by - 1) / by;
  }
}
