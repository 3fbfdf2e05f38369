package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.Selector.Expression;
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
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.DateSpan;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What people get wrong, a field at a time: words that are too long or have line breaks, numbers
/// below and above what may be, names that are not there, things of another fleet. All of it is
/// refused, or changes nothing that a shop would see. And lists that are only looked at.
final class Slips {
  private static final double GAP_MILLIS = 3.0 * VirtualTime.DAY;

  /// At one sitting.
  private static final int SLIPS_MAX = 8;

  /// More than may wait for a long list.
  private static final int MANY_ASKED = 70;

  private static final int LONG = 500;
  private static final int VERY_LONG = 70_000;
  private static final Name LABORATORY = new Name("laboratory");
  private static final Name BENCH = new Name("bench");
  private static final Name NOWHERE = new Name("nowhere");
  private static final Name PEOPLE = Releases.APPLICATIONS.getFirst();
  private static final Optional<String> TYPED = Optional.of(LABORATORY.text());
  private static final Gate OPEN = new Gate(0, 0, false);
  private static final Budgets NO_BUDGETS = new Budgets(0, 0, 0);
  private static final AbortRule NEVER = new AbortRule(0, 0, false);

  private final World world;
  private final Chance chance;
  private final ModelOwner planner;

  Slips(World world) {
    this.world = world;
    this.chance = world.chance("slips");
    this.planner = new ModelOwner(world);
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
    if (chance.isWithin(0.5)) {
      // What some of them are about.
      ask(
          new AdminCommand.Apply(
              List.of(
                  new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of()),
                  bench("", "", Map.of(), SiteTimes.ANY, Optional.empty()),
                  new AdminObject.Slot(shelf(), "", Map.of(), Map.of())),
              TYPED,
              false));
    }
    for (int slips = 1 + chance.below(SLIPS_MAX); slips > 0; slips--) {
      world.counts().add("slips");
      switch (chance.below(6)) {
        case 0, 1 -> ask(applied(object()));
        case 2 -> ask(rollout());
        case 3 -> lookAtList();
        default -> ask(other());
      }
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void ask(AdminCommand command) {
    world.operators().ask(command, answer -> {});
  }

  private AdminCommand applied(AdminObject object) {
    return new AdminCommand.Apply(
        List.of(object),
        TYPED,
        chance.isWithin(0.3),
        Optional.empty(),
        Map.of(),
        chance.isWithin(0.5));
  }

  private Name site() {
    return world.siteName(chance.below(world.plan().sites()));
  }

  private static SlotRef shelf() {
    return new SlotRef(BENCH, new Name("shelf-1"));
  }

  /// One that is there, mostly.
  private SlotRef slot() {
    SlotRef held = world.slotOf(chance.oneOf(world.devices()));
    return held == null ? shelf() : held;
  }

  // ---- objects

  private AdminObject object() {
    return switch (chance.below(4)) {
      case 0 -> fleet();
      case 1 -> site(chance.below(13));
      case 2 -> slotObject();
      default -> application();
    };
  }

  private AdminObject fleet() {
    return switch (chance.below(9)) {
      case 0 -> fleet("A\nfleet", Map.of(), Map.of(), SiteTimes.ANY, Optional.empty());
      case 1 -> fleet("", Map.of("a\u202e", "b"), Map.of(), SiteTimes.ANY, Optional.empty());
      case 2 -> fleet("", labels(33), Map.of(), SiteTimes.ANY, Optional.empty());
      case 3 -> fleet("", Map.of(), threads("", "1"), SiteTimes.ANY, Optional.empty());
      case 4 -> fleet("", Map.of(), Map.of(), freezes(), Optional.empty());
      case 5 -> fleet("", Map.of(), Map.of(), SiteTimes.ANY, Optional.of(limits(LONG)));
      case 6 ->
          fleet("", Map.of(), threads("a" + chance.below(9), "b"), SiteTimes.ANY, Optional.empty());
      case 7 -> fleet("", Map.of(), large(), SiteTimes.ANY, Optional.empty());
      default -> fleet("", Map.of(), Map.of(), SiteTimes.ANY, Optional.of(limits(1)));
    };
  }

  private static AdminObject fleet(
      String displayName,
      Map<String, String> labels,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times,
      Optional<LineRules> line) {
    return new AdminObject.Fleet(LABORATORY, displayName, labels, true, parameters, times, line);
  }

  private AdminObject site(int kind) {
    return switch (kind) {
      case 0 -> bench("r".repeat(300), "", Map.of(), SiteTimes.ANY, Optional.empty());
      case 1 -> bench("r\nr", "", Map.of(), SiteTimes.ANY, Optional.empty());
      case 2 -> bench("", "c\tc", Map.of(), SiteTimes.ANY, Optional.empty());
      case 3 -> bench("", "", threads("a\nb", "1"), SiteTimes.ANY, Optional.empty());
      case 4 -> bench("", "", threads("threads", "${site.labels"), SiteTimes.ANY, Optional.empty());
      case 5 -> bench("", "", threads("threads", "${nobody}"), SiteTimes.ANY, Optional.empty());
      case 6 -> bench("", "", Map.of(), freezes(), Optional.empty());
      case 7 -> bench("", "", Map.of(), SiteTimes.ANY, Optional.of(limits(LONG)));
      case 8 -> bench("", "", large(), SiteTimes.ANY, Optional.empty());
      case 9 -> bench("north", "Anna", Map.of(), SiteTimes.ANY, Optional.of(limits(1)));
      case 10 ->
          bench("", "", threads("threads", "${slot.labels.a}"), SiteTimes.ANY, Optional.empty());
      case 11 -> bench("", "", threads("thread", "3"), SiteTimes.ANY, Optional.empty());
      default ->
          new AdminObject.Site(
              BENCH,
              chance.isWithin(0.5) ? NOWHERE : LABORATORY,
              "",
              Map.of("key\n", "value"),
              "Europe/Berlin",
              "",
              "",
              Map.of());
    };
  }

  private static AdminObject.Site bench(
      String region,
      String contact,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times,
      Optional<LineRules> line) {
    return new AdminObject.Site(
        BENCH, LABORATORY, "", Map.of(), "Europe/Berlin", region, contact, parameters, times, line);
  }

  private AdminObject slotObject() {
    SlotRef shelf = shelf();
    return switch (chance.below(7)) {
      case 0 -> new AdminObject.Slot(shelf, "x".repeat(300), Map.of(), Map.of());
      case 1 -> new AdminObject.Slot(shelf, "", labels(33), Map.of());
      case 2 -> new AdminObject.Slot(shelf, "", Map.of("a", "b\n"), Map.of());
      case 3 -> new AdminObject.Slot(shelf, "", Map.of(), threads("threads", "1\u0007"));
      case 4 -> new AdminObject.Slot(shelf, "", Map.of(), large());
      case 5 -> new AdminObject.Slot(shelf, "", Map.of(), threads("threds", "1"));
      default ->
          new AdminObject.Slot(
              shelf, "Shelf", Map.of("a", "b"), threads("threads", chance.below(9) + ""));
    };
  }

  private AdminObject application() {
    Name fleet = chance.isWithin(0.7) ? LABORATORY : World.FLEET;
    ReleaseRef unknown = new ReleaseRef(PEOPLE, "77.0");
    return switch (chance.below(10)) {
      case 0 -> application(fleet, Optional.of(unknown), Map.of(), List.of());
      case 1 -> application(fleet, Optional.empty(), Map.of("a\n", "b"), List.of());
      case 2 ->
          application(fleet, Optional.empty(), Map.of("text", "x".repeat(VERY_LONG)), List.of());
      case 3 -> application(fleet, Optional.empty(), Map.of(), patched(many(LONG)));
      case 4 -> application(fleet, Optional.empty(), Map.of(), patched(List.of(patch())));
      case 5 -> application(fleet, Optional.empty(), Map.of(), patched(List.of(patch())));
      case 6 -> application(fleet, Optional.empty(), Map.of(), List.of(tooManyLabels()));
      case 7 ->
          application(
              fleet,
              Optional.empty(),
              Map.of(),
              List.of(
                  new SyncPolicy(
                      Selector.ALL,
                      List.of(
                          new SyncPolicy.Override(tooManyLabels().selector(), List.of(patch()))))));
      case 8 ->
          application(
              fleet,
              Optional.empty(),
              Map.of(),
              patched(
                  Collections.nCopies(
                      30, new Patch(Patch.Op.ADD, "threads", "x".repeat(VERY_LONG / 20)))));
      default ->
          application(LABORATORY, Optional.of(new ReleaseRef(PEOPLE, "1.0")), Map.of(), List.of());
    };
  }

  private static AdminObject application(
      Name fleet,
      Optional<ReleaseRef> release,
      Map<String, String> parameters,
      List<SyncPolicy> policies) {
    return new AdminObject.Application(PEOPLE, fleet, release, "", Map.of(), parameters, policies);
  }

  private static List<SyncPolicy> patched(List<Patch> patches) {
    return List.of(
        new SyncPolicy(Selector.ALL, List.of(new SyncPolicy.Override(Selector.ALL, patches))));
  }

  private static List<Patch> many(int count) {
    return Collections.nCopies(count, new Patch(Patch.Op.ADD, "threads", "1"));
  }

  private Patch patch() {
    return switch (chance.below(5)) {
      case 0 -> new Patch(Patch.Op.ADD, "a\nb", "1");
      case 1 -> new Patch(Patch.Op.ADD, "threads", "${nobody}");
      case 2 -> new Patch(Patch.Op.MOVE, "threads", null, "a\nb");
      case 3 -> new Patch(Patch.Op.COPY, "shown", null, "password");
      default -> new Patch(Patch.Op.TEST, "threads", "1\n2");
    };
  }

  private static SyncPolicy tooManyLabels() {
    return new SyncPolicy(
        new Selector(
            labels(40),
            List.of(
                new Expression("region", Selector.Operator.IN, Collections.nCopies(40, "north")))),
        List.of());
  }

  private static Map<String, String> labels(int count) {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < count; i++) {
      labels.put("label-" + i, "x");
    }
    return labels;
  }

