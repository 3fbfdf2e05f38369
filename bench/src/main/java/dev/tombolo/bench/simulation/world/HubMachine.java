package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.Crash;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.store.DiskState;
import dev.tombolo.bench.simulation.store.HubDisk;
import dev.tombolo.bench.simulation.store.SimulatedHubStore;
import dev.tombolo.bench.simulation.store.WatchedHubStore;
import dev.tombolo.bench.simulation.trust.HubKeys;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubSettings;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubTurn;
import dev.tombolo.hub.core.IssuedCertificate;
import dev.tombolo.hub.core.PublishedDirectory;
import dev.tombolo.hub.core.RestoreSteps;
import dev.tombolo.hub.core.TrustSettings;
import dev.tombolo.protocol.desired.DesiredManifest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The hub's machine: what `HubLoop` and the adapters do around the real [HubTurn], in virtual
/// time.
final class HubMachine {
  /// As `HubLoop`.
  private static final int BATCH_EVENTS_MAX = 1_024;

  /// A clock that was set by more while the hub ran lets nothing go for its age: `HubLoop` doubts
  /// it after a day, by which no clock of a world is off.
  private static final long CLOCK_DOUBT_MILLIS = VirtualTime.HOUR;

  private static final long TICK_MILLIS = 1_000;
  private static final long TURN_MILLIS = 2;
  private static final long IDLE_TICK_MILLIS = VirtualTime.HOUR;
  private static final long SLOW_SIGNATURE_MILLIS = 35 * VirtualTime.SECOND;

  /// Worlds in which certificates last as long as usual, not twice.
  private static final double USUAL_TRUST_SHARE = 0.25;

  /// Of signatures with which the disk fails.
  private static final double FAILS_SHARE = 0.000_5;

  /// A hub that is years ahead would raise what devices know of the time for good.
  static final long CLOCK_OFF_MAX_MILLIS = 12 * VirtualTime.HOUR;

  private final World world;
  private final DiskState disk = new DiskState();
  private final HubDisk database;
  private final Chance chance;
  private final TrustSettings trust;
  private final Edge edge;
  private final ArrayDeque<HubEvent> inbox = new ArrayDeque<>();
  private PublishedDirectory directory = new PublishedDirectory();
  private @Nullable HubTurn turn;
  private long run;
  private final List<RestoreSteps.Noted> journal = new ArrayList<>();
  private Backups.@Nullable Restored restore;
  private int keyset;
  private long clockOffMillis;
  private long seenOffMillis;

  /// Of the clock by which the running process began.
  private long beganOffMillis;

  private final boolean isQuick;
  private boolean turnIsDue;
  private long tickedMillis;
  private long nextTickMillis = Long.MAX_VALUE;
  private long slowSignaturesUntilMillis;

  HubMachine(World world, HubDisk database) {
    this.world = world;
    this.database = database;
    this.chance = world.chance("hub");
    this.isQuick = world.hasMorePlays() && world.chance("quick hub").isWithin(0.5);
    // Each renewal makes new documents for all neighbours, the dearest of all that worlds do: in
    // most of them it comes less often.
    this.trust =
        world.chance("trust").isWithin(USUAL_TRUST_SHARE)
            ? TrustSettings.USUAL
            : new TrustSettings(
                2 * TrustSettings.USUAL.certificateLifeMillis(),
                TrustSettings.USUAL.offlineBudgetMillis());
    this.edge = new Edge(world, this);
  }

  private HubSettings settings() {
    return new HubSettings(
        List.of("wss://hub:8443/mqtt"),
        "https://hub:8443",
        keys().documentKeyId(),
        keys().documentPem(),
        world.resultQuota(),
        world.eventQuota(),
        trust);
  }

  /// Those of the running process.
  HubKeys keys() {
    return world.keys().hub().get(keyset);
  }

  /// What the hub's clock shows.
  long now() {
    return world.now() + clockOffMillis;
  }

  long clockOffMillis() {
    return clockOffMillis;
  }

  /// Its clock is wrong by hours, and set right some hours later.
  void jumpClock(Chance drawn) {
    setClockOff(drawn.between(-CLOCK_OFF_MAX_MILLIS, CLOCK_OFF_MAX_MILLIS));
    world.scheduler().in(drawn.gap(VirtualTime.DAY / 4.0), () -> setClockOff(0));
  }

  void setClockOff(long millis) {
    clockOffMillis = millis;
  }

  /// The next document key or CA, made while the hub is stopped. False when there is none left.
  boolean rotateKeys() {
    if (keyset + 1 == world.keys().hub().size()) {
      return false;
    }
    die(false);
    keyset++;
    return true;
  }

