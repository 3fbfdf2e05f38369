package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.trust.PublisherKeys;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the people of head office do over the weeks: releases, assignments, parameters, tokens,
/// revocations, questions.
final class Business {
  private static final double GAP_MILLIS = 7.0 * VirtualTime.DAY;

  /// At most one device in so many is revoked.
  private static final int REVOKED_SHARE = 8;

  private final World world;
  private final Chance chance;
  private final Windows windows;
  private int revoked;
  private final Lines lines;
  private int users;

  Business(World world) {
    this.world = world;
    this.chance = world.chance("business");
    this.windows = new Windows(world.chance("windows"), world.plan());
    this.lines = new Lines(world);
  }

  /// The first morning: fleet, sites, publisher, a first release of each application.
  void open() {
    List<AdminObject> objects = new ArrayList<>();
    objects.add(new AdminObject.Fleet(World.FLEET, "Fleet", Map.of(), false, Map.of()));
    for (int site = 0; site < world.plan().sites(); site++) {
      objects.add(site(site, 0));
    }
    world
        .operators()
        .ask(
            new AdminCommand.Apply(objects, Optional.empty(), false),
            applied ->
                world
                    .operators()
                    .ask(
                        new AdminCommand.TrustPublisher(
                            world.keys().publishers().getFirst().root()),
                        trusted -> release(Releases.APPLICATIONS.get(0))));
    world.scheduler().in(world.gap(chance, GAP_MILLIS / 4), this::next);
  }

  private AdminObject.Site site(int number, int threads) {
    return new AdminObject.Site(
        world.siteName(number),
        World.FLEET,
        "",
        number % 3 == 0 ? ModelOwner.PILOT : Map.of(),
        windows.zone(number),
        "",
        "",
        threads == 0
            ? Map.of()
            : Map.of(
                chance.oneOf(Releases.APPLICATIONS.subList(0, 2)),
                Map.of("threads", Integer.toString(threads))),
        windows.times(number),
        lines.rules());
  }

  /// Changes of the last minute, which every device must still come to.
  void lastRound() {
    back();
    unassign();
    lift(VirtualTime.HOUR);
  }