  private static Map<Name, Map<String, String>> threads(String name, String value) {
    return Map.of(PEOPLE, Map.of(name, value));
  }

  private static Map<Name, Map<String, String>> large() {
    return threads("text", "x".repeat(2 * VERY_LONG));
  }

  private static SiteTimes freezes() {
    LocalDate day = LocalDate.of(2026, 12, 24);
    return new SiteTimes(
        List.of(), List.of(), List.of(), Collections.nCopies(LONG, new DateSpan(day, day)));
  }

  private static LineRules limits(int count) {
    return new LineRules(
        Collections.nCopies(
            count, new LineRules.Limit(Weekly.parse("08:00-09:00"), new BitRate(100_000))));
  }

  // ---- lists

  /// What a list would change in the shops' own fleet, or what would go that it leaves out. Looked
  /// at only; what is asked meanwhile waits for a long one.
  private void lookAtList() {
    boolean isLong = chance.isWithin(0.15);
    List<AdminObject> objects = new ArrayList<>();
    int count = isLong ? 60 + chance.below(60) : 1 + chance.below(6);
    Set<String> titles = new HashSet<>();
    for (int i = 0; i < count; i++) {
      AdminObject object = change();
      if (titles.add(object.title()) || chance.isWithin(0.02)) {
        objects.add(object);
      }
    }
    ask(
        new AdminCommand.Apply(
            objects,
            TYPED,
            true,
            chance.isWithin(0.4) ? Optional.of(prune()) : Optional.empty(),
            Map.of(),
            chance.isWithin(0.7)));
    if (isLong) {
      int asked = chance.isWithin(0.1) ? MANY_ASKED : 3;
      for (int i = 0; i < asked; i++) {
        AdminCommand meanwhile =
            switch (chance.below(4)) {
              case 0 -> applied(object());
              case 1 -> rollout();
              default -> other();
            };
        world.scheduler().in(chance.between(1, 6), () -> ask(meanwhile));
      }
    }
  }

