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
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
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
  private static final RolloutPlan PLAN =
      new RolloutPlan(
          List.of(), Budgets.USUAL, AbortRule.USUAL, RolloutPlan.PERMIT_MILLIS_USUAL, null);
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
  void aTemplateIsLookedAtWhenAReleaseIsAssigned() {
    Name late = new Name("shelves");
    scene.command(new AdminCommand.PushRelease(Scene.release(late.text(), "1.0")));
    scene.apply(site("store-118", Map.of()));
    done(apply(List.of(Scene.fleet(Map.of(late, Map.of("quote", "${site.labels.size}")))), false));
    Reason wanted =
        new Reason.InputInvalid(
            "fleet production parameters.shelves.quote",
            "${site.labels.size}",
            "there is no such label there; set it, or give those another value"
                + " (on 1 slot: store-118/counter-1)");

    assertThat(refusal(assign(late, "1.0", Optional.empty(), Optional.empty()))).isEqualTo(wanted);
    assertThat(refusal(assign(late, "1.0", Optional.of(OTHER.site()), Optional.empty())))
        .isEqualTo(wanted);
    assertThat(refusal(assign(late, "1.0", Optional.of(OTHER.site()), Optional.of(OTHER))))
        .isEqualTo(wanted);
    assertThat(store.load().assignments).hasSize(1);
    assertThat(scene.command(assign(late, "1.0", Optional.of(Scene.SITE), Optional.empty())))
        .isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void aTemplateOfWhatNothingSelectsYetIsAWarningWhenItIsWritten() {
    Name late = new Name("shelves");
    scene.apply(site("store-118", Map.of()));
    AdminObject fleet = Scene.fleet(Map.of(late, Map.of("quote", "${site.labels.size}")));
    String warning =
        "fleet production parameters.shelves.quote: '${site.labels.size}': there is no such label"
            + " there; set it, or give those another value; nothing selects shelves there yet, and"
            + " what would is refused (on 1 slot: store-118/counter-1)";

    assertThat(done(apply(List.of(fleet), true)).warnings()).containsExactly(warning);
    assertThat(done(apply(List.of(fleet), false)).warnings()).containsExactly(warning);
    assertThat(done(apply(List.of(fleet), true)).warnings()).isEmpty();
    assertThat(done(apply(List.of(site("store-117", Map.of("size", "tiny"))), false)).warnings())
        .isEmpty();
  }

  @Test
  void anOverrideIsLookedAtWhenAReleaseIsAssigned() {
    done(apply(List.of(application(threads("large", "2"))), false));
    pushWithout("2.0", "threads");
    Reason wanted =
        new Reason.InputInvalid(
            "application production/people spec.syncPolicies[0].overrides[0].patches[0]"
                + " parameters.people.threads",
            "2",
            "people@2.0 has no such parameter, only level, quote"
                + " (on 1 slot: store-118/counter-1)");

    assertThat(refusal(assign(APP, "2.0", Optional.empty(), Optional.empty()))).isEqualTo(wanted);
    assertThat(refusal(rollout("2.0", Set.of(), Map.of()))).isEqualTo(wanted);
    assertThat(refusal(apply(List.of(rolloutObject("2.0", Map.of())), false))).isEqualTo(wanted);
    assertThat(refusal(apply(List.of(rolloutObject("2.0", Map.of())), true))).isEqualTo(wanted);
    assertThat(store.load().rollouts.all()).isEmpty();
  }

  @Test
  void aRolloutIsLookedAtWhereItGoesOnly() {
    done(apply(List.of(application(threads("large", "2"))), false));
    pushWithout("2.0", "threads");

    assertThat(scene.command(rollout("2.0", Set.of(Scene.SITE), Map.of())))
        .isInstanceOf(AdminAnswer.RolloutMade.class);
    assertThat(refusal(rollout("2.0", Set.of(OTHER.site()), Map.of())))
        .isInstanceOf(Reason.InputInvalid.class);
    done(apply(List.of(rolloutObject("2.0", Map.of("size", "small"))), false));
  }

  @Test
  void aTemplateIsLookedAtWhenARolloutBringsTheFirstRelease() {
    Name late = new Name("shelves");
    scene.command(new AdminCommand.PushRelease(Scene.release(late.text(), "1.0")));
    scene.apply(site("store-118", Map.of()));
    done(apply(List.of(Scene.fleet(Map.of(late, Map.of("quote", "${site.labels.size}")))), false));

    assertThat(
            refusal(
                new AdminCommand.CreateRollout(
                    new ReleaseRef(late, "1.0"),
                    new Scope(Scene.FLEET, Set.of(), Map.of()),
                    PLAN,
                    Optional.empty())))
        .isInstanceOfSatisfying(
            Reason.InputInvalid.class,
            invalid -> assertThat(invalid.fix()).contains("(on 1 slot: store-118/counter-1)"));
  }

  @Test
  void whatDidNotWorkBeforeAnAssignmentIsAWarning() {
    done(apply(List.of(Scene.fleet(Map.of(APP, Map.of("quote", "${site.labels.size}")))), false));
    Name late = new Name("store-119");
    done(apply(List.of(site(late.text(), Map.of())), false));
    scene.enrol(scene.token(Optional.of(late), Optional.empty(), 1), "newcomer");
    scene.command(new AdminCommand.PushRelease(Scene.release(APP.text(), "2.0")));

    assertThat(scene.command(assign(APP, "2.0", Optional.empty(), Optional.empty())))
        .isInstanceOfSatisfying(
            AdminAnswer.Done.class,
            done ->
                assertThat(done.changes())
                    .containsExactly(
                        "people@2.0 assigned to production",
                        "warning: fleet production parameters.people.quote:"
                            + " '${site.labels.size}': there is no such label there; set it, or"
                            + " give those another value (on 1 slot: store-119/device-1)"));
  }

  @Test
  void anAssignmentLooksAtASliceOfSlotsAStepAndOtherCommandsWait() {
    done(apply(List.of(application(threads("small", "2"))), false));
    List<AdminObject> slots = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      slots.add(Scene.slot(new SlotRef(Scene.SITE, new Name("till-" + i))));
    }
    scene.apply(slots.toArray(new AdminObject[0]));
    scene.command(new AdminCommand.PushRelease(Scene.release(APP.text(), "2.0")));
    HubState state = store.load();
    HubCore core =
        new HubCore(
            new HubSettings(List.of(), "", "", "", Scene.PLENTY, Scene.PLENTY, TrustSettings.USUAL),
            state);
    state.apply(
        core.step(
                new HubEvent.AdminAsked(
                    7, Scene.ALICE, assign(APP, "2.0", Optional.empty(), Optional.empty())),
                scene.now)
            .changes());
    state.apply(
        core.step(
                new HubEvent.AdminAsked(
                    8, Scene.ALICE, apply(List.of(application(threads("small", "3"))), false)),
                scene.now)
            .changes());
    List<Long> answered = new ArrayList<>();
    int steps = 0;
    while (core.isWorkLeft()) {
      Step step = core.step(new HubEvent.Ticked(), scene.now);
      state.apply(step.changes());
      for (HubEffect effect : step.effects()) {
        if (effect instanceof HubEffect.AdminAnswered it) {
          answered.add(it.request());
        }
      }
      steps++;
    }

    assertThat(steps).isGreaterThanOrEqualTo(2 * 450 / ApplyCommands.SLOTS_SLICE);
    assertThat(answered).containsExactly(7L, 8L);
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
  void aListOfThousandsPrunesWhatItLeavesOut() {
    List<AdminObject> many = new ArrayList<>();
    many.add(site("store-117", Map.of("size", "small")));
    many.add(Scene.slot(Scene.SLOT));
    for (int i = 0; i < 3_000; i++) {
      many.add(Scene.slot(new SlotRef(Scene.SITE, new Name("till-" + i))));
    }
    done(apply(many, false));
    many.removeLast();

    Applied applied = done(prune(many, false));

    assertThat(applied.objects())
        .filteredOn(change -> change.action() != Applied.Action.UNCHANGED)
        .extracting(Applied.ObjectChange::line)
        .containsExactly(
            "slot store-117/till-2999 removed",
            "slot store-118/counter-1 removed",
            "site store-118 removed");
    assertThat(store.load().slots).hasSize(3_000);
  }

  @Test
  void aListThatIsTooLongIsRefused() {
    List<AdminObject> many = new ArrayList<>();
    for (int i = 0; i <= ApplyCommands.OBJECTS_MAX; i++) {
      many.add(Scene.slot(new SlotRef(Scene.SITE, new Name("till-" + i))));
    }

    assertThat(refusal(apply(many, false)))
        .isEqualTo(new Reason.LimitExceeded("objects", 20_000, 20_001));
  }

  @Test
  void anObjectThatStandsTwiceInALongListIsRefused() {
    List<AdminObject> many = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      many.add(Scene.slot(new SlotRef(Scene.SITE, new Name("till-" + i))));
    }
    many.add(Scene.slot(new SlotRef(Scene.SITE, new Name("till-7"))));

    assertThat(refusal(apply(many, false)))
        .isEqualTo(
            new Reason.InputInvalid("name", "slot store-117/till-7", "give each object once"));
  }

  @Test
  void leavingOutTheReleaseSaysThatItStaysAssigned() {
    AdminObject.Application named =
        new AdminObject.Application(
            APP, Scene.FLEET, Optional.of(new ReleaseRef(APP, "1.0")), "", Map.of(), Map.of());
    done(apply(List.of(named), false));
    AdminObject.Application unnamed =
        new AdminObject.Application(APP, Scene.FLEET, Optional.empty(), "", Map.of(), Map.of());

    assertThat(done(apply(List.of(unnamed), true)).objects().getFirst().fields())
        .containsExactly(
            new Applied.FieldChange(
                "release",
                "1.0",
                "in no file; 1.0 stays assigned (tombolo unassign people --fleet production takes"
                    + " it away)"));
    done(apply(List.of(unnamed), false));
    assertThat(store.load().assignments).hasSize(1);
  }

  @Test
  void aSecretIsNotMovedToWhereItIsShown() {
    SyncPolicy policy =
        new SyncPolicy(
            Selector.ALL,
            List.of(
                new SyncPolicy.Override(
                    Selector.ALL, List.of(new Patch(Patch.Op.COPY, "level", null, "api-token")))));

    assertThat(refusal(apply(List.of(application(policy)), false)))
        .isEqualTo(
            new Reason.InputInvalid(
                "path",
                "/parameters/level",
                "it would show the secret api-token; name it like one"));
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

  private static AdminCommand assign(
      Name application, String version, Optional<Name> site, Optional<SlotRef> slot) {
    return new AdminCommand.Assign(
        new ReleaseRef(application, version), Scene.FLEET, site, slot, Optional.empty());
  }

  private static AdminCommand rollout(String version, Set<Name> sites, Map<String, String> labels) {
    return new AdminCommand.CreateRollout(
        new ReleaseRef(APP, version),
        new Scope(Scene.FLEET, sites, labels),
        PLAN,
        Optional.empty());
  }

  private static AdminObject.Rollout rolloutObject(String version, Map<String, String> labels) {
    return new AdminObject.Rollout(
        new Name("spring"),
        new ReleaseRef(APP, version),
        new Scope(Scene.FLEET, Set.of(), labels),
        PLAN,
        Optional.empty());
  }

  /// A release that takes fewer parameters than all others of the scene.
  private void pushWithout(String version, String parameter) {
    ReleaseManifest like = Scene.manifest(APP.text(), version);
    Variant plain = like.variants().getFirst();
    ReleaseManifest manifest =
        new ReleaseManifest(
            like.name(),
            version,
            like.kind(),
            "",
            like.fleets(),
            0,
            List.of(),
            List.of(
                new Variant(
                    plain.os(),
                    plain.architecture(),
                    plain.runtimes(),
                    plain.files(),
                    plain.workload(),
                    plain.parameters().stream()
                        .filter(it -> Set.of("level", "quote").contains(it.name()))
                        .filter(it -> !it.name().equals(parameter))
                        .toList())));
    scene.command(
        new AdminCommand.PushRelease(
            Scene.sign(ReleaseManifest.PAYLOAD_TYPE, Json.write(manifest), Scene.PUBLISHER)));
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
