package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.Counts;
import dev.tombolo.bench.simulation.engine.Scheduler;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.invariant.InFlight;
import dev.tombolo.bench.simulation.invariant.InvariantBroken;
import dev.tombolo.bench.simulation.invariant.Invariants;
import dev.tombolo.bench.simulation.store.Disks;
import dev.tombolo.bench.simulation.store.SqliteDisks;
import dev.tombolo.bench.simulation.trust.WorldKeys;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One simulated world: a hub, its shops, what lies between, what people do, what goes wrong; and
/// the invariants that look on.
public final class World {
  static final Name FLEET = new Name("production");

  /// What a channel of results may hold on a device of this world.
  static final int RESULT_ROWS_MAX = 60;

  /// Rows that a hub keeps which is short of disk: two blocks, and a little.
  private static final long FEW_ROWS = 250;

  /// Rows and bytes that no world comes to.
  private static final long PLENTY = 1L << 40;

  /// Between two looks at everything.
  private static final long WHOLE_MILLIS = 2 * VirtualTime.DAY;

  /// Between two looks at the hub's open lines.
  private static final long LINES_MILLIS = VirtualTime.HOUR;

  /// Devices that take the slot of another.
  private static final double TAKING_OVER_SHARE = 0.12;

  /// Of devices that come late, those whose token is made before they leave for their shop.
  private static final double POSTED_SHARE = 0.7;

  private static final long POSTED_MAX_MILLIS = 6 * VirtualTime.DAY;

  private static final long CONVERGENCE_MILLIS = 15 * VirtualTime.MINUTE;

  /// A device that switches, or has heard something this second, is looked at again: this often.
  private static final int END_ROUNDS = 30;

  private static final long END_ROUND_MILLIS = 10_000;

  /// Ticks of an idle agent or hub while the world converges.
  private static final long LAST_TICK_MILLIS = 20 * VirtualTime.SECOND;

  /// Which half of the worlds has more plays: one in which those that broke something once are not.
  private static final long MORE_PLAYS = 335;

  /// Of them, those whose documents do not fit one packet.
  private static final double LONG_MANIFESTS_SHARE = 0.04;

  /// Of them, those whose releases are made for machines with and without an accelerator.
  private static final double VARIANTS_SHARE = 0.3;

  private final WorldPlan plan;
  private final boolean hasMorePlays;
  private final boolean isSpelled;
  private final double pace;
  private final Chance chance;
  private final Scheduler scheduler = new Scheduler(VirtualTime.BEGIN_MILLIS);
  private final Trace trace;
  private final Counts counts = new Counts();
  private final ClassCounts kinds = new ClassCounts();
  private final WorldKeys keys;
  private final Disks disks;
  private final Releases releases;
  private final RowQuota resultQuota;
  private final RowQuota eventQuota;
  private final Invariants invariants;
  private final Watch watch = new Watch();
  private final HubMachine hub;
  private final List<Device> devices = new ArrayList<>();
  private final Map<Integer, SlotRef> slots = new HashMap<>();
  private final Network network;
  private final Operators operators;
  private final Installer installer;
  private final Results results;
  private final Backups backups;
  private final Business business;
  private final Kits kits;
  private final LateNews late;
  private final HeadOffice office;
  private final ModelOwner owner;
  private final WorstMoments worst;
  private final LeftAlone alone;
  private final TestBenches benches;
  private boolean faultsAreOn = true;
  private long lastPid = 100;
  private long faults;
  private long turns;
  private long idleTurns;
  private long events;
  private @Nullable InvariantBroken bug;

