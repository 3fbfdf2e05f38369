package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.hub.rollout.Held;
import dev.tombolo.hub.rollout.Preview;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.Windows;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// I8, of what is reckoned before a rollout begins: each device of its scope is in one wave, and
/// what all are to load is what the waves load together.
final class LooksAreAnswered extends Invariant {
  private static final RolloutId NEXT = new RolloutId(1_000_000);
  private static final long LINE_BITS = 4_000_000;
  private static final int NAMED_MAX = 5;

  private final Facts facts;

  LooksAreAnswered(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  /// What a rollout would come to that somebody begins now.
  void previews(
      ReleaseManifest manifest, Digest release, Scope scope, RolloutPlan plan, long nowMillis) {
    Preview preview = new Preview(NEXT, plan, scope, release);
    Map<SlotRef, DeviceId> holders = new TreeMap<>(facts.hub.holders());
    Name application = manifest.name();
    long bytes =
        manifest.variants().getFirst().files().stream().mapToLong(Variant.File::size).sum();
    int covered = 0;
    int haveIt = 0;
    for (Map.Entry<SlotRef, DeviceId> each : holders.entrySet()) {
      SlotRef slot = each.getKey();
      AdminObject.Site site = facts.hub.sites.get(slot.site());
      if (site == null || !site.fleet().equals(scope.fleet())) {
        continue;
      }
      Map<String, String> labels = labels(site, slot);
      Held held = held(each.getValue(), application, release);
      preview.add(slot, () -> labels, held, isSharing(each.getValue()), unseen -> bytes);
      covered += scope.covers(slot, labels) ? 1 : 0;
      haveIt += scope.covers(slot, labels) && held.runsIt() ? 1 : 0;
    }
    facts.hub.sites.values().forEach(site -> preview.line(site.name(), line(site, nowMillis)));
    Preview.Shown shown = preview.show(new Preview.Assumed(LINE_BITS, 60_000, nowMillis));
    check(shown, plan, covered, haveIt, nowMillis);
  }

  private void check(
      Preview.Shown shown, RolloutPlan plan, int covered, int haveIt, long nowMillis) {
    int inWaves = 0;
    int shownHaveIt = 0;
    long loaded = 0;
    for (Preview.WaveShown wave : shown.waves()) {
      inWaves += wave.devices();
      shownHaveIt += wave.haveIt();
      loaded += wave.bytes();
      hold(
          wave.first().size() == Math.min(NAMED_MAX, wave.devices()),
          -1,
          () -> "a preview names " + wave.first() + " of " + wave.devices() + " devices");
    }
    hold(
        shown.waves().size() == plan.waves().size()
            && shown.devices() == covered
            && inWaves == covered,
        -1,
        () -> "a preview has other devices than the " + covered + " of its scope: " + shown);
    boolean hasAll = shownHaveIt == haveIt;
    hold(hasAll, -1, () -> haveIt + " devices have it already, and a preview says " + shown);
    long bySite = shown.bySite().values().stream().mapToLong(Long::longValue).sum();
    boolean isWhole = loaded == shown.bytes() && bySite == shown.bytes();
    hold(isWhole, -1, () -> "the parts of a preview do not make its whole: " + shown);
    OptionalLong done = shown.doneMillis();
    hold(
        done.isEmpty() || done.getAsLong() >= nowMillis,
        -1,
        () -> "a preview is done before it begins: " + shown);
    hold(
        shown.measuredSites() <= shown.loadingSites(),
        -1,
        () -> "a preview knows more lines than load: " + shown);
  }

  private Map<String, String> labels(AdminObject.Site site, SlotRef slot) {
    AdminObject.@Nullable Slot own = facts.hub.settings.slot(slot);
    return new PlaceFacts(site.fleet(), slot, site.labels(), own == null ? Map.of() : own.labels())
        .labels();
  }

  private Held held(DeviceId device, Name application, Digest release) {
    Set<Digest> has = new TreeSet<>();
    boolean runsIt = false;
    ReportBody.State state = facts.hub.states.get(device);
    for (ApplicationStatus status :
        state == null ? List.<ApplicationStatus>of() : state.applications()) {
      if (status.name().equals(application)) {
        Stream.of(Optional.ofNullable(status.live()), Optional.ofNullable(status.previous()))
            .flatMap(Optional::stream)
            .forEach(has::add);
        runsIt = release.equals(status.live());
      }
    }
    return new Held(List.copyOf(has), runsIt);
  }

  /// Half of all: it makes no difference here which.
  private static boolean isSharing(DeviceId device) {
    return device.text().hashCode() % 2 == 0;
  }

  private Preview.Line line(AdminObject.Site site, long nowMillis) {
    AdminObject.@Nullable Fleet fleet = facts.hub.settings.fleet(site.fleet());
    SiteTimes times = fleet == null ? site.times() : site.times().over(fleet.times());
    int year = SiteWindows.year(site.name().text(), nowMillis);
    Optional<Windows> windows =
        times.isAny()
            ? Optional.empty()
            : Optional.of(new Windows(SiteWindows.section(site.timeZone(), times, year, null)));
    Optional<Bandwidth> rules =
        site.line()
            .map(
                it ->
                    new Bandwidth(SiteWindows.line(site.timeZone(), Optional.of(it), year, null)));
    long measured = site.name().text().hashCode() % 2 == 0 ? 200_000 : 0;
    return new Preview.Line(windows, rules, measured);
  }
}
