package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Now;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// I7 on the device: no switch begins outside the windows and without a permit of the document in
/// force, and no download, at the time that the device can know. The permit is durable before the
/// switch. What comes from the hub comes no faster than the line's rules let it.
final class ChangesInTime extends Invariant {
  /// Clocks of hub and device, and messages that were late.
  private static final long TOLERANCE_MILLIS = 16 * 60_000;

  private static final long STEP_MILLIS = 2 * 60_000;
  private static final long BEHIND_MILLIS = 121_000;

  private final Facts facts;
  private final Function<Digest, @Nullable ReleaseManifest> published;
  private final Map<Integer, Rate> rates = new HashMap<>();

  /// How fast a device lets come what comes from the hub.
  private static final class Rate {
    /// As its hands were asked; -1: not yet.
    private long heldTo = -1;

    /// A download began then, and one of these holds then.
    private long begunMillis;

    private Set<Long> right = Set.of();
  }

  /// The document in force when the turn began.
  private final Map<Integer, HeldDocument> held = new HashMap<>();

  /// @param published what the publisher signed; null for anything else
  ChangesInTime(Facts facts, Function<Digest, @Nullable ReleaseManifest> published) {
    super("I7");
    this.facts = facts;
    this.published = published;
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    ShopFacts its = facts.of(shop);
    HeldDocument inForce = held.getOrDefault(shop.number(), its.held);
    for (AgentChange change : changes) {
      // What came before a document in the same turn was decided without it.
      if (change instanceof AgentChange.DocumentHeld(var document)) {
        inForce = document;
      }
      if (change instanceof AgentChange.ApplicationKept(var it)
          && it.state() instanceof ReleaseState.Switching at
          && !at.live().equals(Optional.of(at.wanted()))) {
        boolean isTheLast = inForce == null || inForce.equals(its.held);
        begins(shop, it, at, isTheLast ? WindowRule.of(its) : WindowRule.of(its, inForce));
      }
    }
    if (its.held != null && its.held != held.get(shop.number())) {
      held.put(shop.number(), its.held);
    }
  }

  private void begins(
      Shop shop, AgentSnapshot.Application it, ReleaseState.Switching at, WindowRule rule) {
    ShopFacts its = facts.of(shop);
    Optional<Gate> gate = gate(rule, it.name());
    if (gate.isPresent()) {
      Optional<Permit> permit = gate.get().permit();
      hold(permit.isPresent(), shop.number(), it.name() + " switches without a permit");
      hold(
          it.permit().equals(permit),
          shop.number(),
          it.name() + " switches, and the permit it uses is not written down");
      holdsAbout(
          shop,
          its,
          time ->
              time >= permit.orElseThrow().notBeforeMillis()
                  && time < permit.orElseThrow().notAfterMillis(),
          it.name() + " switches outside its permit " + permit);
    }
    if (rule.hasWindows() && (gate.isPresent() || at.live().isPresent())) {
      holdsAbout(shop, its, rule::maySwitch, it.name() + " switches outside its windows");
    }
  }

  /// What runs has lost it, while another variant was built where it stands.
  private boolean isOfWhatRuns(ReleaseState state, Digest file) {
    Optional<Assignment> runs = ReleaseMachine.running(state);
    ReleaseManifest manifest = runs.map(Assignment::release).map(published).orElse(null);
    return manifest != null
        && manifest.variants().get(runs.orElseThrow().variant()).files().stream()
            .anyMatch(it -> it.digest().equals(file));
  }

  private static Optional<Gate> gate(WindowRule rule, Name application) {
    return rule.workloads().stream()
        .flatMap(it -> it.applications().stream())
        .filter(it -> it.name().equals(application))
        .findFirst()
        .map(Selection::gate);
  }