  private AdminCommand.Prune prune() {
    Set<AdminCommand.Prune.Kind> kinds = new HashSet<>();
    for (AdminCommand.Prune.Kind kind : AdminCommand.Prune.Kind.values()) {
      if (chance.isWithin(0.6)) {
        kinds.add(kind);
      }
    }
    return new AdminCommand.Prune(
        chance.isWithin(0.5) ? Set.of(World.FLEET) : Set.of(World.FLEET, LABORATORY, NOWHERE),
        kinds);
  }

  private AdminObject change() {
    Map<String, String> labels = chance.isWithin(0.5) ? ModelOwner.PILOT : Map.of("a", "b");
    Map<Name, Map<String, String>> parameters =
        chance.isWithin(0.5) ? Map.of() : threads("threads", Integer.toString(chance.below(10)));
    return switch (chance.below(9)) {
      case 0 ->
          new AdminObject.Fleet(
              chance.isWithin(0.7) ? World.FLEET : LABORATORY,
              "",
              labels,
              chance.isWithin(0.1),
              parameters);
      case 1, 2 ->
          new AdminObject.Site(
              chance.isWithin(0.8) ? site() : BENCH,
              chance.isWithin(0.7) ? World.FLEET : LABORATORY,
              "",
              labels,
              "Europe/Berlin",
              "",
              "",
              parameters);
      case 3, 4 ->
          new AdminObject.Slot(
              chance.isWithin(0.7)
                  ? slot()
                  : new SlotRef(site(), new Name("shelf-" + chance.below(99))),
              "",
              labels,
              parameters);
      case 5, 6 -> changedApplication();
      default ->
          new AdminObject.Rollout(
              new Name(chance.oneOf(List.of("file-", "needs-", "new-")) + chance.below(4)),
              release(chance.oneOf(Releases.APPLICATIONS)),
              planner.scope(),
              planner.plan(),
              chance.isWithin(0.2) ? Optional.of(VirtualTime.DAY) : Optional.empty());
    };
  }

