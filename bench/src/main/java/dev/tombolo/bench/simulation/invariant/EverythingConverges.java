package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.hub.core.RolloutLayer;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Need;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// I8: fifteen minutes after the last fault every device is what it should be and the hub knows it,
/// or `why` names a cause that only a person can take away. Nothing that was promised is missing.
final class EverythingConverges extends Invariant {
  /// Deadlines of probes and soaks of these worlds, and restarts.
  private static final long PROVING_MILLIS = 5 * 60_000;

  /// Between the last fault and the end.
  static final long FRESH_MILLIS = 15 * 60_000;

  private final Facts facts;
  private final WhyHoldsOffline offline;
  private final SettingsArrive settings;
  private int asked;
  private int overruled;

  EverythingConverges(Facts facts, SettingsArrive settings) {
    super("I8");
    this.facts = facts;
    this.settings = settings;
    this.offline = new WhyHoldsOffline(facts);
  }

  /// How a device stands at the end.
  enum End {
    NOT_JOINED,
    EXPELLED,
    TAKEN_DOWN,
    WAITS_FOR_A_SLOT,
    COPIED,
    AS_WANTED,
    FOR_A_REASON
  }

  /// Devices that said at the end which rollout does not count there.
  int overruled() {
    return overruled;
  }

  /// At any time somebody may ask why a device is as it is. Each time one of them is asked about.
  @Override
  void whole(List<? extends Shop> shops, long nowMillis) {
    isAnswered(shops.get(Math.floorMod(asked++, shops.size())), nowMillis);
  }

  void isAnswered(Shop shop, long nowMillis) {
    shop.device().ifPresent(device -> isAnswered(device, nowMillis));
  }

  void isAnswered(DeviceId id, long nowMillis) {
    DeviceRecord device = facts.hub.devices.get(id);
    if (device == null) {
      return;
    }
    int shop = facts.numberOf(id);
    Map<Name, Selected> wanted = selected(device, nowMillis);
    DeviceCondition condition = inFull(condition(device, wanted), nowMillis);
    List<Reason> why = why(Why.at(condition, nowMillis), device, nowMillis);
    hold(!why.isEmpty(), shop, "nobody can say why it is as it is");
    for (Reason reason : why) {
      hold(!ReasonText.say(reason).isBlank(), shop, () -> "a reason without words: " + reason);
    }
  }

  End check(Shop shop, long nowMillis) {
    Optional<DeviceId> id = shop.device();
    if (id.isEmpty()) {
      return End.NOT_JOINED;
    }
    DeviceRecord device = facts.hub.devices.get(id.get());
    if (device == null && facts.hub.strangers.contains(id.get())) {
      return facts.hub.expelledMillis.containsKey(id.get()) ? End.EXPELLED : End.WAITS_FOR_A_SLOT;
    }
    if (device == null && shop.isTakenDown()) {
      return End.TAKEN_DOWN;
    }
    if (device == null) {
      throw broken(shop.number(), "the device has joined, and the hub does not know it");
    }
    if (!device.isActive()) {
      return End.EXPELLED;
    }
    if (shop.isTakenDown()) {
      return End.TAKEN_DOWN;
    }
    if (facts.wasCopied(device.id()) && !facts.hub.online.getOrDefault(device.id(), false)) {
      // The copy may have had the newest certificate: the device has to join again.
      return End.COPIED;
    }
    hold(
        !hasExpired(device.id(), nowMillis),
        shop.number(),
        "its certificate has run out, and it did not recover");
    AgentSnapshot stored = shop.stored();
    Map<Name, Selected> wanted = selected(device, nowMillis);
    List<Reason> why = why(device, wanted, nowMillis);
    ShopFacts its = facts.of(shop);
    hold(
        facts.hub.online.getOrDefault(device.id(), false),
        shop.number(),
        () -> "the device is not connected; why: " + why);
    DocumentRecord document = facts.hub.documents.get(device.id());
    hold(
        document != null
            && stored.held().map(held -> held.digest().equals(document.manifest())).orElse(false),
        shop.number(),
        () -> "the device does not hold its newest document; why: " + why);
    settings.hasItsTimes(shop, device, nowMillis);
    overruled += offline.check(shop, device, standings(device, nowMillis), why);
    hold(
        !its.isAnyUnacknowledged(),
        shop.number(),
        () -> "rows wait for the hub: " + its.waiting() + "; why: " + why);
    resultsAreComplete(shop, device.id(), stored);
    return isAsWanted(shop, device, wanted, why, nowMillis) ? End.AS_WANTED : End.FOR_A_REASON;
  }