  private void lift(long millis) {
    Optional<SlotRef> slot = Optional.ofNullable(world.slotOf(chance.oneOf(world.devices())));
    slot.ifPresent(
        it ->
            world
                .operators()
                .ask(
                    new AdminCommand.LiftWindows(
                        it, Duration.ofMillis(millis), "", Optional.empty()),
                    answer -> {}));
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    int draw = chance.below(100);
    if (draw < 20) {
      release(chance.oneOf(Releases.APPLICATIONS));
    } else if (draw < 34) {
      // Most releases are brought out in waves, by the model owner.
      question();
    } else if (draw < 52) {
      back();
    } else if (draw < 60) {
      unassign();
    } else if (draw < 74) {
      AdminObject site =
          site(
              chance.below(world.plan().sites()),
              chance.isWithin(0.08) ? 9 : (int) chance.between(0, 8));
      world
          .operators()
          .ask(new AdminCommand.Apply(List.of(site), Optional.empty(), false), answer -> {});
    } else if (draw < 80) {
      revoke();
    } else if (draw < 84) {
      world.kits().make();
    } else if (draw < 92) {
      people();
    } else if (draw < 94) {
      override();
    } else if (draw < 96) {
      hurry();
    } else if (draw < 98) {
      world.kits().make();
    } else {
      world
          .operators()
          .ask(
              new AdminCommand.Apply(
                  List.of(
                      new AdminObject.Slot(
                          new SlotRef(
                              world.siteName(chance.below(world.plan().sites())),
                              new Name("counter-" + chance.below(9))),
                          "Counter",
                          Map.of(),
                          Map.of())),
                  Optional.empty(),
                  false),
              answer -> {});
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  /// A new version, pushed and then assigned somewhere.
  private void release(Name application) {
    Releases.Release release = world.releases().next(application, chance);
    world
        .operators()
        .ask(new AdminCommand.PushRelease(release.envelope()), pushed -> assign(release));
  }

  /// Sometimes they think better of it while devices still fetch.
  private void regret(Releases.Release release, Place place) {
    List<Releases.Release> known = world.releases().of(release.ref().name());
    if (known.size() > 1 && chance.isWithin(0.15)) {
      Releases.Release before = known.get(known.size() - 2);
      world
          .scheduler()
          .in(
              chance.between(VirtualTime.SECOND, 3 * VirtualTime.MINUTE),
              () -> assign(before, place));
    }
  }

  /// An older version again, or the newest one elsewhere.
  private void back() {
    List<Releases.Release> known = world.releases().of(chance.oneOf(Releases.APPLICATIONS));
    if (!known.isEmpty()) {
      assign(known.get(Math.max(0, known.size() - 1 - chance.below(4))));
    }
  }

  private void assign(Releases.Release release) {
    Place place = place();
    assign(release, place);
    regret(release, place);
  }

  private void assign(Releases.Release release, Place place) {
    world
        .operators()
        .ask(
            assignment(release, place),
            answer -> {
              if (answer instanceof AdminAnswer.Refused(Reason.NotFound _, _)
                  && world.backups().areMade()) {
                pushAgain(release, place);
              }
            });
  }

  private static AdminCommand assignment(Releases.Release release, Place place) {
    return new AdminCommand.Assign(
        release.ref(), World.FLEET, place.site(), place.slot(), Optional.empty());
  }

  /// A restored hub may have lost it, and the publisher's newest root with it.
  private void pushAgain(Releases.Release release, Place place) {
    for (PublisherKeys known : world.releases().publishersSoFar()) {
      world.operators().ask(new AdminCommand.TrustPublisher(known.root()), answer -> {});
    }
    world
        .operators()
        .ask(
            new AdminCommand.PushRelease(release.envelope()),
            answer -> world.operators().ask(assignment(release, place), again -> {}));
  }

  /// What was released since the backup, a restored hub does not have; devices may need it to go
  /// back to.
  void pushAllAgain() {
    for (PublisherKeys known : world.releases().publishersSoFar()) {
      world.operators().ask(new AdminCommand.TrustPublisher(known.root()), answer -> {});
    }
    for (Name application : Releases.APPLICATIONS) {
      for (Releases.Release release : world.releases().of(application)) {
        world.operators().ask(new AdminCommand.PushRelease(release.envelope()), answer -> {});
      }
    }
  }

  private void unassign() {
    Place place = place();
    world
        .operators()
        .ask(
            new AdminCommand.Unassign(
                chance.oneOf(Releases.APPLICATIONS),
                World.FLEET,
                place.site(),
                place.slot(),
                Optional.empty()),
            answer -> {});
  }

  private record Place(Optional<Name> site, Optional<SlotRef> slot) {}

  private Place place() {
    int draw = chance.below(10);
    if (draw < 3) {
      return new Place(Optional.empty(), Optional.empty());
    }
    if (draw < 7) {
      Name site = world.siteName(chance.below(world.plan().sites()));
      return new Place(Optional.of(site), Optional.empty());
    }
    Optional<SlotRef> slot = Optional.ofNullable(world.slotOf(chance.oneOf(world.devices())));
    return new Place(Optional.empty(), slot);
  }

  private void revoke() {
    Device device = chance.oneOf(world.devices());
    if (!device.hasJoined() || revoked * REVOKED_SHARE >= world.devices().size()) {
      return;
    }
    revoked++;
    world
        .operators()
        .ask(
            new AdminCommand.RevokeDevice(device.id(), "stolen", Optional.empty()),
            answer -> {
              // It goes on trying for some hours.
              world
                  .scheduler()
                  .in(chance.between(VirtualTime.MINUTE, 2 * VirtualTime.HOUR), device::retire);
            });
  }

  private void question() {
    Device device = chance.oneOf(world.devices());
    if (device.hasJoined()) {
      world
          .operators()
          .ask(
              new AdminCommand.AskDevice(
                  device.id(),
                  chance.oneOf(List.of("why", "logs", "logs", "diagnostics", "weather")),
                  Map.of(
                      "application",
                      chance.isWithin(0.3)
                          ? "no name, this"
                          : chance.oneOf(Releases.APPLICATIONS).text())),
              answer -> {});
    }
  }

  /// One site is different for a while, or none is any more.
  private void override() {
    List<SyncPolicy> policies =
        chance.isWithin(0.3)
            ? List.of()
            : List.of(
                new SyncPolicy(
                    Selector.ALL,
                    List.of(
                        new SyncPolicy.Override(
                            new Selector(
                                Map.of(
                                    PlaceFacts.SITE_LABEL,
                                    world.siteName(chance.below(world.plan().sites())).text()),
                                List.of()),
                            List.of(
                                new Patch(
                                    Patch.Op.ADD,
                                    "threads",
                                    Long.toString(chance.between(1, 8))))))));
    AdminObject application =
        new AdminObject.Application(
            Releases.APPLICATIONS.get(0),
            World.FLEET,
            Optional.empty(),
            "",
            Map.of(),
            Map.of(),
            policies);
    world
        .operators()
        .ask(new AdminCommand.Apply(List.of(application), Optional.empty(), false), answer -> {});
  }

  /// Somebody cannot wait for the night, somebody else gives a site other windows, and a third one
  /// stops downloads.
  private void hurry() {
    lines.pause();
    lift(VirtualTime.MINUTE * chance.between(5, 600));
    int number = chance.below(world.plan().sites());
    windows.draw(number);
    world
        .operators()
        .ask(
            new AdminCommand.Apply(List.of(site(number, 0)), Optional.empty(), false),
            answer -> {});
  }

  /// A site may switch in some hours only, from now on.
  void shutForHours(int number) {
    windows.shut(number);
    world
        .operators()
        .ask(
            new AdminCommand.Apply(List.of(site(number, 0)), Optional.empty(), false),
            answer -> {});
  }

  private void people() {
    users++;
    Name name = new Name("user-" + users);
    world
        .operators()
        .ask(
            new AdminCommand.CreateUser(name, Digest.ofText("token " + users)),
            answer -> {
              if (chance.isWithin(0.5)) {
                world.operators().ask(new AdminCommand.RevokeUser(name), revoked -> {});
              }
            });
  }
}
