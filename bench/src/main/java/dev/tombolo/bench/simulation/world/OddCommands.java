package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.Selector.Expression;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What people type besides their business: mistakes, things that are done already, looks before a
/// leap, long lists, and a protected fleet without a shop. None of it may change what shops do.
final class OddCommands {
  private static final double GAP_MILLIS = 2.0 * VirtualTime.DAY;

  /// More than the hub takes in one step.
  private static final int LONG_LIST_MAX = 170;

  private static final Name LABORATORY = new Name("laboratory");
  private static final Name NOWHERE = new Name("nowhere");
  private static final Name PEOPLE = Releases.APPLICATIONS.getFirst();

  private final World world;
  private final Chance chance;
  private final List<JoinToken> made = new ArrayList<>();

  OddCommands(World world) {
    this.world = world;
    this.chance = world.chance("odd commands");
  }

  void begin() {
    world.scheduler().in(world.gap(chance, GAP_MILLIS / 2), this::next);
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    switch (chance.below(8)) {
      case 0 -> ask(token());
      case 1 -> ask(apply(List.of(object())));
      case 2 -> ask(aboutReleases());
      case 3 -> ask(aboutDevices());
      case 4 -> ask(aboutPeople());
      case 5 -> laboratory();
      case 6 -> longList();
      default -> {
        ask(apply(List.of(object(), object())));
        ask(aboutReleases());
        world.kits().make();
      }
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void ask(AdminCommand command) {
    world.operators().ask(command, answer -> {});
  }

  // ---- tokens

  private AdminCommand token() {
    JoinToken drawn =
        made.isEmpty() || chance.isWithin(0.8) ? drawn(chance.isWithin(0.8)) : made.getFirst();
    made.add(drawn);
    return switch (chance.below(10)) {
      case 0 -> create(NOWHERE, Optional.empty(), Optional.empty(), 1, 1, drawn);
      case 1 -> create(World.FLEET, Optional.of(NOWHERE), Optional.empty(), 1, 1, drawn);
      case 2 -> create(World.FLEET, Optional.empty(), Optional.of(slot()), 2, 1, drawn);
      case 3 -> create(World.FLEET, Optional.empty(), Optional.empty(), 0, 1, drawn);
      case 4 -> create(World.FLEET, Optional.empty(), Optional.empty(), 501, 1, drawn);
      case 5 -> create(World.FLEET, Optional.empty(), Optional.empty(), 3, 24 * 8, drawn);
      case 6 -> create(World.FLEET, Optional.empty(), Optional.of(slot()), 1, 24 * 91, drawn);
      case 7 -> new AdminCommand.RevokeToken(chance.oneOf(made).id());
      case 8 -> new AdminCommand.RevokeToken("0000000000000000");
      default ->
          new AdminCommand.ReplaceDevice(slot(), Duration.ofHours(1), drawn, Optional.empty());
    };
  }

  private static AdminCommand create(
      Name fleet,
      Optional<Name> site,
      Optional<SlotRef> slot,
      int uses,
      int hours,
      JoinToken drawn) {
    return new AdminCommand.CreateToken(
        fleet, site, slot, uses, Duration.ofHours(hours), drawn, Optional.empty());
  }

  private JoinToken drawn(boolean isPinned) {
    return new JoinToken(
        HexFormat.of().toHexDigits(chance.next()),
        new TokenSecret(chance.bytes(TokenSecret.BYTES)),
        Digest.ofText("root key"),
        isPinned ? world.keys().publisherPin() : Digest.ofText("another pin"),
        0,
        List.of("hub:8443"));
  }

  private SlotRef slot() {
    SlotRef held = world.slotOf(chance.oneOf(world.devices()));
    return held == null || chance.isWithin(0.3)
        ? new SlotRef(site(), new Name("counter-" + chance.below(12)))
        : held;
  }

  private Name site() {
    return world.siteName(chance.below(world.plan().sites()));
  }

  // ---- objects

  private AdminCommand apply(List<AdminObject> objects) {
    return new AdminCommand.Apply(objects, Optional.empty(), chance.isWithin(0.3));
  }

  private AdminObject object() {
    return switch (chance.below(17)) {
      case 15, 16 -> withPolicies();
      case 0 -> site(site(), World.FLEET, "Mars/Olympus", "", Map.of(), Map.of());
      case 1 -> site(site(), NOWHERE, "Europe/Berlin", "", Map.of(), Map.of());
      case 2 -> site(site(), LABORATORY, "Europe/Berlin", "", Map.of(), Map.of());
      case 3 -> site(site(), World.FLEET, "Europe/Berlin", "x".repeat(300), Map.of(), Map.of());
      case 4 -> site(site(), World.FLEET, "Europe/Berlin", "", labels(33, 3), Map.of());
      case 5 -> site(site(), World.FLEET, "Europe/Berlin", "", labels(2, 300), Map.of());
      case 6 -> site(site(), World.FLEET, "Europe/Berlin", "", Map.of(), threads("many"));
      case 7 -> site(site(), World.FLEET, "Europe/Berlin", "", Map.of(), threads("1\n2"));
      case 8 ->
          site(
              site(),
              World.FLEET,
              "Europe/Berlin",
              "",
              Map.of(),
              Map.of(PEOPLE, Map.of("threads", "1", "x".repeat(70), "1")));
      case 9 ->
          site(
              site(),
              World.FLEET,
              "Europe/Berlin",
              "",
              Map.of(),
              Map.of(PEOPLE, Map.of("text", "x".repeat(200_000))));
      case 10 -> new AdminObject.Slot(new SlotRef(NOWHERE, PEOPLE), "", Map.of(), Map.of());
      case 11 -> new AdminObject.Slot(slot(), "Counter", labels(2, 5), threads("99"));
      case 12 ->
          new AdminObject.Application(
              PEOPLE,
              World.FLEET,
              Optional.of(new ReleaseRef(new Name("till"), "1.0")),
              "",
              Map.of(),
              Map.of());
      case 13 ->
          new AdminObject.Application(
              PEOPLE, NOWHERE, Optional.empty(), "", Map.of(), Map.of("threads", "3"));
      default ->
          new AdminObject.Application(
              PEOPLE, World.FLEET, Optional.empty(), "", labels(1, 4), Map.of("threads", "77"));
    };
  }

  /// Some sites are different, by all that labels and templates can say.
  private AdminObject withPolicies() {
    List<SyncPolicy.Override> overrides = new ArrayList<>();
    for (int i = chance.below(3); i >= 0; i--) {
      overrides.add(new SyncPolicy.Override(selector(), patches()));
    }
    return new AdminObject.Application(
        PEOPLE,
        World.FLEET,
        Optional.empty(),
        "",
        Map.of(),
        chance.isWithin(0.3) ? Map.of("threads", value()) : Map.of(),
        List.of(new SyncPolicy(Selector.ALL, overrides)));
  }

  private Selector selector() {
    List<String> sites = List.of(site().text(), site().text());
    String site = PlaceFacts.SITE_LABEL;
    return switch (chance.below(6)) {
      case 0 -> Selector.ALL;
      case 1 -> new Selector(Map.of("region", "north"), List.of());
      case 2 -> only(new Expression(site, Selector.Operator.IN, sites));
      case 3 -> only(new Expression(site, Selector.Operator.NOT_IN, sites));
      case 4 -> only(new Expression("region", Selector.Operator.EXISTS, List.of()));
      default -> only(new Expression("region", Selector.Operator.DOES_NOT_EXIST, List.of()));
    };
  }

  private static Selector only(Expression expression) {
    return new Selector(Map.of(), List.of(expression));
  }

  private List<Patch> patches() {
    return switch (chance.below(8)) {
      case 0 -> List.of(new Patch(Patch.Op.REMOVE, "threads", null));
      case 1 ->
          List.of(
              new Patch(Patch.Op.TEST, "threads", value()),
              new Patch(Patch.Op.REPLACE, "threads", value()));
      case 2 -> List.of(new Patch(Patch.Op.REPLACE, "threads", value()));
      case 3 ->
          List.of(
              new Patch(Patch.Op.ADD, "threads", value()),
              new Patch(Patch.Op.REMOVE, "none", null));
      case 4 ->
          List.of(
              new Patch(Patch.Op.ADD, "spare", value()),
              new Patch(Patch.Op.MOVE, "threads", null, "spare"));
      case 5 ->
          List.of(
              new Patch(Patch.Op.COPY, "spare", null, "threads"),
              new Patch(Patch.Op.COPY, "threads", null, "threads"),
              new Patch(Patch.Op.MOVE, "threads", null, "spare"));
      case 6 ->
          List.of(
              new Patch(Patch.Op.TEST, "threads", "3.0"),
              new Patch(Patch.Op.COPY, "threads", null, "threads"));
      default -> List.of(new Patch(Patch.Op.ADD, "threads", value()));
    };
  }

  private String value() {
    return switch (chance.below(12)) {
      case 0 -> "${site.labels.threads}";
      case 1 -> "${device.labels.threads}";
      case 2 -> "${slot.labels.label-1}";
      case 3 -> "${fleet.name}-${site.name}-${slot.name}-${device.name}";
      case 4 -> "$${threads}";
      case 5 -> "${threads";
      case 6 -> "${site.owner}";
      default -> Integer.toString(1 + chance.below(8));
    };
  }

  private static AdminObject.Site site(
      Name name,
      Name fleet,
      String zone,
      String contact,
      Map<String, String> labels,
      Map<Name, Map<String, String>> parameters) {
    return new AdminObject.Site(name, fleet, "", labels, zone, "", contact, parameters);
  }

  private static Map<String, String> labels(int count, int length) {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < count; i++) {
      labels.put("label-" + i, "x".repeat(length));
    }
    return labels;
  }

  private static Map<Name, Map<String, String>> threads(String value) {
    return Map.of(PEOPLE, Map.of("threads", value));
  }

  /// A fleet whose changes need its typed name; it has a site, and no device.
  private void laboratory() {
    Optional<String> typed =
        switch (chance.below(3)) {
          case 0 -> Optional.empty();
          case 1 -> Optional.of("labratory");
          default -> Optional.of("laboratory");
        };
    Name bench = new Name("bench");
    ask(
        new AdminCommand.Apply(
            List.of(
                new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of()),
                site(bench, LABORATORY, "Europe/Berlin", "", Map.of(), Map.of())),
            typed,
            chance.isWithin(0.2)));
    ask(prune(typed));
    ask(
        new AdminCommand.CreateToken(
            LABORATORY,
            Optional.of(bench),
            Optional.empty(),
            1,
            Duration.ofHours(1),
            drawn(true),
            typed));
    ask(
        new AdminCommand.Assign(
            new ReleaseRef(PEOPLE, "1.0"), LABORATORY, Optional.empty(), Optional.empty(), typed));
    ask(new AdminCommand.Unassign(PEOPLE, LABORATORY, Optional.empty(), Optional.empty(), typed));
  }

