package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.Prune;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Overrides, templates, pruning and what a change reaches, through the hub's loop.
class LayersTest {
  private static final Name APP = new Name("people");
  private static final SlotRef OTHER = SlotRef.parse("store-118/counter-1");

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  LayersTest() {
    scene.apply(
        site("store-117", Map.of("size", "small")),
        site("store-118", Map.of("size", "large")),
        Scene.slot(OTHER));
    scene.assign(APP.text(), "1.0");
  }

  @Test
  void anOverrideReachesOnlyTheDevicesWhoseLabelsFit() {
    Scene.one(
        HubEffect.AdminAnswered.class,
        scene.tell(
            new HubEvent.AdminAsked(
                1, Scene.ALICE, apply(List.of(application(threads("small", "2"))), false))));

    assertThat(value(Scene.SLOT, "threads")).isEqualTo("2");
    assertThat(value(OTHER, "threads")).isNull();
  }

  @Test
  void whatAConnectedDeviceIsSentFollowsTheOverride() {
    EnrolResponse counter = scene.joined("counter");
    scene.connected(counter, scene.birth("boot-1", 1));
    long before = Scene.found(store.load().documents.get(counter.device())).revision();

    done(apply(List.of(application(threads("large", "2"))), false));
    assertThat(Scene.found(store.load().documents.get(counter.device())).revision())
        .isEqualTo(before);

    done(apply(List.of(application(threads("small", "2"))), false));
    assertThat(Scene.found(store.load().documents.get(counter.device())).revision())
        .isEqualTo(before + 1);
  }

  @Test
  void aTemplateWhoseLabelADeviceLacksIsRefusedWithTheDevice() {
    AdminAnswer answer =
        scene.apply(Scene.fleet(Map.of(APP, Map.of("quote", "${device.labels.till}"))));

    assertThat(answer)
        .isEqualTo(
            new AdminAnswer.Refused(
                new Reason.InputInvalid(
                    "fleet production parameters.people.quote",
                    "${device.labels.till}",
                    "there is no such label there; set it, or give those another value"
                        + " (on 2 slots: store-117/counter-1, store-118/counter-1)")));
    assertThat(Scene.found(store.load().fleets.get(Scene.FLEET)).generation()).isEqualTo(1);
  }

  @Test
  void whatDidNotWorkBeforeIsAWarningAndStopsNobody() {
    done(apply(List.of(Scene.fleet(Map.of(APP, Map.of("quote", "${site.labels.size}")))), false));
    Name late = new Name("store-119");
    Reason refused =
        refusal(
            apply(List.of(site(late.text(), Map.of()), Scene.slot(new SlotRef(late, APP))), false));
    assertThat(refused).isInstanceOf(Reason.InputInvalid.class);

    // A site without devices may lack the label, and then a device joins there.
    done(apply(List.of(site(late.text(), Map.of())), false));
    scene.enrol(scene.token(Optional.of(late), Optional.empty(), 1), "newcomer");

    assertThat(done(apply(List.of(site("store-118", Map.of("size", "huge"))), false)).warnings())
        .isEmpty();
    assertThat(done(apply(List.of(application(threads("small", "2"))), false)).warnings())
        .containsExactly(
            "fleet production parameters.people.quote: '${site.labels.size}': there is no such"
                + " label there; set it, or give those another value"
                + " (on 1 slot: store-119/device-1)");
  }