  public World(WorldPlan plan, Trace trace) {
    this.plan = plan;
    this.isSpelled = plan.isSpelled();
    this.pace = plan.pace();
    this.trace = trace;
    this.chance = new Chance(plan.seed());
    this.hasMorePlays = chance.of("richer worlds", MORE_PLAYS).isWithin(0.5);
    this.keys = WorldKeys.of(plan.isOnSqlite());
    this.disks = plan.isOnSqlite() ? new SqliteDisks() : Disks.simulated();
    this.releases =
        new Releases(
            keys.publishers(),
            new Needs(chance.of("needs"), hasMorePlays),
            hasMorePlays && chance.of("long manifests").isWithin(LONG_MANIFESTS_SHARE),
            hasMorePlays && chance.of("several variants").isWithin(VARIANTS_SHARE));
    this.resultQuota = quota("results");
    this.eventQuota = quota("events");
    this.invariants =
        new Invariants(
            releases::manifest,
            releases::nature,
            FLEET,
            RESULT_ROWS_MAX,
            resultQuota,
            eventQuota,
            counts);
    this.hub = new HubMachine(this, disks.hub("history-" + plan.seed()));
    this.operators = new Operators(this);
    this.installer = new Installer(this);
    this.results = new Results(this);
    this.backups = new Backups(this);
    this.business = new Business(this);
    this.kits = new Kits(this);
    this.late = new LateNews(this);
    this.office = new HeadOffice(this);
    this.owner = new ModelOwner(this);
    this.worst = new WorstMoments(this);
    this.alone = new LeftAlone(this);
    this.benches = new TestBenches(this);
    for (int number = 0; number < plan.agents(); number++) {
      devices.add(new Device(this, number, number % plan.sites(), disks.agent(number)));
    }
    this.network = new Network(this, plan.sites());
  }

  /// Half of the hubs keep few rows, or none for long.
  private RowQuota quota(String log) {
    Chance of = chance.of("quota of " + log);
    return new RowQuota(
        of.isWithin(0.5) ? Duration.ofDays(of.between(1, 20)) : Duration.ofDays(1_000),
        PLENTY,
        of.isWithin(0.5) ? FEW_ROWS : PLENTY);
  }

  /// Plays it to the end.
  ///
  /// @throws InvariantBroken when something does not hold that must
  public Outcome play() {
    try (Bugs _ = Bugs.listen(this)) {
      long end = VirtualTime.BEGIN_MILLIS + plan.days() * VirtualTime.DAY;
      hub.start();
      business.open();
      devicesJoin();
      backups.begin();
      owner.begin();
      new OddCommands(this).begin();
      new OddDocuments(this).begin();
      new NeedingReleases(this).begin();
      new Repositories(this).begin();
      new OddRollouts(this).begin();
      new OddRequests(this).begin();
      late.begin();
      new Faults(this).begin();
      scheduler.in(WHOLE_MILLIS, this::lookAtAll);
      scheduler.in(LINES_MILLIS, this::lookAtLines);
      new Slips(this).begin();
      new Looks(this).begin();
      benches.begin();
      run(end);
      heal();
      business.lastRound();
      owner.lastRound();
      run(end + CONVERGENCE_MILLIS);
      comesTogether();
      return outcome();
    } finally {
      disks.close();
    }
  }

  /// Each device at one of a few moments: what a rollout begins just then is not over yet.
  private void comesTogether() {
    invariants.whole(devices, now());
    invariants.rolloutsAtTheEnd(now());
    List<Device> onTheirWay = devices;
    for (int round = 1; !onTheirWay.isEmpty(); round++) {
      onTheirWay = invariants.atTheEnd(onTheirWay, now(), round == END_ROUNDS);
      if (!onTheirWay.isEmpty()) {
        counts.add("end looked at again");
        run(now() + END_ROUND_MILLIS);
      }
    }
  }

  private Outcome outcome() {
    kinds.into(counts);
    counts.add("turns of agents", turns);
    counts.add("turns of idle agents", idleTurns);
    counts.add("scheduled", scheduler.done());
    return new Outcome(plan, events, faults, trace.hash(), counts);
  }

  /// How a world went that broke nothing.
  ///
  /// @param events that hub and agents decided, idle ticks not counted
  public record Outcome(WorldPlan plan, long events, long faults, long hash, Counts counts) {}

  private void run(long endMillis) {
    while (scheduler.step(endMillis)) {
      if (bug != null) {
        throw bug;
      }
    }
  }