  /// Another one after each start and each death.
  long run() {
    return run;
  }

  boolean isUp() {
    return turn != null;
  }

  Edge edge() {
    return edge;
  }

  DiskState disk() {
    return disk;
  }

  PublishedDirectory directory() {
    return directory;
  }

  /// What is decided next becomes durable and is said to have failed, or finds no room.
  void failSoon(Chance drawn) {
    FaultKind kind = drawn.isWithin(0.6) ? FaultKind.HUB_COMMIT_UNKNOWN : FaultKind.HUB_DISK_FULL;
    if (!world.mayFault(kind)) {
      return;
    }
    world.faulted(kind);
    if (kind == FaultKind.HUB_DISK_FULL) {
      disk.refuse(1 + drawn.below(2));
      return;
    }
    disk.failAfterCommit();
    if (drawn.isWithin(0.2)) {
      disk.failReads(1 + drawn.below(3));
    }
  }

  /// Starts the process.
  void start() {
    if (turn != null) {
      return;
    }
    Backups.Restored restored = restore;
    if (restored != null) {
      restore = null;
      putBack(restored);
    }
    run++;
    turnIsDue = false;
    tickedMillis = world.now();
    seenOffMillis = clockOffMillis;
    beganOffMillis = clockOffMillis;
    nextTickMillis = Long.MAX_VALUE;
    directory = new PublishedDirectory();
    disk.disarm();
    disk.failReads(0);
    HubTurn fresh =
        new HubTurn(
            settings(),
            new WatchedHubStore(database.open(), disk, world.watch()::hubCommitted),
            directory);
    turn = fresh;
    world.hubStarts();
    world.say(Trace.HUB, "started");
    perform(fresh.beginning(now()));
    tickIn(TICK_MILLIS);
  }

  /// The process is dead from this moment.
  ///
  /// @param silently when the machine died with it, so that nobody is told
  void die(boolean silently) {
    die(silently, world.faultsAreOn() ? chance.between(500, 90 * VirtualTime.SECOND) : 500);
  }

  private void die(boolean silently, long restMillis) {
    if (turn == null) {
      return;
    }
    turn = null;
    run++;
    inbox.clear();
    database.crashed();
    edge.died(silently);
    world.say(Trace.HUB, silently ? "its machine is dead" : "is dead");
    world.scheduler().in(restMillis, this::start);
  }

  /// The machine is lost with what is on it, but for the journal of revocations; another one goes
  /// on with a backup.
  void isLost(Backups.Restored with, long restMillis) {
    if (turn != null) {
      die(true, restMillis);
      restore = with;
    }
  }

  private void putBack(Backups.Restored from) {
    keyset = world.keys().hub().indexOf(from.backup().keys());
    from.backup().bookmark().run();
    database.replace(from.backup().database().copy());
    HubStore store = database.open();
    RestoreSteps.Order asked = from.order();
    RestoreSteps.Order order =
        new RestoreSteps.Order(
            asked.backupMillis(),
            asked.archive(),
            asked.epochAbove(),
            asked.historyId(),
            journal,
            asked.by());
    RestoreSteps.Outcome outcome = RestoreSteps.of(store.load(), order, now());
    HubStore.Batch batch = store.begin();
    batch.savepoint();
    batch.apply(outcome.changes());
    batch.commit();
    List<HubChange.Durable> durable = new ArrayList<>();
    for (HubChange change : outcome.changes()) {
      if (change instanceof HubChange.Durable it) {
        durable.add(it);
      }
    }
    world.watch().hubCommitted(durable);
    world.say(Trace.HUB, "restored from " + from.backup().id() + ": " + outcome.history());
  }

  /// Null where none can be made.
  @Nullable SimulatedHubStore copyOfDatabase() {
    return database.copy();
  }

  /// Of the history in its database.
  long epoch() {
    return database.open().load().history().epoch();
  }

  boolean offer(HubEvent event) {
    if (turn == null) {
      return false;
    }
    inbox.add(event);
    turnSoon();
    return true;
  }

  private void turnSoon() {
    if (!turnIsDue) {
      turnIsDue = true;
      long at = run;
      world.scheduler().in(TURN_MILLIS, () -> turnOf(at));
    }
  }

  private void tickIn(long millis) {
    long due = world.now() + millis;
    if (due < nextTickMillis) {
      nextTickMillis = due;
      long at = run;
      world
          .scheduler()
          .at(
              due,
              () -> {
                if (at == run && nextTickMillis == due) {
                  nextTickMillis = Long.MAX_VALUE;
                  turnSoon();
                }
              });
    }
  }