  /// A list that leaves out some of what is there. What the shops' own fleet would lose is only
  /// looked at.
  private AdminCommand prune(Optional<String> typed) {
    Name bench = new Name("bench");
    SlotRef shelf = new SlotRef(bench, new Name("shelf-" + chance.below(3)));
    List<AdminObject> listed = new ArrayList<>();
    if (chance.isWithin(0.7)) {
      listed.add(new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of()));
    }
    if (chance.isWithin(0.5)) {
      listed.add(site(bench, LABORATORY, "Europe/Berlin", "", Map.of(), Map.of()));
    }
    if (chance.isWithin(0.5)) {
      listed.add(new AdminObject.Slot(shelf, "Shelf", Map.of(), Map.of()));
    }
    if (chance.isWithin(0.5)) {
      listed.add(
          new AdminObject.Application(
              PEOPLE, LABORATORY, Optional.empty(), "", Map.of(), Map.of()));
    }
    Set<AdminCommand.Prune.Kind> kinds = EnumSet.noneOf(AdminCommand.Prune.Kind.class);
    for (AdminCommand.Prune.Kind kind : AdminCommand.Prune.Kind.values()) {
      if (chance.isWithin(0.6)) {
        kinds.add(kind);
      }
    }
    boolean isOfShops = chance.isWithin(0.3);
    return new AdminCommand.Apply(
        listed,
        typed,
        isOfShops || chance.isWithin(0.2),
        Optional.of(
            new AdminCommand.Prune(
                isOfShops ? Set.of(World.FLEET, LABORATORY) : Set.of(LABORATORY), kinds)),
        Map.of(),
        chance.isWithin(0.3));
  }

  /// One change in many steps; what is asked meanwhile waits for its end.
  private void longList() {
    List<AdminObject> objects = new ArrayList<>();
    Name site = site();
    int count = 40 + chance.below(LONG_LIST_MAX - 40);
    for (int i = 0; i < count; i++) {
      objects.add(
          new AdminObject.Slot(
              new SlotRef(site, new Name("shelf-" + i)),
              "Shelf " + chance.below(3),
              Map.of(),
              Map.of()));
    }
    if (chance.isWithin(0.3)) {
      objects.add(object());
    }
    ask(apply(objects));
    world.scheduler().in(chance.between(1, 4), () -> ask(token()));
    world.scheduler().in(chance.between(1, 4), () -> ask(apply(List.of(object()))));
    if (chance.isWithin(0.3)) {
      world.scheduler().in(chance.between(1, 12), () -> world.hub().disk().failAfterCommit());
    }
  }

  // ---- releases

  private AdminCommand aboutReleases() {
    ReleaseRef unknown = new ReleaseRef(PEOPLE, "99.0");
    ReleaseRef first = new ReleaseRef(PEOPLE, "1.0");
    return switch (chance.below(9)) {
      case 0 -> assign(unknown, World.FLEET, Optional.empty(), Optional.empty());
      case 1 -> assign(first, NOWHERE, Optional.empty(), Optional.empty());
      case 2 -> assign(first, World.FLEET, Optional.of(NOWHERE), Optional.empty());
      case 3 ->
          assign(first, World.FLEET, Optional.empty(), Optional.of(new SlotRef(site(), NOWHERE)));
      case 4 ->
          new AdminCommand.Unassign(
              NOWHERE, World.FLEET, Optional.empty(), Optional.empty(), Optional.empty());
      case 5 ->
          new AdminCommand.PushRelease(
              world.strangersEnvelope(ReleaseManifest.PAYLOAD_TYPE, "{\"name\":\"people\"}"));
      case 6 -> new AdminCommand.TrustPublisher(world.strangersEnvelope("text/plain", "{}"));
      case 7 -> new AdminCommand.TrustPublisher(world.keys().publishers().getFirst().root());
      default -> {
        List<Releases.Release> known = world.releases().of(PEOPLE);
        yield known.isEmpty()
            ? assign(unknown, World.FLEET, Optional.empty(), Optional.empty())
            : new AdminCommand.PushRelease(known.getFirst().envelope());
      }
    };
  }

  private static AdminCommand assign(
      ReleaseRef release, Name fleet, Optional<Name> site, Optional<SlotRef> slot) {
    return new AdminCommand.Assign(release, fleet, site, slot, Optional.empty());
  }

  // ---- devices and people

  private AdminCommand aboutDevices() {
    DeviceId unknown = DeviceId.ofKey(chance.bytes(91));
    Device device = chance.oneOf(world.devices());
    DeviceId id = device.hasJoined() ? device.id() : unknown;
    return switch (chance.below(10)) {
      case 6 -> lift(slot(), Duration.ofMinutes(-5 + chance.below(10)));
      case 7 -> lift(new SlotRef(NOWHERE, PEOPLE), Duration.ofHours(1));
      case 8 -> lift(slot(), Duration.ofDays(400));
      case 9 -> kit();
      case 0 -> new AdminCommand.RevokeDevice(unknown, "lost", Optional.empty());
      case 1 -> new AdminCommand.ApproveDevice(unknown, Optional.empty(), "back", Optional.empty());
      case 2 ->
          new AdminCommand.ApproveDevice(
              id, Optional.of(new SlotRef(NOWHERE, PEOPLE)), "back", Optional.empty());
      case 3 -> new AdminCommand.AskDevice(unknown, "why", Map.of());
      case 4 -> new AdminCommand.AskDevice(id, "logs", Map.of("application", PEOPLE.text()));
      default -> new AdminCommand.FinishBackup("no-such-backup", Digest.ofText("none"), 1);
    };
  }

  private static AdminCommand lift(SlotRef slot, Duration life) {
    return new AdminCommand.LiftWindows(slot, life, "", Optional.empty());
  }

  private AdminCommand kit() {
    Name site = chance.isWithin(0.3) ? NOWHERE : site();
    List<SlotRef> slots =
        switch (chance.below(3)) {
          case 0 -> List.of();
          case 1 -> List.of(slot());
          default -> List.of(new SlotRef(site, NOWHERE));
        };
    return new AdminCommand.MakeKit(
        HexFormat.of().toHexDigits(chance.next()), site, slots, chance.isWithin(0.5));
  }

  private AdminCommand aboutPeople() {
    Name carla = new Name("carla");
    return switch (chance.below(3)) {
      case 0 -> new AdminCommand.CreateUser(carla, Digest.ofText("token of carla"));
      case 1 -> new AdminCommand.RevokeUser(carla);
      default -> new AdminCommand.RevokeUser(NOWHERE);
    };
  }
}