  /// What was kept arrived, or was said to have given way.
  private void resultsAreComplete(Shop shop, DeviceId device, AgentSnapshot stored) {
    ShopFacts its = facts.of(shop);
    HubFacts.Outbox outbox = facts.hub.outbox(device, stored.enrolment().incarnation());
    hold(
        outbox.droppedRows >= its.resultsGone || facts.hub.hasLostRows || facts.wasCopied(device),
        shop.number(),
        () -> its.resultsGone + " results gave way, only " + outbox.droppedRows + " were told");
  }

  /// A release selected for a device: assigned, or a rollout's.
  ///
  /// @param gate null: nothing holds it back
  private record Selected(Digest release, String version, @Nullable Gate gate) {}

  private Map<Name, Selected> selected(DeviceRecord device, long nowMillis) {
    Map<Name, Selected> selected = new TreeMap<>();
    Map<Name, dev.tombolo.hub.core.Assignment> assigned = facts.hub.wanted(device.slot());
    assigned.forEach(
        (name, it) -> selected.put(name, new Selected(it.release(), it.ref().version(), null)));
    RolloutLayer.of(standings(device, nowMillis), assigned::get)
        .ifPresent(
            layer ->
                layer
                    .choices()
                    .forEach(
                        (name, it) ->
                            selected.put(
                                name, new Selected(it.release(), it.version(), it.gate()))));
    return selected;
  }

  private List<Standing> standings(DeviceRecord device, long nowMillis) {
    return RolloutFacts.standings(
        facts.hub.rollouts.replayed(facts.hub.holders(), facts.hub.online, nowMillis),
        device.slot(),
        nowMillis);
  }

  private List<Reason> why(DeviceRecord device, Map<Name, Selected> wanted, long nowMillis) {
    return why(Why.of(condition(device, wanted)), device, nowMillis);
  }

  /// With what rollouts have to say.
  private List<Reason> why(List<Reason> theirs, DeviceRecord device, long nowMillis) {
    Map<Name, dev.tombolo.hub.core.Assignment> assigned = facts.hub.wanted(device.slot());
    return RolloutReasons.among(
        theirs,
        standings(device, nowMillis),
        record -> {
          dev.tombolo.hub.core.Assignment it = assigned.get(record.application());
          return it == null || it.changedMillis() <= record.createdMillis()
              ? Optional.empty()
              : Optional.of(
                  new RolloutReasons.Overruling(
                      it.place().toString(),
                      it.release(),
                      it.ref().version(),
                      it.place().site() == null));
        });
  }

