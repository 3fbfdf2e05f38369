package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.CrashPoint;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.trust.PublisherKeys;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What goes wrong, and how often. Each kind draws from a stream of its own, so that leaving one
/// out does not move the others.
final class Faults {
  private static final double DAY = VirtualTime.DAY;

  /// Of workloads that end by themselves, those that only stand still.
  private static final double HANGS_SHARE = 0.4;

  private static final List<CrashPoint> POINTS = List.of(CrashPoint.values());

  private final World world;

  /// Draws of one kind.
  private interface Strike {
    void at(Device device, Chance chance);
  }

  Faults(World world) {
    this.world = world;
  }

  void begin() {
    everyDevice(FaultKind.LINE_BREAK, 14 * DAY, this::breakLine);
    everyDevice(FaultKind.AGENT_KILL, 22 * DAY, (it, chance) -> it.kill(chance.oneOf(POINTS)));
    everyDevice(FaultKind.AGENT_STOP, 50 * DAY, (it, chance) -> it.stop());
    everyDevice(FaultKind.POWER_CUT, 40 * DAY, this::powerCut);
    everyDevice(FaultKind.AGENT_DISK_FULL, 50 * DAY, this::fillDisk);
    everyDevice(FaultKind.COMMIT_UNKNOWN, 40 * DAY, (it, chance) -> it.disk().failAfterCommit());
    everyDevice(FaultKind.CLOCK_JUMP, 60 * DAY, this::jump);
    everyDevice(FaultKind.BOOT_IN_1970, 100 * DAY, this::bootIn1970);
    everyDevice(
        FaultKind.SLOW_DEVICE,
        45 * DAY,
        (it, chance) -> it.slow(chance.between(VirtualTime.MINUTE, 20 * VirtualTime.MINUTE)));
    everyDevice(FaultKind.BIT_ROT, 30 * DAY, this::rot);
    everyDevice(FaultKind.WORKLOAD_DEATH, 30 * DAY, this::workloadDies);
    everySite(
        FaultKind.PARTITION, 45 * DAY, (site, chance) -> block(site, true, true, lasts(chance)));
    everySite(
        FaultKind.ONE_WAY_UP, 80 * DAY, (site, chance) -> block(site, false, true, lasts(chance)));
    everySite(
        FaultKind.ONE_WAY_DOWN,
        80 * DAY,
        (site, chance) -> block(site, true, false, lasts(chance)));
    everySite(FaultKind.FLAPPING, 120 * DAY, this::flap);
    everyWorld(FaultKind.REGION_OUTAGE, 60 * DAY, this::outage);
    everyWorld(FaultKind.HUB_KILL, 14 * DAY, this::killHub);
    everyWorld(FaultKind.HUB_POWER_CUT, 30 * DAY, chance -> world.hub().die(true));
    everyWorld(FaultKind.HUB_DISK_FULL, 30 * DAY, this::fillHub);
    everyWorld(FaultKind.HUB_COMMIT_UNKNOWN, 18 * DAY, this::failCommit);
    everyDevice(FaultKind.CONQUERED_HUB, 90 * DAY, new ConqueredHub(world)::strike);
    everyDevice(FaultKind.CURIOUS_DEVICE, 80 * DAY, this::asksForAnothersFile);
    everyWorld(
        FaultKind.SLOW_SIGNATURES,
        25 * DAY,
        chance -> world.hub().slowSignatures(chance.between(60_000, 3_600_000)));
    beginOfOperators();
  }

  private void beginOfOperators() {
    if (world.backups().areMade()) {
      everyWorld(FaultKind.HUB_RESTORED, 18 * DAY, chance -> world.backups().restore());
    } else {
      // Not in one world: what a hub issued while its clock was behind, a backup would not miss.
      everyWorld(FaultKind.HUB_CLOCK_JUMP, 25 * DAY, world.hub()::jumpClock);
    }
    if (world.hasMorePlays()) {
      everyDevice(FaultKind.DATABASE_DAMAGED, 250 * DAY, this::damageDatabase);
    }
    everyDevice(FaultKind.DISK_COPIED, 600 * DAY, world::copyDisk);
    everyWorld(FaultKind.HUB_KEYS_ROTATED, 40 * DAY, chance -> world.hub().rotateKeys());
    everyWorld(FaultKind.PUBLISHER_ROTATED, 120 * DAY, chance -> rotatePublisher());
  }

  private interface SiteStrike {
    void at(int site, Chance chance);
  }

  private interface WorldStrike {
    void at(Chance chance);
  }

  private void everyDevice(FaultKind kind, double gapMillis, Strike strike) {
    for (Device device : List.copyOf(world.devices())) {
      Chance chance = world.chance(kind.name(), device.number());
      again(
          kind,
          chance,
          gapMillis,
          () -> {
            if (device.hasJoined()) {
              struck(kind, device.number());
              strike.at(device, chance);
            }
          });
    }
  }

  private void everySite(FaultKind kind, double gapMillis, SiteStrike strike) {
    for (int i = 0; i < world.plan().sites(); i++) {
      int site = i;
      Chance chance = world.chance(kind.name(), site);
      again(
          kind,
          chance,
          gapMillis,
          () -> {
            struck(kind, Trace.WORLD);
            strike.at(site, chance);
          });
    }
  }

  private void everyWorld(FaultKind kind, double gapMillis, WorldStrike strike) {
    Chance chance = world.chance(kind.name());
    again(
        kind,
        chance,
        gapMillis,
        () -> {
          struck(kind, Trace.HUB);
          strike.at(chance);
        });
  }