  private void turnOf(long at) {
    HubTurn running = turn;
    if (at != run || running == null) {
      return;
    }
    turnIsDue = false;
    List<HubEvent> batch = new ArrayList<>(Math.min(inbox.size() + 2, BATCH_EVENTS_MAX));
    if (clockOffMillis != seenOffMillis) {
      batch.add(new HubEvent.ClockMoved(clockOffMillis - seenOffMillis));
      seenOffMillis = clockOffMillis;
    }
    while (!inbox.isEmpty() && batch.size() < BATCH_EVENTS_MAX) {
      batch.add(inbox.remove());
    }
    boolean wasIdle = batch.isEmpty();
    if (running.isWorkLeft() || world.now() - tickedMillis >= TICK_MILLIS) {
      tickedMillis = world.now();
      boolean isClockSure = Math.abs(clockOffMillis - beganOffMillis) <= CLOCK_DOUBT_MILLIS;
      batch.add(new HubEvent.Ticked(isClockSure));
    }
    for (HubEvent event : batch) {
      world.hubTakes(event);
    }
    try {
      // A quick hub goes on with what is left to do, in the same commit.
      perform(running.take(batch, now(), () -> isQuick && chance.isWithin(0.5)));
    } catch (Crash crash) {
      world.say(Trace.HUB, "dies: " + crash.point());
      die(false);
      return;
    }
    if (!inbox.isEmpty() || running.isWorkLeft()) {
      turnSoon();
    }
    tickIn(wasIdle ? world.idle(IDLE_TICK_MILLIS) : 61 * VirtualTime.SECOND);
  }

  private void perform(List<HubEffect> effects) {
    for (HubEffect effect : effects) {
      disk.beforeEffect();
      world.hubDoes(effect);
      act(effect);
    }
  }

  private void act(HubEffect effect) {
    switch (effect) {
      case HubEffect.SignCertificate it -> {
        String pem = Certificates.text(it);
        later(
            it.notBeforeMillis(),
            new HubEvent.CertificateSigned(
                it.request(),
                new IssuedCertificate(
                    it.serial(), it.notBeforeMillis(), it.notAfterMillis(), pem)));
      }
      case HubEffect.SignDocument it -> {
        String payload = new String(it.payload(), StandardCharsets.UTF_8);
        later(
            it.revision(),
            new HubEvent.DocumentSigned(
                it.device(),
                it.revision(),
                keys().document().sign(DesiredManifest.PAYLOAD_TYPE, payload)));
      }
      case HubEffect.EnrolGranted it -> {
        world.benches().granted(it.request(), it.response().certificate());
        edge.answer(it.request(), new Reply.Body(world.payload(it.response())));
      }
      case HubEffect.RenewGranted it -> {
        world.benches().granted(it.request(), it.response().certificate());
        edge.answer(it.request(), new Reply.Body(world.payload(it.response())));
      }
      case HubEffect.RequestRefused it -> edge.answer(it.request(), new Reply.Refused(it.reason()));
      case HubEffect.ToSession it -> {
        if (it instanceof HubEffect.SendDesired) {
          tickIn(TICK_MILLIS);
        }
        edge.perform(it);
      }
      case HubEffect.AdminAnswered it -> world.operators().answered(it.request(), it.answer());
      case HubEffect.DeviceExpelled it -> edge.expel(it.device(), it.reason());
      // For external brokers.
      case HubEffect.StartedOver _, HubEffect.RevocationsChanged _ -> {}
      case HubEffect.StandingNoted it ->
          journal.add(new RestoreSteps.Noted(it.device(), it.standing(), it.millis()));
    }
  }

  /// Signatures come from other threads, after a moment.
  private void later(long salt, HubEvent signed) {
    boolean isSlow = world.now() < slowSignaturesUntilMillis;
    long delay = isSlow ? SLOW_SIGNATURE_MILLIS + chance.below(10_000) : chance.between(1, 30);
    if (isSlow) {
      tickIn(31 * VirtualTime.SECOND);
    }
    world.trace().mix(salt);
    long at = run;
    world
        .scheduler()
        .in(
            delay,
            () -> {
              if (at == run) {
                offer(signed);
                if (chance.isWithin(FAILS_SHARE)) {
                  failSoon(chance);
                }
              }
            });
  }

  /// Somebody listens without a birth: the hub looks after a second.
  void lookSoon() {
    tickIn(TICK_MILLIS + 1);
  }

  /// Looks around at once.
  void wake() {
    if (turn != null) {
      turnSoon();
    }
  }

  void slowSignatures(long millis) {
    slowSignaturesUntilMillis = world.now() + millis;
  }
}