  private boolean isAsWanted(
      Shop shop,
      DeviceRecord device,
      Map<Name, Selected> wanted,
      List<Reason> why,
      long nowMillis) {
    ShopFacts its = facts.of(shop);
    boolean isAsWanted = true;
    for (Map.Entry<Name, ReleaseState> release : its.releases.entrySet()) {
      ReleaseState state = release.getValue();
      boolean isSettled =
          state instanceof ReleaseState.Live
              || state instanceof ReleaseState.RolledBack
              || state instanceof ReleaseState.Absent
              || waitsForItsTime(shop, state, wanted.get(release.getKey()), why, nowMillis)
              || waitsForAnother(its, state, why)
              || waitsForLeave(state, wanted.get(release.getKey()), why, nowMillis)
              || usesItsLeave(state, wanted.get(release.getKey()), why, nowMillis)
              || isOfAFreshWave(device, release.getKey(), nowMillis);
      hold(
          isSettled,
          shop.number(),
          () -> release.getKey() + " is still " + state + "; why: " + why);
    }
    for (Map.Entry<Name, Selected> each : wanted.entrySet()) {
      ReleaseState state = its.releases.get(each.getKey());
      if (state instanceof ReleaseState.Live at
          && at.live().release().equals(each.getValue().release())) {
        runs(shop, device, each.getKey(), at.live(), why);
      } else {
        hold(
            why.stream().anyMatch(EverythingConverges::needsAPerson)
                || (state != null && waitsForItsTime(shop, state, each.getValue(), why, nowMillis))
                || (state != null && waitsForAnother(its, state, why))
                || (state != null && waitsForLeave(state, each.getValue(), why, nowMillis))
                || (state != null && usesItsLeave(state, each.getValue(), why, nowMillis))
                || isOfAFreshWave(device, each.getKey(), nowMillis),
            shop.number(),
            () -> each.getKey() + " is " + state + " and not " + each.getValue() + "; why: " + why);
        isAsWanted = false;
      }
    }
    for (Name name : its.releases.keySet()) {
      hold(
          wanted.containsKey(name) || its.releases.get(name) instanceof ReleaseState.Absent,
          shop.number(),
          () -> name + " is still there, and nobody wants it; why: " + why);
    }
    if (!facts.wasCopied(device.id())) {
      knows(shop, device.id(), why);
    }
    hold(
        !shop.holdsKitRefusal(),
        shop.number(),
        () -> "the note of a refused kit is still here; why: " + why);
    if (isAsWanted) {
      hold(
          shop.kitsHeld() == 0,
          shop.number(),
          () -> shop.kitsHeld() + " kits are still here, and all is as it should be");
    }
    if (isAsWanted && !wanted.isEmpty()) {
      hold(
          why.contains(new Reason.UpToDate())
              || why.stream().anyMatch(EverythingConverges::needsAPerson)
              || why.stream().anyMatch(EverythingConverges::isOfARollout),
          shop.number(),
          () -> "the device is as it should be, and `why` says " + why);
    }
    return isAsWanted;
  }

  /// The time by what the hub said last, counted on since; 0: it has said nothing since the boot.
  private long heard(Shop shop) {
    TimeHeard heard = facts.of(shop).heard;
    return heard == null || !heard.machineBootId().equals(shop.machineBoot())
        ? 0
        : heard.saidMillis() + shop.clock().monotonicMillis() - heard.monotonicMillis();
  }

  /// Its window is shut, and `why` says so; or the hub's clock was ahead, and what it signed or
  /// said then is still to come.
  private boolean waitsForItsTime(
      Shop shop, ReleaseState state, @Nullable Selected wanted, List<Reason> why, long nowMillis) {
    WindowRule rule = WindowRule.of(facts.of(shop));
    boolean isTimeUnsure =
        Math.max(facts.of(shop).timeFloorMillis, heard(shop)) > nowMillis + 120_000
            && why.contains(new Reason.TimeUnsure());
    boolean isUnsure = isTimeUnsure && rule.hasWindows();
    // A permit counts by the clock, too.
    boolean isUnsureOfPermit =
        isTimeUnsure
            && Optional.ofNullable(wanted).map(Selected::gate).flatMap(Gate::permit).isPresent();
    boolean isShut =
        !rule.maySwitch(nowMillis)
            && why.stream()
                .anyMatch(
                    it ->
                        it instanceof Reason.SwitchWindowClosed
                            || it instanceof Reason.ShopOpen
                            || it instanceof Reason.Frozen);
    return switch (state) {
      case ReleaseState.Fetching at ->
          isUnsure
              || (isReady(at) && (isUnsureOfPermit || isShut))
              || (rule.isPaused()
                  && why.stream().anyMatch(Reason.TransfersPaused.class::isInstance))
              || (!rule.mayDownload(nowMillis)
                  && why.stream().anyMatch(Reason.DownloadWindowClosed.class::isInstance));
      case ReleaseState.Staged _ -> isUnsure || isUnsureOfPermit || isShut;
      case ReleaseState.Absent _,
          ReleaseState.Staging _,
          ReleaseState.Switching _,
          ReleaseState.Probing _,
          ReleaseState.Live _,
          ReleaseState.SwitchingBack _,
          ReleaseState.Restoring _,
          ReleaseState.RolledBack _,
          ReleaseState.Removing _ ->
          false;
    };
  }

