package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A hub's rollouts and devices that behave as agents do, under one seed: lines that drop, reports
/// that come late or never, hubs that crash or come back from a backup. Every second, it is checked
/// that no budget is exceeded by what devices could truly do.
final class Town {
  static final Name FLEET = new Name("shops");
  static final Name APPLICATION = new Name("counter");
  static final Digest OLD = Digest.ofText("old");
  static final Digest NEW = Digest.ofText("new");
  static final Digest NEWER = Digest.ofText("newer");
  static final int SOAK_SECONDS = 20;

  final Random random;
  final Map<SlotRef, Device> devices = new LinkedHashMap<>();

  /// Hardware that was put out of its slot.
  final List<Device> ghosts = new ArrayList<>();

  final List<RolloutChange.Kept> log = new ArrayList<>();
  Rollouts rollouts = new Rollouts();
  long now = 1_000_000_000L;

  /// One more with each restore: documents of an earlier one are not in force for the hub.
  int history;

  /// Faults happen.
  boolean isRough = true;

  Town(long seed, int sites, int perSite) {
    this.random = new Random(seed);
    for (int site = 0; site < sites; site++) {
      for (int slot = 0; slot < perSite; slot++) {
        SlotRef ref = new SlotRef(new Name("site-" + site), new Name("slot-" + slot));
        devices.put(ref, new Device(ref));
      }
    }
  }

  /// An agent, as far as a rollout sees it.
  final class Device {
    final SlotRef slot;
    boolean online;
    boolean isDark;

    /// The document in force.
    Choice held = new Choice.Free(OLD, "1");

    Digest live = OLD;
    ApplicationStatus.Phase phase = ApplicationStatus.Phase.LIVE;
    long phaseSince;
    boolean failsNext;
    boolean isNews = true;
    int holder = 7;
    int heldHistory = history;
    long enrolled;

    Device(SlotRef slot) {
      this.slot = slot;
    }

    Digest wanted() {
      return switch (held) {
        case Choice.None _ -> OLD;
        case Choice.Gated g -> g.release();
        case Choice.Free f -> f.release();
      };
    }

    /// Whether it could begin to switch by a permit, or is at it.
    boolean isExposed(RolloutId rollout) {
      if (!(held instanceof Choice.Gated gated) || !gated.rollout().equals(rollout)) {
        return phase == ApplicationStatus.Phase.PROBING && rollout.equals(switchedBy);
      }
      if (phase == ApplicationStatus.Phase.PROBING) {
        return rollout.equals(switchedBy);
      }
      boolean mayBegin =
          phase == ApplicationStatus.Phase.FETCHING || phase == ApplicationStatus.Phase.STAGED;
      return mayBegin && gated.hasPermit() && now < gated.notAfterMillis();
    }

    @Nullable RolloutId switchedBy;
    Digest probing = OLD;

    void second() {
      Digest wanted = phase == ApplicationStatus.Phase.PROBING ? probing : wanted();
      switch (phase) {
        case LIVE -> {
          if (!wanted.equals(live)) {
            become(ApplicationStatus.Phase.FETCHING);
          }
        }
        case ROLLED_BACK -> {
          if (!wanted.equals(probing)) {
            become(
                wanted.equals(live)
                    ? ApplicationStatus.Phase.LIVE
                    : ApplicationStatus.Phase.FETCHING);
          }
        }
        case FETCHING, ABSENT -> {
          if (wanted.equals(live)) {
            become(ApplicationStatus.Phase.LIVE);
          } else if (random.nextInt(isRough ? 200 : 10) == 0) {
            become(ApplicationStatus.Phase.STAGED);
          }
        }
        case STAGED -> {
          if (wanted.equals(live)) {
            become(ApplicationStatus.Phase.LIVE);
          } else if (maySwitch() && random.nextInt(isRough ? 40 : 5) == 0) {
            switchedBy = held instanceof Choice.Gated gated ? gated.rollout() : null;
            probing = wanted;
            become(ApplicationStatus.Phase.PROBING);
          }
        }
        case PROBING, SWITCHING -> {
          if (now - phaseSince >= SOAK_SECONDS * 1_000L) {
            boolean fails = failsNext && !probing.equals(OLD);
            if (!fails) {
              live = probing;
            }
            become(fails ? ApplicationStatus.Phase.ROLLED_BACK : ApplicationStatus.Phase.LIVE);
          }
        }
      }
    }

    private boolean maySwitch() {
      return !(held instanceof Choice.Gated gated)
          || (gated.hasPermit() && now >= gated.grantedMillis() && now < gated.notAfterMillis());
    }

    private void become(ApplicationStatus.Phase next) {
      phase = next;
      phaseSince = now;
      isNews = true;
    }