  private AdminObject changedApplication() {
    Name application = chance.oneOf(Releases.APPLICATIONS);
    List<SyncPolicy> policies = new ArrayList<>();
    if (chance.isWithin(0.4)) {
      Selector some =
          new Selector(
              Map.of(),
              List.of(
                  new Expression(
                      PlaceFacts.SITE_LABEL,
                      chance.isWithin(0.5) ? Selector.Operator.IN : Selector.Operator.NOT_IN,
                      List.of(site().text()))));
      policies.add(
          new SyncPolicy(
              some,
              chance.isWithin(0.5)
                  ? List.of()
                  : List.of(
                      new SyncPolicy.Override(
                          Selector.ALL,
                          List.of(
                              new Patch(
                                  Patch.Op.ADD, "threads", Integer.toString(chance.below(10))))))));
    }
    return new AdminObject.Application(
        application,
        chance.isWithin(0.9) ? World.FLEET : LABORATORY,
        chance.isWithin(0.6) ? Optional.of(release(application)) : Optional.empty(),
        "",
        Map.of(),
        chance.isWithin(0.3) ? Map.of("threads", Integer.toString(chance.below(10))) : Map.of(),
        policies);
  }

  private ReleaseRef release(Name application) {
    List<Releases.Release> known = world.releases().of(application);
    return known.isEmpty() ? new ReleaseRef(application, "1.0") : chance.oneOf(known).ref();
  }

  // ---- rollouts

