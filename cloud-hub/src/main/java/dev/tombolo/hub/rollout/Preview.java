package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a rollout would do, before it is begun: who is in which wave, what goes over each line, and
/// how long it takes at the least.
public final class Preview {
  /// From the end of a download to the end of the soak, beside the soak itself.
  private static final long SWITCH_MILLIS = 30_000;

  private final RolloutPlan plan;
  private final Scope scope;
  private final Digest target;
  private final WaveSort sort;
  private final List<SlotRef> slots = new ArrayList<>();
  private final List<Byte> named = new ArrayList<>();

  /// Bytes that each device has to load, by its number.
  private long[] bytes = new long[1_024];

  private int size;
  private int finished;

  /// How much a device must load that has some release and is to get another.
  public interface Bytes {
    long of(List<Digest> has);
  }

  /// @param lineBitsPerSecond of each site; assumed where nobody has measured it
  /// @param soakMillis of the release itself
  public record Assumed(long lineBitsPerSecond, long soakMillis) {}

  /// @param largestSite bytes of the site that loads most
  /// @param leastMillis from its opening to the opening of the next
  public record WaveShown(
      String name,
      int devices,
      int sites,
      int haveIt,
      long bytes,
      long largestSiteBytes,
      long leastMillis) {}

  /// @param bySite bytes over each line
  public record Shown(
      List<WaveShown> waves, int devices, long bytes, Map<Name, Long> bySite, long leastMillis) {
    public Shown {
      waves = List.copyOf(waves);
    }
  }

  public Preview(RolloutPlan plan, Scope scope, Digest target) {
    this.plan = plan;
    this.scope = scope;
    this.target = target;
    this.sort = new WaveSort(new RolloutId(1), plan);
  }

  /// Takes the next device, by site and slot.
  public void add(SlotRef slot, Map<String, String> labels, List<Digest> has, Bytes loads) {
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
    bytes[size++] = has.contains(target) ? 0 : loads.of(has);
    if (slots.size() == WaveSort.SITE_SLICE) {
      flush();
    }
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

  public Shown show(Assumed assumed) {
    flush();
    sort.bound();
    int waves = plan.waves().size();
    int[] devices = new int[waves];
    int[] haveIt = new int[waves];
    long[] loaded = new long[waves];
    List<Map<Name, long[]>> sites = new ArrayList<>();
    for (int wave = 0; wave < waves; wave++) {
      sites.add(new HashMap<>());
    }
    Map<Name, Long> bySite = new TreeMap<>();
    long all = 0;
    for (int member = 0; member < finished; member++) {
      int wave = sort.wave(member);
      Name site = sort.slot(member).site();
      devices[wave]++;
      haveIt[wave] += bytes[member] == 0 ? 1 : 0;
      loaded[wave] += bytes[member];
      long[] there = sites.get(wave).computeIfAbsent(site, name -> new long[2]);
      there[0] += bytes[member];
      there[1]++;
      bySite.merge(site, bytes[member], Long::sum);
      all += bytes[member];
    }
    List<WaveShown> shown = new ArrayList<>();
    long least = 0;
    for (int wave = 0; wave < waves; wave++) {
      long largest = 0;
      long most = 0;
      for (long[] there : sites.get(wave).values()) {
        largest = Math.max(largest, there[0]);
        most = Math.max(most, there[1]);
      }
      long millis = least(wave, devices[wave], largest, most, assumed);
      least += millis;
      shown.add(
          new WaveShown(
              plan.waves().get(wave).name(),
              devices[wave],
              sites.get(wave).size(),
              haveIt[wave],
              loaded[wave],
              largest,
              millis));
    }
    return new Shown(shown, finished, all, bySite, least);
  }

  /// The slowest line, then as many rounds of switching as the budgets make, then the gate's soak.
  private long least(int wave, long devices, long largestBytes, long mostOfSite, Assumed assumed) {
    if (devices == 0) {
      return 0;
    }
    Budgets budgets = plan.budgets();
    long download = largestBytes * 8 * 1_000 / Math.max(1, assumed.lineBitsPerSecond());
    long rounds = budgets.perSite() == 0 ? 1 : ceil(mostOfSite, budgets.perSite());
    if (budgets.inFlight() > 0) {
      rounds = Math.max(rounds, ceil(devices, budgets.inFlight()));
    }
    long gate = wave == plan.last() ? 0 : plan.waves().get(wave).gate().soakMillis();
    return download + rounds * (SWITCH_MILLIS + assumed.soakMillis()) + gate;
  }

  private static long ceil(long of, long by) {
    return (of + by - 1) / by;
  }
}