    ApplicationStatus status() {
      Digest wanted =
          phase == ApplicationStatus.Phase.PROBING || phase == ApplicationStatus.Phase.ROLLED_BACK
              ? probing
              : wanted();
      return new ApplicationStatus(
          APPLICATION,
          phase,
          wanted,
          "2",
          live,
          "1",
          null,
          phaseSince,
          0,
          0,
          0,
          phase == ApplicationStatus.Phase.ROLLED_BACK
              ? List.of(new Reason.ProbeFailed("golden", "bad"))
              : List.of());
    }
  }

  RolloutSteps.Slots slots(Rollout rollout) {
    return new RolloutSteps.Slots() {
      @Override
      public Prior prior(SlotRef slot) {
        return new Prior(OLD, "1");
      }

      @Override
      public int holder(SlotRef slot) {
        return Town.this.holder(slot);
      }

      @Override
      public int outElsewhere(SlotRef slot) {
        return rollouts.outElsewhere(rollout.record(), slot);
      }
    };
  }

  private int holder(SlotRef slot) {
    Device device = devices.get(slot);
    return device == null ? 1 : device.holder;
  }

  /// Its line is down from now on, or comes up again.
  void dark(SlotRef slot, boolean isDark) {
    Device device = devices.get(slot);
    if (device != null) {
      device.isDark = isDark;
    }
  }

  RolloutRecord create(long number, Digest release, RolloutPlan plan) {
    return create(number, release, plan, Set.of());
  }

  RolloutRecord create(long number, Digest release, RolloutPlan plan, Set<Name> sites) {
    Scope scope = new Scope(FLEET, sites, Map.of());
    RolloutRecord record =
        new RolloutRecord(
            new RolloutId(number),
            new ReleaseRef(APPLICATION, "2"),
            release,
            scope,
            plan,
            new RolloutState.Planning(),
            List.of(),
            0,
            0,
            now,
            "ada");
    apply(List.of(new RolloutChange.Put(record)));
    return record;
  }

  /// What the rollouts select for a slot, over the fleet's old release.
  Choice choice(SlotRef slot) {
    for (Rollout rollout : rollouts.of(FLEET, APPLICATION)) {
      int member = rollout.find(slot);
      Choice choice = member < 0 ? Choice.NONE : rollout.choice(member, holder(slot));
      if (!(choice instanceof Choice.None)) {
        return choice;
      }
    }
    return new Choice.Free(OLD, "1");
  }

  void apply(List<? extends RolloutChange> changes) {
    for (RolloutChange change : changes) {
      if (change instanceof RolloutChange.Kept kept) {
        log.add(kept);
      }
      checkPermit(change);
      rollouts.apply(change);
    }
  }

  /// No permit while paused, ended or superseded, nor in a wave that is not open; and the next wave
  /// opens only when enough of those who are connected have it.
  private void checkPermit(RolloutChange change) {
    Rollout rollout = rollouts.find(change.rollout());
    if (rollout == null) {
      return;
    }
    RolloutState state = rollout.state();
    if (change instanceof RolloutChange.Moved moved
        && moved.phase() == Phase.PERMITTED
        && rollout.granted(moved.member()) != moved.grantedMillis()) {
      boolean mayBe =
          (state instanceof RolloutState.Rolling || state instanceof RolloutState.Completed)
              && moved.wave() <= state.openThrough()
              && !rollout.isSuperseded(moved.member());
      if (!mayBe) {
        throw new AssertionError(rollout + " gave a permit while " + state);
      }
    }
    if (change instanceof RolloutChange.Put put
        && put.record().life() == rollout.record().life()
        && put.record().state().openThrough() > Math.max(0, state.openThrough())) {
      checkGate(rollout, state.openThrough());
    }
  }

  private void checkGate(Rollout rollout, int wave) {
    Map<Name, Integer> failed = failed(rollout);
    int reached = 0;
    int succeeded = 0;
    for (int member = 0; member < rollout.size(); member++) {
      if (rollout.wave(member) != wave || rollout.isSuperseded(member)) {
        continue;
      }
      Device device = devices.get(rollout.slot(member));
      boolean isDone = rollout.phase(member) == Phase.SUCCEEDED;
      boolean isFailed = rollout.phase(member) == Phase.FAILED;
      boolean isLeftAlone =
          device != null && isLeftAlone(rollout, member, failed) && !device.isExposed(rollout.id());
      boolean isOnline = device != null && device.online && !isLeftAlone;
      reached += isDone || isFailed || isOnline ? 1 : 0;
      succeeded += isDone ? 1 : 0;
    }
    int percent = rollout.record().plan().waves().get(wave).gate().healthyPercent();
    if (100L * succeeded < (long) percent * reached) {
      throw new AssertionError(rollout + " opened after " + succeeded + " of " + reached);
    }
  }

