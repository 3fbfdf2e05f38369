package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.SteerRollout.Action;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.PlaceFacts;
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
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.window.BitRate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Two fleets of test benches, on which people try for a day or two whatever the hub can do: things
/// come, change, move between the fleets and go; releases are assigned everywhere and brought out
/// in waves one over the other; and [BenchDevice]s do with them what they like. What the hub keeps
/// of it is judged like everything else; no shop may notice.
final class TestBenches {
  /// Of the worlds with more plays.
  private static final double SHARE = 0.5;

  private static final int ACTS = 160;
  private static final double GAP_MILLIS = 8.0 * VirtualTime.MINUTE;
  private static final int DEVICES_MAX = 9;
  private static final long DEVICE_MILLIS_MAX = 4 * VirtualTime.MINUTE;
  private static final int SITES = 4;
  private static final int SLOTS = 4;
  private static final double WAREHOUSE_SHARE = 0.04;
  private static final int WAREHOUSE_LISTS = 7;
  private static final int WAREHOUSE_PLACES = 150;
  private static final int KEY_BYTES = 91;
  private static final int LOOKED_AT_MAX = 2;
  private static final String REMOTE = "10.9.0.1";
  private static final List<Name> FLEETS = List.of(new Name("bench-a"), new Name("bench-b"));
  private static final Name NOWHERE = new Name("nowhere");

  private final World world;
  private final Chance chance;
  private final Map<DeviceId, BenchDevice> devices = new HashMap<>();
  private final List<RolloutId> rollouts = new ArrayList<>();
  private final Map<Long, BenchDevice> requests = new HashMap<>();

  private boolean isOver;

  /// No request of the edge's own has such a number.
  private long lastRequest = 1L << 42;

  TestBenches(World world) {
    this.world = world;
    this.chance = world.chance("test benches");
  }

  void begin() {
    if (world.hasMorePlays() && !world.plan().faults().isEmpty() && chance.isWithin(SHARE)) {
      long days = world.plan().days();
      world
          .scheduler()
          .in(
              chance.between(VirtualTime.DAY, Math.max(2, days / 2) * VirtualTime.DAY),
              () -> next(ACTS));
    }
  }

  private void next(int left) {
    if (left == 0 || !world.faultsAreOn()) {
      isOver = true;
      devices.values().forEach(BenchDevice::leave);
      return;
    }
    if (left > ACTS - 3) {
      all();
    } else {
      act();
    }
    for (BenchDevice device : List.copyOf(devices.values())) {
      if (chance.isWithin(0.6)) {
        // Each at a moment of its own, like the people and the shops.
        world.scheduler().in(chance.between(100, DEVICE_MILLIS_MAX), () -> goesOn(device));
      }
    }
    world.scheduler().in(chance.gap(GAP_MILLIS), () -> next(left - 1));
  }

  private void goesOn(BenchDevice device) {
    if (world.faultsAreOn() && !isOver) {
      device.next();
    }
  }

  /// The number of the next request of a device.
  long request(BenchDevice device) {
    requests.put(++lastRequest, device);
    return lastRequest;
  }

  /// A certificate for who asked for it, if that was one of ours.
  void granted(long request, String certificate) {
    BenchDevice device = requests.remove(request);
    if (device != null) {
      device.isGiven(certificate);
    }
  }

  /// What the hub sends to a line that is no shop's.
  void hears(HubEffect.ToSession effect) {
    devices.values().forEach(each -> each.hears(effect));
  }

  private void act() {
    world.counts().add("acts at test benches");
    switch (chance.below(16)) {
      case 0, 1, 2 -> objects(1 + chance.below(5));
      case 3 -> prune();
      case 4, 5 -> ask(assign());
      case 6 -> ask(unassign());
      case 7, 8 -> rollout();
      case 9, 10, 11 -> steer();
      case 12, 13 -> enrol();
      case 14 -> look();
      default -> ask(other());
    }
  }

  private void ask(AdminCommand command) {
    world.operators().ask(command, answer -> {});
  }

  // ---- names

  private Name fleet() {
    return chance.isWithin(0.7) ? FLEETS.getFirst() : FLEETS.getLast();
  }

  private Optional<String> typed(Name fleet) {
    return chance.isWithin(0.9) ? Optional.of(fleet.text()) : Optional.empty();
  }

  private Name site() {
    return chance.isWithin(0.02) ? NOWHERE : new Name("desk-" + chance.below(SITES));
  }

  private SlotRef slot() {
    return new SlotRef(site(), new Name("place-" + chance.below(SLOTS)));
  }

  private ReleaseRef release(Name application) {
    List<Releases.Release> known = world.releases().of(application);
    return known.isEmpty() || chance.isWithin(0.08)
        ? new ReleaseRef(application, chance.oneOf(List.of("66.0", "77.0")))
        : known.get(Math.max(0, known.size() - 1 - chance.below(4))).ref();
  }