  /// Built, or another variant of what runs, which is built only when the switch may be made: then
  /// nothing but what holds that back is named.
  private static boolean isReady(ReleaseState state) {
    return state instanceof ReleaseState.Staged
        || (state instanceof ReleaseState.Fetching at
            && at.live().filter(at.wanted()::sharesFolder).isPresent());
  }

  /// It is ready, and what it needs is not live here, or others need what it would replace.
  private static boolean waitsForAnother(ShopFacts its, ReleaseState state, List<Reason> why) {
    return isReady(state)
        && why.stream()
            .anyMatch(
                it ->
                    switch (it) {
                      case Reason.NeedNotLive lacks ->
                          !new Need(new Name(lacks.application()), lacks.atLeast())
                              .isMetBy(live(its, new Name(lacks.application())));
                      case Reason.NeededHere _ -> true;
                      default -> false;
                    });
  }

  private static Optional<String> live(ShopFacts its, Name application) {
    return its.releases.get(application) instanceof ReleaseState.Live at
        ? Optional.of(at.live().version())
        : Optional.empty();
  }

  /// It is ready, and its rollout gives no leave yet, for a cause that `why` names.
  private static boolean waitsForLeave(
      ReleaseState state, @Nullable Selected wanted, List<Reason> why, long nowMillis) {
    Gate gate = wanted == null ? null : wanted.gate();
    return gate != null
        && isReady(state)
        && gate.permit().map(permit -> permit.notAfterMillis() <= nowMillis).orElse(true)
        && why.stream().anyMatch(EverythingConverges::isOfARollout);
  }

  /// Its wave was opened after the last fault, because the one before had been healthy for long
  /// enough: the fifteen minutes are not over for it.
  private boolean isOfAFreshWave(DeviceRecord device, Name application, long nowMillis) {
    return standings(device, nowMillis).stream()
        .filter(it -> it.record().application().equals(application))
        .anyMatch(
            it ->
                it.record().state() instanceof RolloutState.Rolling rolling
                    && it.wave() <= rolling.openThrough()
                    && nowMillis - rolling.openedMillis() < FRESH_MILLIS);
  }

  /// It has had its permit for a few minutes only, which `why` names, and proves the release, or
  /// goes back.
  private static boolean usesItsLeave(
      ReleaseState state, @Nullable Selected wanted, List<Reason> why, long nowMillis) {
    Gate gate = wanted == null ? null : wanted.gate();
    boolean isOnItsWay =
        state instanceof ReleaseState.Switching
            || state instanceof ReleaseState.Probing
            || state instanceof ReleaseState.SwitchingBack
            || state instanceof ReleaseState.Restoring;
    return gate != null
        && isOnItsWay
        && gate.permit()
            .map(permit -> nowMillis - permit.notBeforeMillis() <= PROVING_MILLIS)
            .orElse(false)
        && why.stream().anyMatch(Reason.PermitOutstanding.class::isInstance);
  }

  private static boolean isOfARollout(Reason reason) {
    return reason instanceof Reason.WaveNotOpen
        || reason instanceof Reason.WaveSoaking
        || reason instanceof Reason.WaveApprovalNeeded
        || reason instanceof Reason.WaveEmpty
        || reason instanceof Reason.BudgetFull
        || reason instanceof Reason.SiteFailuresFull
        || reason instanceof Reason.PermitOutstanding
        || reason instanceof Reason.RolloutPaused
        || reason instanceof Reason.RolloutLeft
        || reason instanceof Reason.RolloutFailedHere
        || reason instanceof Reason.RolloutEnded
        || reason instanceof Reason.RolloutRetrying;
  }

  private void runs(Shop shop, DeviceRecord device, Name name, Assignment live, List<Reason> why) {
    AgentSnapshot.Workload workload = facts.of(shop).workloads.get(name);
    Shop.Running running = shop.processes().get(name);
    boolean isProcess = workload != null;
    hold(
        !isProcess || (running != null && running.release().equals(live.release())),
        shop.number(),
        () -> name + " is live and its process is " + running + "; why: " + why);
    // What the machine has no variant for any more runs on as it was started.
    boolean isRefused =
        why.stream()
            .anyMatch(
                it -> it instanceof Reason.ParameterInvalid || it instanceof Reason.NoVariant);
    if (isProcess && running != null && !isRefused) {
      settings.runsAsSaid(shop, device, name, running);
    }
  }