  private AdminCommand rollout() {
    Scope all = new Scope(World.FLEET, Set.of(), Map.of());
    Budgets none = NO_BUDGETS;
    return switch (chance.below(22)) {
      case 0 -> create(all, List.of(), none, NEVER, 40 * VirtualTime.DAY);
      case 1 -> create(all, List.of(), none, new AbortRule(0, -1, false), VirtualTime.DAY);
      case 2 -> create(all, List.of(), new Budgets(0, -1, 0), NEVER, VirtualTime.DAY);
      case 3 -> create(all, List.of(), new Budgets(0, 0, -1), NEVER, VirtualTime.DAY);
      case 4 -> create(all, named("x".repeat(64)));
      case 5 -> create(all, gated(new Gate(-1, 0, false)));
      case 6 -> create(all, gated(new Gate(101, 0, false)));
      case 7 -> create(all, gated(new Gate(0, -1, false)));
      case 8 -> create(all, gated(new Gate(0, 31 * VirtualTime.DAY, false)));
      case 9 -> create(all, picked(new Pick.Percent(-1)));
      case 10 -> create(all, picked(new Pick.Labelled(labels(17))));
      case 11 -> create(all, picked(new Pick.Listed(tooMany())));
      case 12 -> create(all, picked(new Pick.Listed(Set.of(shelf()))));
      case 13 -> create(new Scope(World.FLEET, Set.of(BENCH), Map.of()), List.of());
      case 14 ->
          new AdminCommand.CreateRollout(
              new ReleaseRef(NOWHERE, "1.0"),
              all,
              new RolloutPlan(List.of(), none, NEVER, VirtualTime.DAY, null),
              Optional.empty());
      case 15 -> create(new Scope(LABORATORY, Set.of(), Map.of()), List.of());
      case 16 -> create(all, picked(new Pick.Listed(manyOfOneSite())));
      case 17 -> create(all, picked(new Pick.Labelled(longLabels())));
      case 18 ->
          create(all, picked(new Pick.Listed(Set.of(new SlotRef(site(), new Name("not-there"))))));
      default -> word();
    };
  }

  /// Of rollouts that are there, in whatever state, some of the protected fleet.
  private AdminCommand word() {
    AdminCommand.SteerRollout.Action action =
        chance.oneOf(List.of(AdminCommand.SteerRollout.Action.values()));
    return new AdminCommand.SteerRollout(
        new RolloutId(1 + chance.below(30)),
        action,
        "",
        false,
        Optional.of("no such wave"),
        Optional.empty());
  }

  private static AdminCommand create(Scope scope, List<Wave> waves) {
    return create(scope, waves, NO_BUDGETS, NEVER, VirtualTime.DAY);
  }

  private static AdminCommand create(
      Scope scope, List<Wave> waves, Budgets budgets, AbortRule abort, long permitMillis) {
    return new AdminCommand.CreateRollout(
        new ReleaseRef(PEOPLE, "1.0"),
        scope,
        new RolloutPlan(waves, budgets, abort, permitMillis, null),
        Optional.empty());
  }

  private static List<Wave> named(String name) {
    return List.of(new Wave(name, new Pick.Count(1), OPEN));
  }

  private static List<Wave> gated(Gate gate) {
    return List.of(new Wave("gated", new Pick.Count(1), gate));
  }

  private static List<Wave> picked(Pick pick) {
    return List.of(new Wave("picked", pick, new Gate(100, 0, true)));
  }

  private static Set<SlotRef> tooMany() {
    Set<SlotRef> slots = new HashSet<>();
    for (int i = 0; i <= 10_000; i++) {
      slots.add(new SlotRef(BENCH, new Name("shelf-" + i)));
    }
    return slots;
  }