  private Name application() {
    return chance.isWithin(0.7)
        ? Releases.APPLICATIONS.getFirst()
        : chance.oneOf(Releases.APPLICATIONS);
  }

  private Map<String, String> labels() {
    return switch (chance.below(3)) {
      case 0 -> ModelOwner.PILOT;
      case 1 -> Map.of("tier", "all", "threads", Integer.toString(1 + chance.below(8)));
      default -> Map.of();
    };
  }

  private Map<Name, Map<String, String>> parameters() {
    return chance.isWithin(0.6)
        ? Map.of()
        : Map.of(
            application(),
            Map.of(
                "threads",
                chance.isWithin(0.2)
                    ? chance.oneOf(
                        List.of("${site.labels.threads}", "${slot.name}", "${fleet.name", "9"))
                    : Integer.toString(1 + chance.below(8))));
  }

  // ---- objects

  private void all() {
    List<AdminObject> objects = new ArrayList<>();
    FLEETS.forEach(each -> objects.add(new AdminObject.Fleet(each, "", Map.of(), false, Map.of())));
    for (int site = 0; site < SITES; site++) {
      Name name = new Name("desk-" + site);
      objects.add(
          new AdminObject.Site(
              name, FLEETS.getFirst(), "", labels(), "Europe/Berlin", "", "", Map.of()));
      for (int slot = 0; slot < SLOTS; slot++) {
        objects.add(
            new AdminObject.Slot(
                new SlotRef(name, new Name("place-" + slot)), "", labels(), Map.of()));
      }
    }
    apply(objects, Optional.empty(), false);
    if (chance.isWithin(WAREHOUSE_SHARE)) {
      warehouse();
    }
    enrol();
    enrol();
  }

  /// More places than anything looks at in one step; they stay empty.
  private void warehouse() {
    Name name = new Name("desk-" + (SITES - 1));
    for (int list = 0; list < WAREHOUSE_LISTS; list++) {
      List<AdminObject> objects = new ArrayList<>();
      for (int place = 0; place < WAREHOUSE_PLACES; place++) {
        SlotRef slot = new SlotRef(name, new Name("shelf-" + list + "-" + place));
        objects.add(new AdminObject.Slot(slot, "", Map.of(), Map.of()));
      }
      apply(objects, Optional.empty(), false);
    }
  }

  private void objects(int count) {
    List<AdminObject> objects = new ArrayList<>();
    Set<String> titles = new HashSet<>();
    for (int i = 0; i < count; i++) {
      AdminObject object = object();
      if (titles.add(object.title())) {
        objects.add(object);
      }
    }
    apply(objects, chance.isWithin(0.2) ? Optional.of(kinds()) : Optional.empty(), true);
  }

  private void prune() {
    List<AdminObject> objects = new ArrayList<>();
    if (chance.isWithin(0.8)) {
      objects.add(object());
    }
    apply(objects, Optional.of(kinds()), true);
  }

  private AdminCommand.Prune kinds() {
    Set<AdminCommand.Prune.Kind> kinds = new HashSet<>();
    for (AdminCommand.Prune.Kind kind : AdminCommand.Prune.Kind.values()) {
      if (chance.isWithin(0.5)) {
        kinds.add(kind);
      }
    }
    return new AdminCommand.Prune(
        chance.isWithin(0.7) ? Set.of(fleet()) : Set.copyOf(FLEETS), kinds);
  }

  private void apply(
      List<AdminObject> objects, Optional<AdminCommand.Prune> prune, boolean mayBeLookedAtOnly) {
    ask(
        new AdminCommand.Apply(
            objects,
            typed(FLEETS.getFirst()),
            mayBeLookedAtOnly && chance.isWithin(0.3),
            prune,
            Map.of(),
            chance.isWithin(0.5)));
  }

  private AdminObject object() {
    return switch (chance.below(10)) {
      case 0 ->
          new AdminObject.Fleet(
              fleet(),
              "Benches",
              labels(),
              chance.isWithin(0.1),
              parameters(),
              times(),
              chance.isWithin(0.3) ? Optional.of(limit()) : Optional.empty());
      case 1, 2, 3 ->
          new AdminObject.Site(
              site(),
              fleet(),
              "",
              labels(),
              "Europe/Berlin",
              "",
              "",
              parameters(),
              times(),
              chance.isWithin(0.3) ? Optional.of(limit()) : Optional.empty());
      case 4, 5 -> new AdminObject.Slot(slot(), "Place", labels(), parameters());
      case 6, 7 -> applicationObject();
      default ->
          new AdminObject.Rollout(
              new Name("bench-" + chance.below(3)),
              release(application()),
              scope(),
              plan(),
              chance.isWithin(0.3) ? Optional.of(6 * VirtualTime.HOUR) : Optional.empty());
    };
  }