  @Test
  void anUnknownVariableIsRefused() {
    assertThat(scene.apply(Scene.fleet(Map.of(APP, Map.of("quote", "${site.nmae}")))))
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .isInstanceOfSatisfying(
                        Reason.InputInvalid.class,
                        invalid -> assertThat(invalid.value()).isEqualTo("${site.nmae")));
  }

  @Test
  void aPatchWithNothingToReplaceIsRefusedWithItsPlace() {
    SyncPolicy policy =
        new SyncPolicy(
            Selector.ALL,
            List.of(
                new SyncPolicy.Override(
                    labels("size", "large"),
                    List.of(new Patch(Patch.Op.REPLACE, "threads", "2")))));

    assertThat(refusal(apply(List.of(application(policy)), false)))
        .isEqualTo(
            new Reason.InputInvalid(
                "application production/people spec.syncPolicies[0].overrides[0].patches[0]",
                "/parameters/threads",
                "no layer gives it a value there; use 'add' to give it one"
                    + " (on 1 slot: store-118/counter-1)"));
  }

  @Test
  void aReleaseDoesNotTakeWhatAPatchBrings() {
    SyncPolicy policy =
        new SyncPolicy(
            Selector.ALL,
            List.of(
                new SyncPolicy.Override(
                    Selector.ALL, List.of(new Patch(Patch.Op.ADD, "thraeds", "2")))));

    assertThat(refusal(apply(List.of(application(policy)), false)))
        .isInstanceOfSatisfying(
            Reason.InputInvalid.class,
            invalid -> {
              assertThat(invalid.field())
                  .isEqualTo(
                      "application production/people spec.syncPolicies[0].overrides[0].patches[0]"
                          + " parameters.people.thraeds");
              assertThat(invalid.fix()).contains("did you mean 'threads'?").contains("on 2 slots");
            });
  }

  @Test
  void aDryRunTellsFieldsAndDevicesAndChangesNothing() {
    scene.joined("counter");
    int before = store.committed().size();

    Applied applied =
        done(
            apply(List.of(Scene.fleet(Map.of(APP, Map.of("level", "7", "api-token", "s")))), true));

    assertThat(store.committed()).hasSize(before);
    assertThat(applied.objects())
        .containsExactly(
            new Applied.ObjectChange(
                "fleet production",
                Applied.Action.CHANGED,
                2,
                List.of(
                    new Applied.FieldChange("parameters.people.api-token", null, "***"),
                    new Applied.FieldChange("parameters.people.level", null, "7"))));
    assertThat(applied.reach())
        .isEqualTo(
            new Applied.Reach(
                1,
                1,
                List.of(
                    new Applied.SettingReach(
                        APP, "parameters.api-token", 1, List.of("store-117/counter-1")),
                    new Applied.SettingReach(
                        APP, "parameters.level", 1, List.of("store-117/counter-1")))));
  }

  @Test
  void aValueKeepsWhoGaveItWhenAnotherOneChanges() {
    done(
        new AdminCommand.Apply(
            List.of(Scene.fleet(Map.of(APP, Map.of("level", "7")))),
            Optional.empty(),
            false,
            Optional.empty(),
            Map.of(
                "fleet production",
                new AdminCommand.Sources("fleet.yaml", Map.of("people/level", 12))),
            true));
    long first = scene.now;
    scene.now += 1_000;
    scene.tell(
        new HubEvent.AdminAsked(
            scene.number(),
            new Principal("user:bob"),
            apply(List.of(Scene.fleet(Map.of(APP, Map.of("level", "7", "quote", "q")))), false)));

    assertThat(link(Scene.SLOT, "level").given())
        .isEqualTo(new dev.tombolo.hub.desired.Given("user:alice", first, "fleet.yaml:12"));
    assertThat(link(Scene.SLOT, "quote").given().by()).isEqualTo("user:bob");
  }

  @Test
  void pruningRemovesWhatTheListLeavesOut() {
    scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, "1.0"),
            Scene.FLEET,
            Optional.of(OTHER.site()),
            Optional.of(OTHER),
            Optional.empty()));
    List<AdminObject> kept =
        List.of(site("store-117", Map.of("size", "small")), Scene.slot(Scene.SLOT));

    Applied dry = done(prune(kept, true));
    assertThat(store.load().sites).hasSize(2);
    Applied applied = done(prune(kept, false));

    assertThat(applied.objects())
        .extracting(Applied.ObjectChange::line)
        .containsExactly(
            "site store-117 unchanged",
            "slot store-117/counter-1 unchanged",
            "slot store-118/counter-1 removed",
            "site store-118 removed");
    assertThat(dry.objects()).isEqualTo(applied.objects());
    HubState state = store.load();
    assertThat(state.sites.keySet()).containsExactly(Scene.SITE);
    assertThat(state.slots.keySet()).containsExactly(Scene.SLOT);
    assertThat(state.assignments).hasSize(1);
  }

  @Test
  void aSlotWithALiveDeviceIsNotPruned() {
    scene.joined("counter");

    assertThat(refusal(prune(List.of(site("store-117", Map.of("size", "small"))), false)))
        .isInstanceOfSatisfying(
            Reason.Conflict.class,
            conflict -> {
              assertThat(conflict.what()).isEqualTo("slot store-117/counter-1");
              assertThat(conflict.detail()).contains("tombolo revoke store-117/counter-1");
            });
    assertThat(store.load().slots).hasSize(2);
  }

  @Test
  void nobodyMovesIntoASlotThatMayBePruned() {
    HubEvent.EnrolAsked late = scene.enrolAsked(scene.siteToken(1), "late");

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.AdminAsked(scene.number(), Scene.ALICE, prune(List.of(), false)), late);

    assertThat(Scene.one(HubEffect.RequestRefused.class, effects))
        .isEqualTo(new HubEffect.RequestRefused(late.request(), HubTurn.TRY_LATER));
    assertThat(store.load().slots).isEmpty();
    assertThat(store.load().devices).isEmpty();
  }

  @Test
  void aFleetWithSitesIsNotPruned() {
    AdminCommand.Apply command =
        new AdminCommand.Apply(
            List.of(),
            Optional.empty(),
            false,
            Optional.of(new Prune(Set.of(Scene.FLEET), Set.of(Prune.Kind.FLEET))),
            Map.of(),
            true);

    assertThat(refusal(command))
        .isInstanceOfSatisfying(
            Reason.Conflict.class,
            conflict -> assertThat(conflict.detail()).contains("it has site store-117"));
  }

  @Test
  void everythingOfAFleetCanBePruned() {
    scene.apply(application(threads("small", "2")));
    AdminCommand.Apply command =
        new AdminCommand.Apply(
            List.of(),
            Optional.empty(),
            false,
            Optional.of(new Prune(Set.of(Scene.FLEET), Set.of(Prune.Kind.values()))),
            Map.of(),
            true);

    done(command);

    HubState state = store.load();
    assertThat(state.fleets).isEmpty();
    assertThat(state.sites).isEmpty();
    assertThat(state.slots).isEmpty();
    assertThat(state.assignments).isEmpty();
    assertThat(state.applications.getOrDefault(Scene.FLEET, new java.util.TreeMap<>())).isEmpty();
  }

  @Test
  void aProtectedFleetIsPrunedOnlyWithItsNameTyped() {
    scene.apply(Scene.fleet(true));
    AdminCommand.Apply dry = prune(List.of(), true);

    assertThat(done(dry).warnings())
        .containsExactly("fleet production is protected: whoever applies this types its name");
    assertThat(refusal(prune(List.of(), false))).isEqualTo(new Reason.ProtectedFleet("production"));
  }

  @Test
  void anApplicationThatIsPrunedIsTakenOffItsDevices() {
    scene.apply(
        new AdminObject.Application(
            APP,
            Scene.FLEET,
            Optional.of(new ReleaseRef(APP, "1.0")),
            "",
            Map.of(),
            Map.of("threads", "1")));
    EnrolResponse counter = scene.joined("counter");
    scene.connected(counter, scene.birth("boot-1", 1));
    assertThat(Scene.found(store.load().documents.get(counter.device())).releases()).hasSize(1);

    done(
        new AdminCommand.Apply(
            List.of(),
            Optional.empty(),
            false,
            Optional.of(new Prune(Set.of(Scene.FLEET), Set.of(Prune.Kind.APPLICATION))),
            Map.of(),
            true));

    assertThat(Scene.found(store.load().documents.get(counter.device())).releases()).isEmpty();
  }

  @Test
  void noStepLooksAtMoreThanASliceOfSlots() {
    List<AdminObject> slots = new ArrayList<>();
    for (int i = 0; i < 950; i++) {
      slots.add(Scene.slot(new SlotRef(Scene.SITE, new Name("till-" + i))));
    }
    scene.apply(slots.toArray(new AdminObject[0]));
    HubState state = store.load();
    HubCore core =
        new HubCore(
            new HubSettings(List.of(), "", "", "", Scene.PLENTY, Scene.PLENTY, TrustSettings.USUAL),
            state);
    HubEvent next =
        new HubEvent.AdminAsked(
            7, Scene.ALICE, apply(List.of(application(threads("small", "2"))), true));
    int steps = 0;
    do {
      state.apply(core.step(next, scene.now).changes());
      next = new HubEvent.Ticked();
      steps++;
    } while (core.isWorkLeft());

    assertThat(steps).isGreaterThanOrEqualTo(950 / ApplyCommands.SLOTS_SLICE);
  }

  /// Any changes in any order: what is remembered between them never shows.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void renderingBitByBitIsAsRenderingFromScratch(long seed) {
    Random random = new Random(seed);
    Rendered remembering = new Rendered(scene.state());
    for (int i = 0; i < 60; i++) {
      scene.command(anyChange(random));
      for (SlotRef slot : scene.state().slots.keySet()) {
        assertThat(remembering.of(slot, 0)).isEqualTo(new Rendered(scene.state()).of(slot, 0));
      }
      if (random.nextInt(10) == 0) {
        HubState read = store.load();
        for (SlotRef slot : read.slots.keySet()) {
          assertThat(new Rendered(read).of(slot, 0)).isEqualTo(remembering.of(slot, 0));
        }
      }
    }
  }

  private static AdminCommand anyChange(Random random) {
    String value = "" + random.nextInt(4);
    Map<Name, Map<String, String>> parameters =
        random.nextBoolean()
            ? Map.of()
            : Map.of(APP, Map.of("level", value, "quote", "${site.name} ${site.labels.size}"));
    Map<String, String> labels = Map.of("size", random.nextBoolean() ? "small" : "large");
    AdminObject object =
        switch (random.nextInt(5)) {
          case 0 -> Scene.fleet(parameters);
          case 1 ->
              new AdminObject.Site(Scene.SITE, Scene.FLEET, "", labels, "UTC", "", "", parameters);
          case 2 -> new AdminObject.Slot(OTHER, "", labels, parameters);
          case 3 -> application(threads("small", value));
          default ->
              new AdminObject.Application(
                  APP,
                  Scene.FLEET,
                  Optional.empty(),
                  "",
                  Map.of(),
                  Map.of("threads", value),
                  List.of());
        };
    Optional<SlotRef> slot = random.nextBoolean() ? Optional.of(OTHER) : Optional.empty();
    return switch (random.nextInt(6)) {
      case 0 ->
          new AdminCommand.Assign(
              new ReleaseRef(APP, "1.0"),
              Scene.FLEET,
              slot.map(SlotRef::site),
              slot,
              Optional.empty());
      case 1 ->
          new AdminCommand.Unassign(
              APP, Scene.FLEET, slot.map(SlotRef::site), slot, Optional.empty());
      default -> apply(List.of(object), false);
    };
  }

  private static SyncPolicy threads(String size, String value) {
    return new SyncPolicy(
        Selector.ALL,
        List.of(
            new SyncPolicy.Override(
                labels("size", size), List.of(new Patch(Patch.Op.ADD, "threads", value)))));
  }

  private static Selector labels(String key, String value) {
    return new Selector(Map.of(key, value), List.of());
  }

  private static AdminObject.Application application(SyncPolicy... policies) {
    return new AdminObject.Application(
        APP, Scene.FLEET, Optional.empty(), "", Map.of(), Map.of(), List.of(policies));
  }

  private static AdminObject.Site site(String name, Map<String, String> labels) {
    return new AdminObject.Site(
        new Name(name), Scene.FLEET, "", labels, "Europe/Berlin", "", "", Map.of());
  }

  private static AdminCommand.Apply apply(List<AdminObject> objects, boolean isDryRun) {
    return new AdminCommand.Apply(
        objects, Optional.empty(), isDryRun, Optional.empty(), Map.of(), true);
  }

  private static AdminCommand.Apply prune(List<AdminObject> objects, boolean isDryRun) {
    return new AdminCommand.Apply(
        objects,
        Optional.empty(),
        isDryRun,
        Optional.of(new Prune(Set.of(Scene.FLEET), Set.of(Prune.Kind.SITE, Prune.Kind.SLOT))),
        Map.of(),
        true);
  }

  private Applied done(AdminCommand command) {
    AdminAnswer answer = scene.command(command);
    if (answer instanceof AdminAnswer.Done done && done.applied() != null) {
      return done.applied();
    }
    throw new AssertionError("not done: " + answer);
  }

  private Reason refusal(AdminCommand command) {
    AdminAnswer answer = scene.command(command);
    if (answer instanceof AdminAnswer.Refused refused) {
      return refused.reason();
    }
    throw new AssertionError("not refused: " + answer);
  }

  private Resolved.Application resolved(SlotRef slot) {
    HubState state = store.load();
    return Layering.of(Scene.found(new Planned(state, List.of()).settings(slot)))
        .applications()
        .getFirst();
  }

  private @org.jspecify.annotations.Nullable String value(SlotRef slot, String parameter) {
    return resolved(slot).values().get(parameter);
  }

  private Resolved.Link link(SlotRef slot, String parameter) {
    return Scene.found(resolved(slot).parameters().get(parameter)).links().getLast();
  }
}