  /// The hub's picture is the device's.
  private void knows(Shop shop, DeviceId device, List<Reason> why) {
    ReportBody.State state = facts.hub.states.get(device);
    ShopFacts its = facts.of(shop);
    if (state == null) {
      throw broken(shop.number(), "the hub never heard the device's state; why: " + why);
    }
    for (ApplicationStatus status : state.applications()) {
      ReleaseState actual = its.releases.get(status.name());
      hold(
          actual == null
              || actual.phase() == status.phase()
              || (isReady(actual) && status.phase() == ApplicationStatus.Phase.STAGED),
          shop.number(),
          () ->
              "the hub thinks that "
                  + status.name()
                  + " is "
                  + status.phase()
                  + ", it is "
                  + actual);
    }
  }

  private static boolean needsAPerson(Reason reason) {
    return reason instanceof Reason.RejectedHere
        || reason instanceof Reason.RolledBack
        || reason instanceof Reason.BelowSecurityFloor
        || reason instanceof Reason.ParameterInvalid
        || reason instanceof Reason.FleetMismatch
        || reason instanceof Reason.NoVariant
        || reason instanceof Reason.ReleaseInvalid
        || reason instanceof Reason.SignatureRefused;
  }

  private boolean hasExpired(DeviceId device, long nowMillis) {
    boolean hasCurrent = false;
    for (CertificateRecord each : facts.hub.certificates.values()) {
      if (each.device().equals(device)
          && each.generation() != CertificateRecord.Generation.SUPERSEDED
          && each.notAfterMillis() >= nowMillis) {
        hasCurrent = true;
      }
    }
    return !hasCurrent;
  }

  private DeviceCondition condition(DeviceRecord device, Map<Name, Selected> selected) {
    Map<Name, DeviceCondition.Wanted> wanted = new HashMap<>();
    selected.forEach(
        (name, it) -> wanted.put(name, new DeviceCondition.Wanted(it.release(), it.version())));
    DocumentRecord document = facts.hub.documents.get(device.id());
    ReportBody.@Nullable State state = facts.hub.states.get(device.id());
    return new DeviceCondition(
        device,
        facts.hub.online.getOrDefault(device.id(), false),
        facts.hub.seenMillis.getOrDefault(device.id(), 0L),
        wanted,
        document == null ? null : document.manifest(),
        document == null ? 0 : document.revision(),
        state,
        0);
  }

  /// With its times, its pause and its certificates, as a person sees it at the admin port.
  private DeviceCondition inFull(DeviceCondition of, long nowMillis) {
    SlotRef slot = of.device().slot();
    AdminObject.Site site = facts.hub.sites.get(slot.site());
    AdminObject.Fleet fleet = site == null ? null : facts.hub.settings.fleet(site.fleet());
    DeviceCondition.Plan plan = null;
    if (site != null) {
      SiteTimes times = fleet == null ? site.times() : site.times().over(fleet.times());
      Long lifted = facts.hub.settings.liftedUntil(slot, nowMillis).orElse(null);
      plan = times.isAny() ? null : new DeviceCondition.Plan(site.timeZone(), times, lifted);
    }
    TransferPause pause = facts.hub.settings.pause(slot);
    boolean isOld =
        pause != null
            && !facts.hub.features.getOrDefault(of.device().id(), Set.of()).contains(Features.LINE);
    return new DeviceCondition(
        of.device(),
        of.online(),
        of.seenMillis(),
        of.wanted(),
        of.manifest(),
        of.revision(),
        of.state(),
        of.stateMillis(),
        plan,
        pause == null
            ? null
            : new DeviceCondition.Pause(pause.by(), pause.why(), pause.sinceMillis()),
        "1.0",
        isOld ? List.of("its pause") : List.of(),
        certifiedUntil(of.device().id()));
  }

  private @Nullable Long certifiedUntil(DeviceId device) {
    Long until = null;
    for (CertificateRecord each : facts.hub.certificates.values()) {
      boolean isLater = until == null || each.notAfterMillis() > until;
      if (each.device().equals(device) && isLater) {
        until = each.notAfterMillis();
      }
    }
    return until;
  }
}