  private void again(FaultKind kind, Chance chance, double gapMillis, Runnable strike) {
    if (!world.plan().faults().contains(kind)) {
      return;
    }
    long gap = isRare(kind) ? chance.gap(gapMillis) : world.gap(chance, gapMillis);
    world
        .scheduler()
        .in(
            gap,
            () -> {
              if (world.faultsAreOn()) {
                strike.run();
                again(kind, chance, gapMillis, strike);
              }
            });
  }

  /// These come a few times in a world, or not at all.
  private static boolean isRare(FaultKind kind) {
    return kind == FaultKind.HUB_KEYS_ROTATED || kind == FaultKind.PUBLISHER_ROTATED;
  }

  private void struck(FaultKind kind, int actor) {
    world.faulted(kind);
    world.say(actor, "FAULT " + kind.word());
  }

  /// Mostly minutes, sometimes days.
  private static long lasts(Chance chance) {
    return chance.isWithin(0.004)
        ? chance.between(VirtualTime.DAY, 5 * VirtualTime.DAY)
        : chance.gap(6.0 * VirtualTime.MINUTE);
  }

  private void block(int site, boolean up, boolean down, long millis) {
    world.network().block(site, up, down, millis);
  }

  private void breakLine(Device device, Chance chance) {
    Line line = device.line();
    if (line != null) {
      int draw = chance.below(3);
      world.network().breakLine(line, draw != 1, draw != 2);
    }
  }

  private void powerCut(Device device, Chance chance) {
    device.losePower(chance.between(5_000, 2 * VirtualTime.HOUR), chance.isWithin(0.5));
  }

  private void fillDisk(Device device, Chance chance) {
    device.disk().fill(true);
    world.scheduler().in(chance.gap(90.0 * VirtualTime.SECOND), () -> device.disk().fill(false));
  }

  /// It may not be able to read again what it has then, for some turns.
  private void failCommit(Chance chance) {
    world.hub().disk().failAfterCommit();
    if (chance.isWithin(0.4)) {
      world.hub().disk().failReads((int) chance.between(1, 4));
    }
  }

  private void fillHub(Chance chance) {
    if (chance.isWithin(0.4)) {
      // Not quite full: what is small still goes through.
      world.hub().disk().refuse((int) chance.between(1, 6));
      return;
    }
    world.hub().disk().fill(true);
    world
        .scheduler()
        .in(chance.gap(4.0 * VirtualTime.MINUTE), () -> world.hub().disk().fill(false));
  }

  private void jump(Device device, Chance chance) {
    long years = 10 * 365 * VirtualTime.DAY;
    device.clock.setOff(chance.between(-years, years));
    world.scheduler().in(chance.gap(DAY), () -> device.clock.setOff(chance.between(-2_000, 2_000)));
  }

  private void bootIn1970(Device device, Chance chance) {
    device.losePower(10_000, false);
    device.clock.setOff(-world.now());
    if (chance.isWithin(0.5)) {
      // The whole shop was without power, and nobody has switched its router on again yet.
      block(device.site(), true, true, chance.between(VirtualTime.MINUTE, 2 * VirtualTime.HOUR));
    }
    world.scheduler().in(chance.gap(DAY / 4), () -> device.clock.setOff(0));
  }

  private void rot(Device device, Chance chance) {
    List<Digest> files = new ArrayList<>(device.files.whole.keySet());
    if (!files.isEmpty()) {
      device.files.whole.put(chance.oneOf(files), false);
    }
  }

  private void damageDatabase(Device device, Chance chance) {
    device.loseDatabase(HexFormat.of().toHexDigits(chance.next()), chance.isWithin(0.7));
  }

  private void workloadDies(Device device, Chance chance) {
    List<Name> names = List.copyOf(device.workloads().keySet());
    if (names.isEmpty()) {
      return;
    }
    Name name = chance.oneOf(names);
    if (world.hasMorePlays() && chance.isWithin(HANGS_SHARE)) {
      device.workloadHangs(name);
    } else {
      device.workloadDies(name);
    }
  }

  /// Somebody with a device's key asks for whatever there may be.
  private void asksForAnothersFile(Device device, Chance chance) {
    List<Releases.Release> known = world.releases().of(chance.oneOf(Releases.APPLICATIONS));
    if (!known.isEmpty()) {
      String serial = device.identity.held().serial();
      Digest file =
          chance.oneOf(chance.oneOf(known).manifest().variants().getFirst().files()).digest();
      world
          .network()
          .request(device, request -> world.hub().edge().file(request, serial, file), reply -> {});
      Digest target = chance.oneOf(known).digest();
      world
          .network()
          .request(
              device,
              request -> world.hub().edge().bundleFor(request, serial, target, Optional.empty()),
              reply -> {});
    }
  }

  private void flap(int site, Chance chance) {
    int times = (int) chance.between(4, 12);
    for (int i = 0; i < times; i++) {
      world
          .scheduler()
          .in(
              i * 40_000L,
              () -> {
                if (world.faultsAreOn()) {
                  block(site, true, true, chance.between(2_000, 30_000));
                }
              });
    }
  }

  private void outage(Chance chance) {
    long millis = chance.between(VirtualTime.MINUTE, 20 * VirtualTime.MINUTE);
    for (int site = 0; site < world.plan().sites(); site++) {
      block(site, true, true, millis);
    }
  }

  private void rotatePublisher() {
    PublisherKeys next = world.releases().nextPublisher();
    if (next != null) {
      world
          .operators()
          .ask(
              new AdminCommand.TrustPublisher(next.root()),
              answer -> world.releases().publisherIs(next));
    }
  }

  private void killHub(Chance chance) {
    CrashPoint point = chance.oneOf(POINTS);
    if (point == CrashPoint.IDLE) {
      world.hub().die(false);
    } else {
      world.hub().disk().arm(point, chance.below(4));
    }
  }
}