  @Override
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    keepsItsRate(shop, effect, nowMillis);
    if (effect instanceof AgentEffect.Fetch fetch && !fetch.near()) {
      ShopFacts its = facts.of(shop);
      boolean isUrgent =
          its.releases.values().stream()
              .anyMatch(
                  it ->
                      it instanceof ReleaseState.SwitchingBack
                          || (it instanceof ReleaseState.Fetching at
                              && at.live().equals(Optional.of(at.wanted())))
                          || isOfWhatRuns(it, fetch.file()));
      WindowRule rule = WindowRule.of(its);
      hold(
          isUrgent || !rule.isPaused(),
          shop.number(),
          () -> "a download begins though a person has paused it");
      if (rule.hasWindows() && !isUrgent) {
        holdsAbout(shop, its, rule::mayDownload, "a download begins outside its window");
      }
    }
  }

  /// The tick that comes with what begins a download asks for the right rate, if not before it.
  private void keepsItsRate(Shop shop, AgentEffect effect, long nowMillis) {
    Rate rate = rates.computeIfAbsent(shop.number(), unseen -> new Rate());
    if (!rate.right.isEmpty() && nowMillis > rate.begunMillis) {
      Set<Long> right = rate.right;
      rate.right = Set.of();
      hold(
          right.contains(rate.heldTo),
          shop.number(),
          () -> "a download comes at " + rate.heldTo + " bytes/s instead of one of " + right);
    }
    switch (effect) {
      case AgentEffect.HoldTo(var bytesPerSecond) -> rate.heldTo = bytesPerSecond;
      case AgentEffect.Fetch fetch when !fetch.near() && facts.of(shop).held != null -> {
        rate.begunMillis = nowMillis;
        rate.right = right(shop);
      }
      default -> {}
    }
  }

  /// The rates at all moments that the device may take for now.
  private Set<Long> right(Shop shop) {
    ShopFacts its = facts.of(shop);
    WindowRule rule = WindowRule.of(its);
    Set<Long> right = new HashSet<>();
    right.add(rule.lowestRate());
    if (right.contains(0L)) {
      return right;
    }
    Now clock = shop.clock();
    addRates(rule, clock.wallMillis(), right);
    addRates(rule, its.timeFloorMillis, right);
    TimeHeard heard = its.heard;
    if (heard != null) {
      addRates(rule, heard.counted(clock.monotonicMillis()), right);
    }
    TimeHeard before = its.heardBefore;
    if (before != null && isOfThisTurn(heard, clock)) {
      addRates(rule, before.counted(clock.monotonicMillis()), right);
    }
    return right;
  }

  private static void addRates(WindowRule rule, long aboutMillis, Set<Long> rates) {
    for (long off = -TOLERANCE_MILLIS; off <= TOLERANCE_MILLIS; off += STEP_MILLIS) {
      rates.add(rule.rate(aboutMillis + off));
    }
  }

  /// Whether it held at a moment that the device may take for now.
  private void holdsAbout(Shop shop, ShopFacts its, LongPredicate rule, String otherwise) {
    Now clock = shop.clock();
    TimeHeard heard = its.heard;
    long believed = believed(shop, its, heard, clock, otherwise);
    if (isTrueAbout(believed, rule)) {
      return;
    }
    hold(
        isOfThisTurn(heard, clock)
            && isTrueAbout(believed(shop, its, its.heardBefore, clock, otherwise), rule),
        shop.number(),
        () -> otherwise + ", at " + believed + " by its clocks");
  }

  /// What came before that news in the same turn was decided without it.
  private static boolean isOfThisTurn(@Nullable TimeHeard heard, Now clock) {
    return heard != null && heard.monotonicMillis() == clock.monotonicMillis();
  }

  private static boolean isTrueAbout(long believed, LongPredicate rule) {
    for (long off = -TOLERANCE_MILLIS; off <= TOLERANCE_MILLIS; off += STEP_MILLIS) {
      if (rule.test(believed + off)) {
        return true;
      }
    }
    return false;
  }

  private long believed(
      Shop shop, ShopFacts its, @Nullable TimeHeard heard, Now clock, String otherwise) {
    if (heard == null || !heard.machineBootId().equals(shop.machineBoot())) {
      hold(
          clock.wallMillis() >= its.timeFloorMillis - BEHIND_MILLIS,
          shop.number(),
          otherwise + ", though its clock is behind what is surely over");
      return Math.max(clock.wallMillis(), its.timeFloorMillis);
    }
    long elapsed = clock.monotonicMillis() - heard.monotonicMillis();
    long counted = heard.saidMillis() + elapsed;
    boolean agrees = Math.abs(clock.wallMillis() - counted) <= TOLERANCE_MILLIS;
    boolean isSteady =
        Math.abs(clock.wallMillis() - heard.wallMillis() - elapsed) <= TOLERANCE_MILLIS;
    hold(agrees || isSteady, shop.number(), otherwise + ", though its clock was set");
    return counted;
  }
}