  private static Map<Name, Integer> failed(Rollout rollout) {
    Map<Name, Integer> failed = new HashMap<>();
    for (int member = 0; member < rollout.size(); member++) {
      if (rollout.phase(member) == Phase.FAILED) {
        failed.merge(rollout.slot(member).site(), 1, Integer::sum);
      }
    }
    return failed;
  }

  private static boolean isLeftAlone(Rollout rollout, int member, Map<Name, Integer> failed) {
    int most = rollout.record().plan().budgets().failuresPerSite();
    boolean waits = rollout.phase(member) == Phase.WAITING || rollout.phase(member) == Phase.READY;
    return waits
        && !rollout.isOut(member)
        && !rollout.isSuperseded(member)
        && !rollout.isOutside(member)
        && most > 0
        && failed.getOrDefault(rollout.slot(member).site(), 0) >= most;
  }

  void set(Rollout rollout, RolloutState state) {
    apply(List.of(new RolloutChange.Put(rollout.record().with(state))));
  }

  Rollout rollout(long number) {
    Rollout rollout = rollouts.find(new RolloutId(number));
    if (rollout == null) {
      throw new AssertionError("no rollout " + number);
    }
    return rollout;
  }

  void seconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      second();
    }
  }

  void second() {
    now += 1_000;
    for (Device device : devices.values()) {
      device.second();
      line(device);
      if (device.online) {
        talk(device);
      }
    }
    ghosts.forEach(Device::second);
    if (isRough && random.nextInt(300) == 0) {
      restart(log.size());
    }
    if (isRough && random.nextInt(400) == 0) {
      restore();
    }
    if (isRough && random.nextInt(200) == 0) {
      swap();
    }
    for (int round = 0; round < 4; round++) {
      for (Rollout rollout : List.copyOf(rollouts.all())) {
        step(rollout);
      }
      check();
    }
  }

  private void step(Rollout rollout) {
    if (!rollout.isPlanning()) {
      apply(RolloutSteps.tick(rollout, slots(rollout), now));
      apply(RolloutSteps.count(rollout));
      return;
    }
    if (!rollout.isSearched()) {
      List<SlotRef> slots =
          devices.keySet().stream()
              .filter(slot -> rollout.record().scope().covers(slot, Map.of()))
              .toList();
      byte[] named = new byte[slots.size()];
      for (int i = 0; i < named.length; i++) {
        named[i] = WaveSort.namedBy(rollout.record().plan(), slots.get(i), Map.of());
      }
      apply(List.of(new RolloutChange.Found(rollout.id(), slots, named, null)));
    }
    apply(RolloutSteps.plan(rollout, now));
    if (!rollout.isPlanning()) {
      devices.values().stream().filter(device -> device.online).forEach(this::greet);
    }
  }

  private void line(Device device) {
    if (device.online && (device.isDark || (isRough && random.nextInt(100) == 0))) {
      hangUp(device);
    } else if (!device.online && !device.isDark && random.nextInt(isRough ? 30 : 2) == 0) {
      device.online = true;
      device.isNews = true;
      greet(device);
    }
  }

  private void greet(Device device) {
    for (Rollout rollout : rollouts.all()) {
      int member = rollout.find(device.slot);
      if (member >= 0) {
        apply(List.of(new RolloutChange.Seen(rollout.id(), member, true)));
      }
    }
  }

  private void hangUp(Device device) {
    device.online = false;
    for (Rollout rollout : rollouts.all()) {
      int member = rollout.find(device.slot);
      if (member >= 0) {
        apply(List.of(new RolloutChange.Seen(rollout.id(), member, false)));
      }
    }
  }

  /// The newest document goes down, the newest state up; each may take its time.
  private void talk(Device device) {
    Choice newest = choice(device.slot);
    boolean isNewest = newest.equals(device.held) && device.heldHistory == history;
    if (!isNewest && (!isRough || random.nextInt(3) == 0)) {
      device.held = newest;
      device.heldHistory = history;
      device.isNews = true;
    }
    if (device.isNews && (!isRough || random.nextInt(4) == 0)) {
      device.isNews = false;
      for (Rollout rollout : rollouts.all()) {
        int member = rollout.find(device.slot);
        if (member >= 0) {
          Said said =
              new Said(device.holder, device.enrolled, device.status(), () -> isCurrent(device));
          apply(RolloutSteps.reported(rollout, member, said));
        }
      }
    }
  }

  private boolean isCurrent(Device device) {
    return device.heldHistory == history && device.held.equals(choice(device.slot));
  }

  void restart(int through) {
    List<RolloutChange.Kept> kept = new ArrayList<>(log.subList(0, through));
    log.clear();
    log.addAll(kept);
    rollouts = new Rollouts();
    // As a store gives it back: the newest of each, rollouts first.
    Map<RolloutId, RolloutChange.Put> puts = new TreeMap<>();
    List<RolloutChange> joined = new ArrayList<>();
    Map<String, RolloutChange> moved = new HashMap<>();
    for (RolloutChange.Kept each : kept) {
      switch (each) {
        case RolloutChange.Put put -> puts.put(put.rollout(), put);
        case RolloutChange.Joined join -> joined.add(join);
        case RolloutChange.Moved move -> moved.put(move.rollout() + " " + move.member(), move);
        case RolloutChange.Gone _, RolloutChange.Counted _ -> {}
      }
    }
    puts.values().forEach(rollouts::apply);
    joined.forEach(rollouts::apply);
    moved.values().forEach(rollouts::apply);
    devices.values().forEach(device -> device.online = false);
  }

  void restore() {
    restart(log.size() - random.nextInt(Math.min(log.size(), 200)));
    history++;
    for (Rollout rollout : List.copyOf(rollouts.all())) {
      apply(List.of(new RolloutChange.Put(rollout.record().restored(now))));
    }
  }

  /// New hardware in a slot; the old one may live on in the dark, with its permit.
  private void swap() {
    List<SlotRef> slots = List.copyOf(devices.keySet());
    swap(slots.get(random.nextInt(slots.size())));
  }

  void swap(SlotRef slot) {
    Device old = devices.get(slot);
    if (old == null) {
      return;
    }
    hangUp(old);
    ghosts.add(old);
    Device next = new Device(old.slot);
    next.holder = old.holder + 1;
    next.enrolled = now;
    next.failsNext = old.failsNext;
    devices.put(old.slot, next);
  }

  /// I7: at no instant more devices can be switching than the budgets allow, whatever the hub
  /// knows.
  private void check() {
    for (Rollout rollout : rollouts.all()) {
      Budgets budgets = rollout.record().plan().budgets();
      Map<Name, Integer> bySite = new HashMap<>();
      int all = 0;
      for (Device device : everybody()) {
        if (device.isExposed(rollout.id())) {
          all++;
          bySite.merge(device.slot.site(), 1, Integer::sum);
        }
      }
      int most = bySite.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      if (budgets.perSite() > 0 && most > budgets.perSite()) {
        throw new AssertionError(
            rollout + ": " + bySite + " at once in a site: " + exposed(rollout));
      }
      int counted = rollout.counts().stream().mapToInt(it -> it.inFlight() + it.alsoOut()).sum();
      if (counted != rollout.inFlight()) {
        throw new AssertionError(
            rollout + " has " + rollout.inFlight() + " out, counts " + counted);
      }
      checkLeftAlone(rollout);
      if (budgets.inFlight() > 0 && all > budgets.inFlight()) {
        throw new AssertionError(rollout + ": " + all + " at once: " + exposed(rollout));
      }
    }
  }

  private static void checkLeftAlone(Rollout rollout) {
    Map<Name, Integer> failed = failed(rollout);
    int alone = 0;
    for (int member = 0; member < rollout.size(); member++) {
      alone += isLeftAlone(rollout, member, failed) ? 1 : 0;
    }
    int counted = rollout.counts().stream().mapToInt(WaveCount::leftAlone).sum();
    int all =
        rollout.counts().stream()
            .mapToInt(it -> it.total() + it.taken().total() + it.outside())
            .sum();
    if (counted != alone || all != rollout.size()) {
      throw new AssertionError(rollout + " leaves alone " + alone + ", counts " + counted);
    }
  }

  private String exposed(Rollout rollout) {
    StringBuilder words = new StringBuilder("now ").append(now);
    for (Device device : everybody()) {
      if (device.isExposed(rollout.id())) {
        int member = rollout.find(device.slot);
        words
            .append("; ")
            .append(device.slot)
            .append(ghosts.contains(device) ? " (put out) " : " ")
            .append(device.holder)
            .append(' ')
            .append(device.phase)
            .append(" since ")
            .append(device.phaseSince)
            .append(' ')
            .append(device.held)
            .append(", for the hub ")
            .append(rollout.phase(member))
            .append(rollout.isSuspect(member) ? " suspect " : " ")
            .append(rollout.granted(member))
            .append(" holder ")
            .append(rollout.holder(member));
      }
    }
    return words.toString();
  }

  private List<Device> everybody() {
    List<Device> all = new ArrayList<>(devices.values());
    all.addAll(ghosts);
    return all;
  }

  List<Reason> why(Rollout rollout, SlotRef slot) {
    return RolloutReasons.of(Standing.of(rollouts, rollout, rollout.find(slot), now));
  }
}
