package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.SteerRollout.Action;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.window.BitRate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What people say of rollouts besides the plain way: rollouts out of files, applied again and
/// changed; plans that cannot be; words to rollouts that are over, or meant for another wave; sites
/// and slots whose labels change, or that go, while a rollout is under way; something newer that is
/// assigned while one only waits for dark shops; and downloads paused twice.
final class OddRollouts {
  private static final double GAP_MILLIS = 3.0 * VirtualTime.DAY;

  /// Files of rollouts that people keep.
  private static final int FILES = 4;

  private static final int MANY = 90;
  private static final int LONG = 500;

  private static final Name NOWHERE = new Name("nowhere");
  private static final Name LABORATORY = new Name("laboratory");

  private final World world;
  private final Chance chance;
  private final Map<Name, AdminObject.Rollout> files = new HashMap<>();
  private final List<RolloutId> known = new ArrayList<>();

  OddRollouts(World world) {
    this.world = world;
    this.chance = world.chance("odd rollouts");
  }

  /// In a world of peace nobody begins what waits.
  void begin() {
    if (world.hasMorePlays() && !world.plan().faults().isEmpty()) {
      world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
    }
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    switch (chance.below(14)) {
      case 12, 13 -> over();
      case 0, 1, 2 -> file();
      case 3, 4 -> steer();
      case 5, 6 -> wrong();
      case 7 -> move();
      case 8, 9 -> pauses();
      case 10 -> {
        laboratory();
        tooLong();
      }
      default -> manyRollouts();
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void ask(AdminCommand command) {
    world.operators().ask(command, answer -> {});
  }

  private void apply(List<AdminObject> objects, boolean isLookedAtOnly) {
    ask(
        new AdminCommand.Apply(
            objects,
            Optional.empty(),
            isLookedAtOnly,
            Optional.empty(),
            sources(objects),
            chance.isWithin(0.5)));
  }

  private static Map<String, AdminCommand.Sources> sources(List<AdminObject> objects) {
    return Map.of(
        objects.getFirst().title(), new AdminCommand.Sources("rollouts.yaml", Map.of("name", 3)));
  }

  // ---- rollouts out of files

  private void file() {
    Name name = new Name("file-" + chance.below(FILES));
    AdminObject.Rollout there = files.get(name);
    AdminObject.Rollout object =
        there != null && chance.isWithin(0.4)
            ? there
            : new AdminObject.Rollout(
                name,
                release(),
                scope(),
                plan(waves(), null),
                chance.isWithin(0.4) ? Optional.of(2 * VirtualTime.DAY) : Optional.empty());
    boolean isLookedAtOnly = chance.isWithin(0.3);
    if (!isLookedAtOnly) {
      files.put(name, object);
    }
    List<AdminObject> objects = new ArrayList<>(List.of(object));
    if (chance.isWithin(0.2)) {
      objects.add(
          new AdminObject.Rollout(
              new Name("file-" + chance.below(FILES)),
              release(),
              scope(),
              plan(waves(), null),
              Optional.empty()));
    }
    world.counts().add("rollouts out of files");
    apply(objects, isLookedAtOnly);
  }

  private ReleaseRef release() {
    return release(chance.oneOf(Releases.APPLICATIONS));
  }

  private ReleaseRef release(Name application) {
    List<Releases.Release> all = world.releases().of(application);
    return all.isEmpty()
        ? new ReleaseRef(application, "1.0")
        : all.get(Math.max(0, all.size() - 1 - chance.below(3))).ref();
  }

  private Scope scope() {
    return new Scope(
        World.FLEET,
        chance.isWithin(0.7) ? new HashSet<>(List.of(site(), site())) : Set.of(),
        chance.isWithin(0.1) ? ModelOwner.PILOT : Map.of());
  }

  private List<Wave> waves() {
    return List.of(
        new Wave("first", new Pick.Count(2), new Gate(50, 0, chance.isWithin(0.3))),
        new Wave("rest", new Pick.Rest(), new Gate(0, 0, false)));
  }

  private static RolloutPlan plan(List<Wave> waves, @Nullable Long deadline) {
    return new RolloutPlan(
        waves, new Budgets(1, 0, 0), new AbortRule(0, 0, false), VirtualTime.DAY, deadline);
  }

  // ---- words

  private void steer() {
    RolloutId id = known.isEmpty() ? new RolloutId(99_999) : chance.oneOf(known);
    if (chance.isWithin(0.1)) {
      id = new RolloutId(99_999);
    }
    Action action = chance.oneOf(List.of(Action.values()));
    boolean isWordy = chance.isWithin(0.05);
    Optional<String> wave =
        chance.isWithin(0.5)
            ? Optional.of(chance.oneOf(List.of("first", "second", "third", "last")))
            : Optional.empty();
    ask(
        new AdminCommand.SteerRollout(
            id,
            action,
            isWordy ? "x".repeat(1_001) : chance.isWithin(0.5) ? "" : "so be it",
            action == Action.APPROVE && chance.isWithin(0.3),
            wave,
            Optional.empty()));
    if (chance.isWithin(0.6)) {
      RolloutId same = id;
      world
          .scheduler()
          .in(
              chance.gap(3.0 * VirtualTime.HOUR),
              () -> {
                if (world.faultsAreOn()) {
                  ask(
                      new AdminCommand.SteerRollout(
                          same,
                          chance.oneOf(List.of(Action.values())),
                          "",
                          false,
                          Optional.empty()));
                }
              });
    }
  }

  private void create(ReleaseRef release, Scope scope, RolloutPlan plan) {
    world
        .operators()
        .ask(
            new AdminCommand.CreateRollout(release, scope, plan, Optional.empty()),
            answer -> {
              if (answer instanceof AdminAnswer.RolloutMade(var id)) {
                known.add(id);
              }
            });
  }

  // ---- plans that cannot be, and one with four waves that can

  private void wrong() {
    Gate open = new Gate(0, 0, false);
    List<Wave> four =
        List.of(
            new Wave("first", new Pick.Count(1), open),
            new Wave("second", new Pick.Labelled(ModelOwner.PILOT), new Gate(0, 60_000, true)),
            new Wave("third", new Pick.Percent(50), new Gate(90, 0, true)),
            new Wave("last", new Pick.Rest(), open));
    switch (chance.below(18)) {
      case 0, 1, 2, 3 -> create(release(), scope(), plan(four, null));
      case 4 -> {
        List<Wave> many = new ArrayList<>();
        for (int i = 0; i <= RolloutPlan.WAVES_MAX; i++) {
          many.add(new Wave("wave-" + i, new Pick.Count(1), open));
        }
        create(release(), scope(), plan(many, null));
      }
      case 5 -> create(release(), scope(), plan(four, world.hub().now() - 1));
      case 6 -> create(release(), scope(), with(new AbortRule(0, 101, false), 60_000));
      case 7 -> create(release(), scope(), with(new AbortRule(-1, 0, false), 60_000));
      case 8 -> create(release(), scope(), with(new AbortRule(0, 0, false), 5));
      case 9 ->
          create(
              release(),
              scope(),
              new RolloutPlan(
                  four, new Budgets(-1, 0, 0), new AbortRule(0, 0, false), 60_000, null));
      case 10 -> create(release(), scope(), plan(of(new Pick.Count(-1)), null));
      case 11 -> create(release(), scope(), plan(of(new Pick.Percent(101)), null));
      case 12 -> create(release(), scope(), plan(of(new Pick.Labelled(Map.of())), null));
      case 13 -> {
        Set<SlotRef> slots = new HashSet<>();
        for (int i = 0; i < 3; i++) {
          slots.add(
              chance.isWithin(0.5)
                  ? new SlotRef(site(), new Name("counter-" + chance.below(20)))
                  : new SlotRef(NOWHERE, NOWHERE));
        }
        create(release(), scope(), plan(of(new Pick.Listed(slots)), null));
      }
      case 14 ->
          create(release(), new Scope(World.FLEET, Set.of(NOWHERE), Map.of()), plan(four, null));
      case 15 -> create(release(), new Scope(NOWHERE, Set.of(), Map.of()), plan(four, null));
      case 16 -> {
        List<Wave> twice = List.of(four.getFirst(), four.getFirst());
        create(release(), scope(), plan(twice, null));
        create(
            release(),
            scope(),
            plan(List.of(new Wave("", new Pick.Rest(), new Gate(101, -1, false))), null));
      }
      default ->
          apply(
              List.of(
                  new AdminObject.Rollout(
                      new Name("r5"), release(), scope(), plan(four, null), Optional.empty())),
              true);
    }
  }

  private static List<Wave> of(Pick pick) {
    return List.of(new Wave("odd", pick, new Gate(100, 0, false)));
  }

  private RolloutPlan with(AbortRule abort, long permitMillis) {
    return new RolloutPlan(waves(), new Budgets(0, 0, 0), abort, permitMillis, null);
  }

  // ---- what changes under a rollout

  /// Its labels change, it gets lines and times of its own, or its fleet gets some for all.
  private void move() {
    SlotRef slot = world.slotOf(chance.oneOf(world.devices()));
    Map<String, String> labels = chance.isWithin(0.5) ? ModelOwner.PILOT : Map.of();
    switch (chance.below(3)) {
      case 0, 1 -> {
        if (slot != null) {
          apply(List.of(new AdminObject.Slot(slot, "Counter", labels, Map.of())), false);
        }
      }
      default -> {
        Optional<LineRules> line = new Lines(world).rules();
        apply(
            List.of(
                new AdminObject.Fleet(
                    World.FLEET,
                    "Fleet",
                    labels,
                    false,
                    chance.isWithin(0.5)
                        ? Map.of(
                            Releases.APPLICATIONS.getFirst(),
                            Map.of("threads", Integer.toString(1 + chance.below(8))))
                        : Map.of(),
                    times(),
                    line)),
            false);
      }
    }
  }

  /// For all sites that say nothing themselves.
  private SiteTimes times() {
    List<Weekly> night = List.of(Weekly.parse("20:00-06:00"));
    return chance.isWithin(0.4)
        ? SiteTimes.ANY
        : new SiteTimes(
            chance.isWithin(0.3) ? night : List.of(),
            chance.isWithin(0.5) ? night : List.of(),
            chance.isWithin(0.2) ? List.of(Weekly.parse("Mon-Fri 09:00-17:00")) : List.of(),
            List.of());
  }

  /// Longer than the hub takes; looked at only.
  private void tooLong() {
    List<Weekly> hours = Collections.nCopies(LONG, Weekly.parse("08:00-09:00"));
    List<LineRules.Limit> limits =
        Collections.nCopies(
            LONG, new LineRules.Limit(Weekly.parse("08:00-09:00"), new BitRate(100_000)));
    Patch patch = new Patch(Patch.Op.ADD, "threads", "1");
    SyncPolicy.Override override = new SyncPolicy.Override(Selector.ALL, List.of(patch));
    Name people = Releases.APPLICATIONS.getFirst();
    AdminObject object =
        switch (chance.below(8)) {
          case 0 -> site(new SiteTimes(hours, List.of(), List.of(), List.of()), List.of());
          case 1 -> site(new SiteTimes(List.of(), List.of(), hours, List.of()), List.of());
          case 2 -> site(SiteTimes.ANY, limits);
          case 3 ->
              application(
                  people, Collections.nCopies(LONG, new SyncPolicy(Selector.ALL, List.of())));
          case 4 ->
              application(
                  people,
                  List.of(new SyncPolicy(Selector.ALL, Collections.nCopies(LONG, override))));
          case 5 ->
              application(
                  people,
                  List.of(
                      new SyncPolicy(
                          Selector.ALL,
                          List.of(
                              new SyncPolicy.Override(
                                  Selector.ALL, Collections.nCopies(LONG, patch))))));
          case 6 ->
              application(
                  people,
                  List.of(
                      new SyncPolicy(
                          new Selector(Map.of("x".repeat(300), "y"), List.of()), List.of())));
          default ->
              new AdminObject.Fleet(
                  World.FLEET,
                  "A line\nand another",
                  Map.of("\u202e", "x"),
                  false,
                  Map.of(people, Map.of("threads", "x".repeat(70_000))));
        };
    apply(List.of(object), true);
  }

  private AdminObject site(SiteTimes times, List<LineRules.Limit> limits) {
    return new AdminObject.Site(
        site(),
        World.FLEET,
        "",
        Map.of(),
        "Europe/Berlin",
        "",
        "",
        Map.of(),
        times,
        limits.isEmpty() ? Optional.empty() : Optional.of(new LineRules(limits)));
  }

  private static AdminObject application(Name name, List<SyncPolicy> policies) {
    return new AdminObject.Application(
        name, World.FLEET, Optional.empty(), "", Map.of(), Map.of(), policies);
  }

  // ---- what is assigned over a rollout

  /// A release for all, for a site or for one slot, again and again until a rollout that is open
  /// lets it through; some of it is taken back later.
  private void over() {
    ReleaseRef release = release();
    Optional<Name> site = chance.isWithin(0.5) ? Optional.of(site()) : Optional.empty();
    SlotRef slot = world.slotOf(chance.oneOf(world.devices()));
    Optional<SlotRef> own =
        site.isEmpty() && chance.isWithin(0.3) ? Optional.ofNullable(slot) : Optional.empty();
    boolean isFile = site.isEmpty() && own.isEmpty() && chance.isWithin(0.4);
    AdminCommand assigns =
        isFile
            ? new AdminCommand.Apply(
                List.of(
                    new AdminObject.Application(
                        release.name(),
                        World.FLEET,
                        Optional.of(release),
                        "",
                        Map.of(),
                        Map.of(),
                        List.of())),
                Optional.empty(),
                false,
                Optional.empty(),
                Map.of(),
                true)
            : new AdminCommand.Assign(release, World.FLEET, site, own, Optional.empty());
    if (chance.isWithin(0.6)) {
      // Of one wave, so that soon only dark shops are left.
      List<Wave> all = List.of(new Wave("all", new Pick.Rest(), new Gate(0, 0, false)));
      create(release(release.name()), new Scope(World.FLEET, Set.of(), Map.of()), plan(all, null));
    }
    again(assigns, 16);
    if (!isFile && (site.isPresent() || own.isPresent())) {
      world
          .scheduler()
          .in(
              chance.gap(2.0 * VirtualTime.DAY),
              () -> {
                if (world.faultsAreOn()) {
                  ask(
                      new AdminCommand.Unassign(
                          release.name(), World.FLEET, site, own, Optional.empty()));
                }
              });
    }
  }

  private void again(AdminCommand assigns, int tries) {
    world
        .operators()
        .ask(
            assigns,
            answer -> {
              if (answer instanceof AdminAnswer.Done done) {
                boolean isOver =
                    done.changes().stream().anyMatch(line -> line.contains("is done but for"));
                world.counts().add(isOver ? "assigned over an open rollout" : "assigned beside");
              } else if (tries > 0 && world.faultsAreOn()) {
                world
                    .scheduler()
                    .in(
                        chance.gap(8.0 * VirtualTime.HOUR),
                        () -> {
                          if (world.faultsAreOn()) {
                            again(assigns, tries - 1);
                          }
                        });
              }
            });
  }

  // ---- downloads

  /// A site and one of its slots are paused, resumed in another order, and once too often.
  private void pauses() {
    SlotRef slot = world.slotOf(chance.oneOf(world.devices()));
    if (slot == null) {
      return;
    }
    TransferPause.Place narrow = TransferPause.Place.of(slot);
    TransferPause.Place wide = TransferPause.Place.of(slot.site());
    String why = chance.isWithin(0.5) ? "stock-taking" : "the tills are slow";
    switch (chance.below(6)) {
      case 0 -> pause(TransferPause.Place.of(NOWHERE), why);
      case 1 -> pause(TransferPause.Place.of(new SlotRef(slot.site(), NOWHERE)), why);
      case 2 -> pause(narrow, chance.isWithin(0.5) ? " " : "x".repeat(300));
      case 3 -> resume(chance.isWithin(0.5) ? narrow : wide);
      default -> {
        pause(wide, why);
        pause(narrow, why);
        if (chance.isWithin(0.5)) {
          pause(narrow, chance.isWithin(0.5) ? why : "they ask for it");
        }
        long after = chance.gap(2.0 * VirtualTime.HOUR);
        boolean wideFirst = chance.isWithin(0.5);
        world.scheduler().in(after, () -> resume(wideFirst ? wide : narrow));
        world.scheduler().in(2 * after, () -> resume(wideFirst ? narrow : wide));
        world.scheduler().in(3 * after, () -> resume(wide));
      }
    }
  }

  private void pause(TransferPause.Place place, String why) {
    ask(new AdminCommand.PauseTransfers(place, why, Optional.empty()));
  }

  private void resume(TransferPause.Place place) {
    ask(new AdminCommand.ResumeTransfers(place, "", Optional.empty()));
  }

  // ---- a fleet without a device

  /// It has assignments and a rollout of its own; then lists leave out some of it.
  private void laboratory() {
    Optional<String> typed = Optional.of(LABORATORY.text());
    Name bench = new Name("bench");
    Name other = new Name("bench-2");
    SlotRef shelf = new SlotRef(bench, new Name("shelf-" + chance.below(3)));
    AdminObject.Fleet fleet = new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of());
    AdminObject.Slot slot = new AdminObject.Slot(shelf, "Shelf", Map.of(), Map.of());
    ask(
        new AdminCommand.Apply(
            List.of(fleet, laboratorySite(bench), laboratorySite(other), slot), typed, false));
    ReleaseRef first = new ReleaseRef(Releases.APPLICATIONS.getFirst(), "1.0");
    switch (chance.below(4)) {
      case 0 ->
          ask(
              new AdminCommand.Assign(
                  first, LABORATORY, Optional.empty(), Optional.of(shelf), typed));
      case 1 ->
          ask(
              new AdminCommand.Assign(
                  first, LABORATORY, Optional.of(bench), Optional.empty(), typed));
      case 2 ->
          ask(
              new AdminCommand.Assign(
                  first, LABORATORY, Optional.empty(), Optional.empty(), typed));
      default ->
          ask(
              new AdminCommand.CreateRollout(
                  first,
                  new Scope(LABORATORY, chance.isWithin(0.5) ? Set.of(bench) : Set.of(), Map.of()),
                  plan(waves(), null),
                  typed));
    }
    if (chance.isWithin(0.5)) {
      ask(
          new AdminCommand.Unassign(
              first.name(), LABORATORY, Optional.of(bench), Optional.empty(), typed));
    }
    List<AdminObject> listed = new ArrayList<>();
    for (AdminObject each : List.of(fleet, laboratorySite(bench), laboratorySite(other), slot)) {
      if (chance.isWithin(0.5)) {
        listed.add(each);
      }
    }
    Set<AdminCommand.Prune.Kind> kinds = new HashSet<>();
    for (AdminCommand.Prune.Kind kind : AdminCommand.Prune.Kind.values()) {
      if (chance.isWithin(0.7)) {
        kinds.add(kind);
      }
    }
    ask(
        new AdminCommand.Apply(
            listed,
            typed,
            chance.isWithin(0.3),
            Optional.of(new AdminCommand.Prune(Set.of(LABORATORY), kinds)),
            Map.of(),
            chance.isWithin(0.5)));
  }

  private static AdminObject.Site laboratorySite(Name name) {
    return new AdminObject.Site(name, LABORATORY, "", Map.of(), "Europe/Berlin", "", "", Map.of());
  }

  /// More than may be under way, in a fleet without a device; then the fleet's release is given, so
  /// that older ones are forgotten.
  private void manyRollouts() {
    Optional<String> typed = Optional.of(LABORATORY.text());
    ReleaseRef first = new ReleaseRef(Releases.APPLICATIONS.getFirst(), "1.0");
    ask(
        new AdminCommand.Apply(
            List.of(new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of())),
            typed,
            false));
    int many = chance.isWithin(0.3) ? MANY : 10;
    for (int i = 0; i < many; i++) {
      AdminCommand one =
          chance.isWithin(0.7)
              ? new AdminCommand.CreateRollout(
                  first, new Scope(LABORATORY, Set.of(), Map.of()), plan(waves(), null), typed)
              : new AdminCommand.Apply(
                  List.of(
                      new AdminObject.Rollout(
                          new Name("laboratory-" + i % 20),
                          first,
                          new Scope(LABORATORY, Set.of(), Map.of()),
                          plan(waves(), null),
                          Optional.empty())),
                  typed,
                  false);
      world.scheduler().in(i * VirtualTime.MINUTE, () -> ask(one));
      if (i % 10 == 9) {
        world
            .scheduler()
            .in(
                i * VirtualTime.MINUTE,
                () ->
                    ask(
                        new AdminCommand.Assign(
                            first, LABORATORY, Optional.empty(), Optional.empty(), typed)));
      }
    }
  }

  private Name site() {
    return site(chance.below(world.plan().sites()));
  }

  private Name site(int number) {
    return world.siteName(number);
  }
}