  private Set<SlotRef> manyOfOneSite() {
    Name site = site();
    Set<SlotRef> slots = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      slots.add(new SlotRef(site, new Name("x".repeat(40) + "-" + i)));
    }
    return slots;
  }

  /// Of a record that would be too long to be written anew with each word.
  private static Map<String, String> longLabels() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < 16; i++) {
      labels.put("label-" + i, "x".repeat(VERY_LONG));
    }
    return labels;
  }

  // ---- tokens, devices, pauses, publishers

  private AdminCommand other() {
    return switch (chance.below(22)) {
      case 0 -> token(World.FLEET, Optional.empty(), Optional.empty(), Duration.ZERO);
      case 1 -> token(LABORATORY, Optional.of(site()), Optional.empty(), Duration.ofHours(1));
      case 2 -> token(LABORATORY, Optional.empty(), Optional.of(slot()), Duration.ofHours(1));
      case 3 ->
          token(
              World.FLEET,
              Optional.empty(),
              Optional.of(new SlotRef(NOWHERE, PEOPLE)),
              Duration.ofHours(1));
      case 4 ->
          new AdminCommand.ReplaceDevice(shelf(), Duration.ofHours(1), drawn(), Optional.empty());
      case 5 ->
          new AdminCommand.ReplaceDevice(
              new SlotRef(NOWHERE, PEOPLE), Duration.ofHours(1), drawn(), Optional.empty());
      case 6 -> new AdminCommand.PushRelease(new Envelope("text/plain", "?", List.of()));
      case 7 -> new AdminCommand.TrustPublisher(new Envelope("text/plain", "?", List.of()));
      case 8 -> new AdminCommand.MakeKit("kit", BENCH, List.of(), true);
      case 9 -> new AdminCommand.MakeKit("kit", BENCH, List.of(shelf()), false);
      case 10 ->
          new AdminCommand.MakeKit(
              "kit", site(), List.of(new SlotRef(BENCH, new Name("shelf-2"))), false);
      case 11 ->
          new AdminCommand.PauseTransfers(TransferPause.Place.of(BENCH), "why", Optional.empty());
      case 12 ->
          new AdminCommand.ResumeTransfers(TransferPause.Place.of(BENCH), "", Optional.empty());
      case 13 -> new AdminCommand.LiftWindows(slot(), Duration.ZERO, "", Optional.empty());
      case 14 -> new AdminCommand.LiftWindows(shelf(), Duration.ofHours(1), "", Optional.empty());
      case 15 -> new AdminCommand.LiftWindows(shelf(), Duration.ofHours(1), "why", TYPED);
      case 16 -> approve(Optional.of(shelf()));
      case 17 -> approve(Optional.of(slot()));
      case 18 ->
          new AdminCommand.Unassign(
              PEOPLE,
              World.FLEET,
              Optional.empty(),
              Optional.of(new SlotRef(site(), NOWHERE)),
              Optional.empty());
      case 19 ->
          new AdminCommand.AskDevice(
              someone(), "x".repeat(LONG), Map.of("a".repeat(LONG), "b".repeat(VERY_LONG)));
      case 20 ->
          new AdminCommand.Assign(
              new ReleaseRef(PEOPLE, "1.0"),
              LABORATORY,
              Optional.of(site()),
              Optional.empty(),
              TYPED);
      default -> new AdminCommand.CreateUser(new Name("alice"), Digest.ofText("token of alice"));
    };
  }

  private AdminCommand token(
      Name fleet, Optional<Name> site, Optional<SlotRef> slot, Duration life) {
    return new AdminCommand.CreateToken(
        fleet, site, slot, 1, life, drawn(), Optional.of(LABORATORY.text()));
  }

  private JoinToken drawn() {
    return OddRequests.token(world, chance);
  }

  private AdminCommand approve(Optional<SlotRef> slot) {
    return new AdminCommand.ApproveDevice(someone(), slot, "by mistake", Optional.empty());
  }

  /// One that has joined, if there is one.
  private DeviceId someone() {
    Device device = chance.oneOf(world.devices());
    return device.hasJoined() ? device.id() : DeviceId.ofKey(chance.bytes(91));
  }
}