  private void devicesJoin() {
    Chance when = chance("joining");
    for (Device device : devices) {
      long first =
          when.isWithin(0.7)
              ? when.between(VirtualTime.MINUTE, 6 * VirtualTime.HOUR)
              : when.between(0, plan.days() * VirtualTime.DAY / 2);
      boolean takesOver = when.isWithin(TAKING_OVER_SHARE);
      if (first > POSTED_MAX_MILLIS && when.isWithin(POSTED_SHARE)) {
        scheduler.in(
            first - when.between(VirtualTime.HOUR, POSTED_MAX_MILLIS),
            () -> installer.post(device));
      }
      scheduler.in(
          first,
          () -> {
            installer.join(device, takesOver ? heldSlot(device.site()) : null, 0);
            results.begin(device);
          });
    }
  }

  /// A slot of the site that some device holds; null when none has joined there.
  private @Nullable SlotRef heldSlot(int site) {
    for (Device device : devices) {
      SlotRef slot = slots.get(device.number());
      if (device.site() == site && slot != null && device.isPowered()) {
        return slot;
      }
    }
    return null;
  }

  private void lookAtAll() {
    invariants.whole(devices, now());
    if (faultsAreOn) {
      scheduler.in(WHOLE_MILLIS, this::lookAtAll);
    }
  }

  private void lookAtLines() {
    for (Line line : hub.edge().lines()) {
      invariants.lineIsOpen(line.device.id(), now());
    }
    if (faultsAreOn) {
      scheduler.in(LINES_MILLIS, this::lookAtLines);
    }
  }

  /// From now on nothing goes wrong any more.
  private void heal() {
    say(Trace.WORLD, "faults end");
    faultsAreOn = false;
    network.clear();
    hub.disk().fill(false);
    hub.disk().disarm();
    hub.disk().takeFailure();
    hub.disk().failReads(0);
    hub.slowSignatures(0);
    hub.setClockOff(0);
    for (Device device : devices) {
      if (device.isCopy()) {
        device.retire();
      } else {
        device.heal();
      }
    }
    hub.start();
    hub.wake();
    office.hurry();
    backups.hurry();
  }

  // ---- for the parts

  WorldPlan plan() {
    return plan;
  }