  private AdminObject applicationObject() {
    Name application = application();
    List<SyncPolicy> policies = new ArrayList<>();
    if (chance.isWithin(0.4)) {
      Patch patch =
          chance.oneOf(
              List.of(
                  new Patch(Patch.Op.ADD, "threads", "3"),
                  new Patch(Patch.Op.REPLACE, "threads", "${site.labels.threads}"),
                  new Patch(Patch.Op.REMOVE, "threads", null)));
      Selector some =
          new Selector(
              chance.isWithin(0.5)
                  ? ModelOwner.PILOT
                  : Map.of(PlaceFacts.SITE_LABEL, site().text()),
              List.of());
      policies.add(
          new SyncPolicy(
              chance.isWithin(0.5) ? Selector.ALL : some,
              List.of(new SyncPolicy.Override(some, List.of(patch)))));
    }
    return new AdminObject.Application(
        application,
        fleet(),
        chance.isWithin(0.5) ? Optional.of(release(application)) : Optional.empty(),
        "",
        labels(),
        chance.isWithin(0.4) ? Map.of("threads", Integer.toString(chance.below(10))) : Map.of(),
        policies);
  }

  private SiteTimes times() {
    if (chance.isWithin(0.6)) {
      return SiteTimes.ANY;
    }
    List<Weekly> some =
        List.of(Weekly.parse(chance.oneOf(List.of("20:00-06:00", "Mon-Fri 09:00-17:00"))));
    return new SiteTimes(
        chance.isWithin(0.3) ? some : List.of(),
        chance.isWithin(0.5) ? some : List.of(),
        chance.isWithin(0.2) ? some : List.of(),
        List.of());
  }

  private static LineRules limit() {
    return new LineRules(
        List.of(new LineRules.Limit(Weekly.parse("08:00-20:00"), new BitRate(500_000))));
  }

  // ---- releases

  private AdminCommand assign() {
    Name fleet = fleet();
    int draw = chance.below(4);
    return new AdminCommand.Assign(
        release(application()),
        fleet,
        draw == 1 ? Optional.of(site()) : Optional.empty(),
        draw == 2 || chance.isWithin(0.05) ? Optional.of(slot()) : Optional.empty(),
        typed(fleet));
  }

  private AdminCommand unassign() {
    Name fleet = fleet();
    int draw = chance.below(3);
    return new AdminCommand.Unassign(
        application(),
        fleet,
        draw == 1 ? Optional.of(site()) : Optional.empty(),
        draw == 2 ? Optional.of(slot()) : Optional.empty(),
        typed(fleet));
  }

  private Scope scope() {
    Set<Name> sites = new HashSet<>();
    if (chance.isWithin(0.3)) {
      sites.add(site());
      sites.add(site());
    }
    return new Scope(fleet(), sites, chance.isWithin(0.1) ? ModelOwner.PILOT : Map.of());
  }

  private RolloutPlan plan() {
    List<Wave> waves = new ArrayList<>();
    int count = chance.below(4);
    for (int wave = 0; wave < count; wave++) {
      waves.add(new Wave("wave-" + wave, pick(), gate()));
    }
    waves.add(new Wave("rest", new Pick.Rest(), gate()));
    return new RolloutPlan(
        waves,
        new Budgets(chance.below(3), chance.below(4), chance.below(3)),
        new AbortRule(
            chance.isWithin(0.7) ? 0 : 1 + chance.below(3),
            chance.isWithin(0.7) ? 0 : (int) chance.between(20, 100),
            chance.isWithin(0.4)),
        chance.between(VirtualTime.MINUTE, 2 * VirtualTime.HOUR),
        deadline());
  }

  private @Nullable Long deadline() {
    return chance.isWithin(0.15)
        ? Long.valueOf(
            world.hub().now() + chance.between(-VirtualTime.MINUTE, 5 * VirtualTime.HOUR))
        : null;
  }

  private Pick pick() {
    return switch (chance.below(5)) {
      case 0, 1 -> new Pick.Count(chance.below(4));
      case 2 -> new Pick.Percent(chance.below(60));
      case 3 -> new Pick.Labelled(ModelOwner.PILOT);
      default -> new Pick.Listed(Set.of(slot()));
    };
  }

  private Gate gate() {
    return new Gate(
        chance.isWithin(0.5) ? 0 : (int) chance.between(30, 100),
        chance.isWithin(0.6) ? 0 : chance.between(VirtualTime.MINUTE, VirtualTime.HOUR),
        chance.isWithin(0.2));
  }

  private void rollout() {
    Scope scope = scope();
    world
        .operators()
        .ask(
            new AdminCommand.CreateRollout(
                release(application()), scope, plan(), typed(scope.fleet())),
            answer -> {
              if (answer instanceof AdminAnswer.RolloutMade(var id)) {
                rollouts.add(id);
              }
            });
  }