  /// Needs, repositories, kits with bundles, lost databases and odd rollouts.
  boolean hasMorePlays() {
    return hasMorePlays;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  long now() {
    return scheduler.now();
  }

  Chance chance(String purpose) {
    return chance.of(purpose);
  }

  Chance chance(String purpose, long number) {
    return chance.of(purpose, number);
  }

  /// Time until the next of what comes this often, at the pace of this world.
  long gap(Chance chance, double meanMillis) {
    return chance.gap(meanMillis * pace);
  }

  Trace trace() {
    return trace;
  }

  Counts counts() {
    return counts;
  }

  RowQuota resultQuota() {
    return resultQuota;
  }

  RowQuota eventQuota() {
    return eventQuota;
  }

  WorldKeys keys() {
    return keys;
  }

  HubMachine hub() {
    return hub;
  }

  Network network() {
    return network;
  }

  List<Device> devices() {
    return devices;
  }

  Operators operators() {
    return operators;
  }

  Results results() {
    return results;
  }

  Releases releases() {
    return releases;
  }

  Watch watch() {
    return watch;
  }

  Name siteName(int site) {
    return new Name("store-" + (100 + site));
  }

  @Nullable SlotRef slotOf(Device device) {
    return slots.get(device.number());
  }

  /// Whoever held the slot goes back to the depot some hours later.
  void joined(Device device, SlotRef slot) {
    Chance when = chance("swap", device.number());
    for (Device other : devices) {
      if (!other.equals(device) && slot.equals(slots.get(other.number()))) {
        counts.add("devices replaced");
        scheduler.in(
            when.between(VirtualTime.MINUTE, 2 * VirtualTime.HOUR), () -> isReplaced(other));
      }
    }
    slots.put(device.number(), slot);
  }

  /// Somebody copies a device's disk into another machine, which runs for some hours.
  void copyDisk(Device original, Chance chance) {
    if (!original.isPowered() || original.isCopy()) {
      return;
    }
    Device copy = original.copy(devices.size(), chance.below(plan.sites()));
    if (copy == null) {
      return;
    }
    invariants.copied(original, copy);
    devices.add(copy);
    counts.add("disks copied");
    copy.startAgent();
    scheduler.in(chance.between(VirtualTime.HOUR, 12 * VirtualTime.HOUR), copy::retire);
  }

  /// Other hardware comes into its slot.
  @Nullable Device replace(Device device) {
    SlotRef slot = slots.get(device.number());
    if (slot == null) {
      return null;
    }
    Device other = new Device(this, devices.size(), device.site(), disks.agent(devices.size()));
    devices.add(other);
    installer.join(other, slot, 0);
    results.begin(other);
    return other;
  }

  /// Its database is gone, with all that its mirror does not have.
  void databaseLost(Device device, boolean withDocuments, String incarnation) {
    invariants.databaseLost(device, withDocuments, incarnation);
  }

  /// It shows certificates that it has replaced, as a copy would.
  void mayActAsTwo(DeviceId device) {
    invariants.mayActAsTwo(device);
  }

  InvariantBroken byLineThoughHere(int shop, String kit, Digest file) {
    return new InvariantBroken(
        "kits", shop, "file " + file.brief() + " is asked for by the line, and " + kit + " has it");
  }

  /// The hub hears its birth.
  void born(Device device) {
    invariants.born(device, now());
    worst.born(device);
  }

  /// An operator has given the device this slot.
  void approved(Device device, SlotRef slot) {
    slots.put(device.number(), slot);
  }

  Business business() {
    return business;
  }

  Backups backups() {
    return backups;
  }

  Kits kits() {
    return kits;
  }

  LateNews late() {
    return late;
  }

  TestBenches benches() {
    return benches;
  }

  WorstMoments worstMoments() {
    return worst;
  }

  /// The hub is about to be gone for their site.
  boolean expects(Device device, Name application, Assignment wanted, Device neighbour) {
    return invariants.isLeftAlone(device, application, wanted, neighbour);
  }

  boolean hasFinished(Device device, boolean mayHave) {
    return invariants.hasFinishedAlone(device, mayHave);
  }

  List<Integer> inFlight(RolloutId rollout, InFlight how) {
    return invariants.inFlight(rollout, how, now());
  }

  HeadOffice office() {
    return office;
  }

  /// Somebody says this to the hub.
  void asked(AdminCommand command) {
    invariants.asked(command);
  }

  void answered(AdminCommand command, AdminAnswer answer) {
    invariants.answered(command, answer, hub.now());
  }

  void hubStarts() {
    invariants.hubStarts();
  }

  /// What puts the invariants' knowledge of the hub's database back to this moment.
  Runnable bookmark() {
    return invariants.bookmark();
  }

  /// Somebody asks why a device is as it is.
  void looksAt(Device device) {
    invariants.looksAt(device, now());
  }

  /// The same of one on a test bench.
  void looksAt(DeviceId device) {
    invariants.looksAt(device, now());
  }

  /// Somebody asks what a rollout would come to.
  void previews(Releases.Release release, Scope scope, RolloutPlan plan) {
    invariants.previews(release.manifest(), release.digest(), scope, plan, now());
  }

  /// From now on rows may be missing that only a newer backup had.
  void lostRows() {
    invariants.lostRows();
  }

  /// A restored hub may have given its slot away without knowing it; then it keeps running.
  private void isReplaced(Device device) {
    boolean isOut =
        hub.directory().whyNotServed(device.id(), device.shown().serial(), hub.now()).orElse(null)
            instanceof Reason.DeviceRevoked;
    if (isOut || !backups.areMade()) {
      device.retire();
    }
  }

  Envelope strangersEnvelope(String payloadType, String payload) {
    return keys.stranger().sign(payloadType, payload);
  }

  long nextPid() {
    return ++lastPid;
  }

  boolean faultsAreOn() {
    return faultsAreOn;
  }

  boolean mayFault(FaultKind kind) {
    return faultsAreOn && plan.faults().contains(kind);
  }

  void faulted(FaultKind kind) {
    faults++;
    counts.add("fault " + kind.word());
    trace.mix(kind.word().hashCode());
  }

  /// How long an idle part waits for its next tick.
  long idle(long usualMillis) {
    return faultsAreOn ? usualMillis : Math.min(usualMillis, LAST_TICK_MILLIS);
  }

  void say(int actor, String words) {
    if (trace.isOn()) {
      trace.say(now(), actor, words);
    }
  }

  /// Something that no fault explains.
  InvariantBroken bug(int shop, String what) {
    return new InvariantBroken("a bug", shop, what);
  }

  InvariantBroken bug(int shop, String what, Throwable cause) {
    InvariantBroken broken = bug(shop, what + ": " + cause);
    broken.initCause(cause);
    return broken;
  }

  /// Found where it cannot be thrown.
  void found(InvariantBroken broken) {
    bug = broken;
  }

  // ---- what happens, for the story and the invariants

  void hubTakes(HubEvent event) {
    note(Trace.HUB, event);
    switch (event) {
      case HubEvent.Ticked _ -> invariants.hubTicks(now(), hub.now());
      case HubEvent.ClockMoved it -> invariants.hubClockMoved(it.byMillis());
      default -> events++;
    }
  }

  void hubDoes(HubEffect effect) {
    note(Trace.HUB, effect);
    invariants.hubDoes(effect, now());
  }

  void agentTakes(Device device, AgentEvent event) {
    note(device.number(), event);
    events++;
    invariants.agentTakes(device, event, now());
  }

  void agentDoes(Device device, AgentEffect effect) {
    note(device.number(), effect);
    invariants.agentDoes(device, effect, now());
  }

  private void note(int actor, Object happened) {
    kinds.add(happened.getClass());
    trace.mix(now() + actor);
    if (trace.isOn()) {
      String words =
          happened instanceof HubEffect.SignDocument it
              ? "SignDocument[device=" + it.device() + ", revision=" + it.revision() + "]"
              : happened.toString();
      trace.say(now(), actor, words.length() > 400 ? words.substring(0, 400) + "..." : words);
    }
  }

  /// The hub closes a line for this reason.
  void refused(Reason reason) {
    kinds.add(reason.getClass());
  }

  void turnsOfAgent(boolean isIdle) {
    if (isIdle) {
      idleTurns++;
    } else {
      turns++;
    }
  }

  /// A message to be sent, spelled out in some worlds.
  Payload payload(Object message) {
    return isSpelled ? Payload.spelled(message) : Payload.whole(message);
  }

  void carried(Payload message) {
    trace.mix(message.mark());
    invariants.carried(message.bytes());
  }

  void sentDesired(Line line, DesiredUpdate update, int bytes) {
    invariants.sentDesired(line.device.id(), update, bytes, now());
  }

  /// This request proves the key by answering this challenge.
  void challenged(long request, String nonce) {
    invariants.challenged(request, nonce);
  }

  void servedFile(Device device, Digest file) {
    invariants.servedFile(device.id(), file, now());
  }

  void servedBundle(Device device, List<Digest> ends) {
    invariants.servedBundle(device.id(), ends, now());
  }

  void forged(Digest document) {
    invariants.forged(document);
  }

  void kitMade(DeviceId to, Digest document) {
    invariants.kitMade(to, document);
  }

  /// What the stores tell.
  final class Watch {
    void hubCommitted(List<HubChange.Durable> changes) {
      trace.mix(changes.size());
      invariants.hubCommitted(changes, now(), hub.now());
    }

    void agentCommitted(Device device, List<AgentChange> changes) {
      trace.mix(changes.size());
      invariants.agentCommitted(device, changes, now());
      alone.committed(device, changes);
    }
  }
}