  private void steer() {
    if (rollouts.isEmpty()) {
      rollout();
      return;
    }
    RolloutId id = rollouts.get(Math.max(0, rollouts.size() - 1 - chance.below(4)));
    Action action =
        chance.isWithin(0.4)
            ? chance.oneOf(List.of(Action.APPROVE, Action.RETRY))
            : chance.oneOf(List.of(Action.values()));
    Optional<String> wave =
        chance.isWithin(0.3)
            ? Optional.of(chance.isWithin(0.2) ? "none" : "wave-" + chance.below(3))
            : Optional.empty();
    ask(
        new AdminCommand.SteerRollout(
            id, action, "a test", chance.isWithin(0.3), wave, typed(FLEETS.getFirst())));
  }

  // ---- devices

  /// A device more, or one that is let in for another.
  private void enrol() {
    Name fleet = FLEETS.getFirst();
    int draw = chance.below(3);
    RequestedKey key = key(chance);
    JoinToken drawn = OddRequests.token(world, chance);
    AdminCommand token =
        chance.isWithin(0.2)
            ? new AdminCommand.ReplaceDevice(slot(), Duration.ofHours(1), drawn, typed(fleet))
            : new AdminCommand.CreateToken(
                fleet,
                draw == 1 ? Optional.of(site()) : Optional.empty(),
                draw == 2 ? Optional.of(slot()) : Optional.empty(),
                1,
                Duration.ofHours(1),
                drawn,
                typed(fleet));
    world
        .operators()
        .ask(
            token,
            answer -> {
              if (answer instanceof AdminAnswer.TokenMade(var made)) {
                DeviceId id = DeviceId.ofKey(key.spkiDer());
                BenchDevice device = new BenchDevice(world, id);
                if (devices.size() < DEVICES_MAX) {
                  devices.put(id, device);
                }
                world.mayActAsTwo(id);
                HubEvent asks =
                    new HubEvent.EnrolAsked(
                        request(device), made, key, Map.of("host", "bench"), REMOTE);
                world.hub().offer(asks);
              }
            });
  }

  static RequestedKey key(Chance chance) {
    String request = Certificates.request(chance.bytes(KEY_BYTES));
    if (Certificates.check(request) instanceof CsrCheck.Outcome.Good(var key)) {
      return key;
    }
    throw new IllegalStateException("not a request: " + request);
  }

  private @Nullable DeviceId device() {
    return devices.isEmpty() ? null : chance.oneOf(List.copyOf(devices.keySet()));
  }

  /// Why devices are as they are, and what a rollout would come to.
  private void look() {
    for (int i = 0; i < LOOKED_AT_MAX; i++) {
      DeviceId id = device();
      if (id != null) {
        world.looksAt(id);
      }
    }
    List<Releases.Release> known = world.releases().of(application());
    if (!known.isEmpty()) {
      world.previews(chance.oneOf(known), scope(), plan());
    }
  }

  private AdminCommand other() {
    DeviceId known = device();
    DeviceId id = known == null ? DeviceId.ofKey(chance.bytes(KEY_BYTES)) : known;
    Optional<String> typed = typed(FLEETS.getFirst());
    return switch (chance.below(10)) {
      case 8 -> misfit();
      case 0 -> new AdminCommand.RevokeDevice(id, "a test", typed);
      case 1, 2 ->
          new AdminCommand.ApproveDevice(
              id, chance.isWithin(0.7) ? Optional.of(slot()) : Optional.empty(), "a test", typed);
      case 3 -> new AdminCommand.AskDevice(id, "logs", Map.of());
      case 4 -> new AdminCommand.LiftWindows(slot(), Duration.ofHours(1), "a test", typed);
      case 5 -> new AdminCommand.PauseTransfers(place(), "a test", typed);
      case 6 -> new AdminCommand.ResumeTransfers(place(), "", typed);
      case 7 -> new AdminCommand.RevokeToken("0000000000000000");
      default ->
          new AdminCommand.MakeKit(
              HexFormat.of().toHexDigits(chance.next()),
              site(),
              chance.isWithin(0.5) ? List.of() : List.of(slot()),
              chance.isWithin(0.5));
    };
  }

  /// For one fleet only, another machine, or agents of another time.
  private AdminCommand misfit() {
    List<Releases.Release> known = world.releases().of(application());
    return known.isEmpty()
        ? new AdminCommand.RevokeToken("0000000000000001")
        : new AdminCommand.PushRelease(
            world.releases().misfit(known.getFirst().manifest(), chance));
  }

  private TransferPause.Place place() {
    return chance.isWithin(0.5) ? TransferPause.Place.of(slot()) : TransferPause.Place.of(site());
  }
}
