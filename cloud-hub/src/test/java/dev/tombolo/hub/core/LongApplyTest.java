package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Lists of objects that take many steps.
class LongApplyTest {
  private static final int SITES = 400;

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  @Test
  void aLongListIsOneCommit() {
    int before = store.commits();

    AdminAnswer answer = scene.command(apply(sites(SITES), false));

    assertThat(answer)
        .isInstanceOfSatisfying(
            AdminAnswer.Done.class,
            done ->
                assertThat(done.changes())
                    .hasSize(SITES)
                    .startsWith("site new-0 created")
                    .endsWith("site new-399 created"));
    assertThat(store.commits()).isEqualTo(before + 1);
    assertThat(store.load().sites).hasSize(SITES + 1);
  }

  @Test
  void noStepDoesMoreThanASlice() {
    HubState state = store.load();
    HubCore core =
        new HubCore(
            new HubSettings(List.of(), "", "", "", Scene.PLENTY, Scene.PLENTY, TrustSettings.USUAL),
            state);
    HubEvent next = new HubEvent.AdminAsked(7, Scene.ALICE, apply(sites(SITES), false));
    int steps = 0;
    int most = 0;
    do {
      Step step = core.step(next, scene.now);
      most =
          Math.max(
              most,
              (int) step.changes().stream().filter(HubChange.SitePut.class::isInstance).count());
      state.apply(step.changes());
      next = new HubEvent.Ticked();
      steps++;
    } while (core.isWorkLeft());

    assertThat(most).isEqualTo(ApplyCommands.SLICE);
    assertThat(steps).isGreaterThanOrEqualTo(2 * SITES / ApplyCommands.SLICE);
    assertThat(state.sites).hasSize(SITES + 1);
  }

  @Test
  void oneBadObjectAtTheEndLeavesNothingOfTheList() {
    List<AdminObject> objects = sites(SITES);
    objects.add(Scene.slot(new SlotRef(new Name("nowhere"), new Name("till"))));
    int before = store.committed().size();

    AdminAnswer answer = scene.command(apply(objects, false));

    assertThat(answer)
        .isInstanceOfSatisfying(
            AdminAnswer.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(Reason.NotFound.class));
    assertThat(store.committed()).hasSize(before);
  }

  @Test
  void aFailureHalfWayLeavesNothingOfTheListAndIsTold() {
    int before = store.committed().size();
    store.refuse(
        change ->
            change instanceof HubChange.SitePut put
                && put.site().content().name().text().equals("new-300"));

    AdminAnswer answer = scene.command(apply(sites(SITES), false));

    assertThat(answer).isEqualTo(new AdminAnswer.Refused(HubTurn.TRY_LATER));
    assertThat(store.committed()).hasSize(before);
    store.refuse(change -> false);
    assertThat(scene.command(apply(sites(SITES), false))).isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void aFailureAtTheBeginningIsToldAndNobodyElseIsHarmed() {
    SessionId line = scene.connected(scene.joined("counter"), scene.birth("boot-1", 1));
    store.refuse(
        change ->
            change instanceof HubChange.SitePut put
                && put.site().content().name().text().equals("new-0"));
    HubEvent.AdminAsked asked =
        new HubEvent.AdminAsked(scene.number(), Scene.ALICE, apply(sites(SITES), false));

    List<HubEffect> effects = scene.tell(asked);

    assertThat(Scene.one(HubEffect.AdminAnswered.class, effects).answer())
        .isEqualTo(new AdminAnswer.Refused(HubTurn.TRY_LATER));
    assertThat(Scene.all(HubEffect.CloseSession.class, effects)).isEmpty();
    assertThat(line).isNotNull();
    assertThat(store.load().sites).hasSize(1);
  }

  @Test
  void aCommitThatFailsLeavesNothingOfTheListAndIsTold() {
    int before = store.committed().size();
    store.failNextCommit();

    AdminAnswer answer = scene.command(apply(sites(SITES), false));

    assertThat(answer).isEqualTo(new AdminAnswer.Refused(HubTurn.TRY_LATER));
    assertThat(store.committed()).hasSize(before);
  }

  @Test
  void aLongDryRunChangesNothing() {
    int before = store.committed().size();

    AdminAnswer answer = scene.command(apply(sites(SITES), true));

    assertThat(answer)
        .isInstanceOfSatisfying(
            AdminAnswer.Done.class, done -> assertThat(done.changes()).hasSize(SITES));
    assertThat(store.committed()).hasSize(before);
  }

  @Test
  void commandsThatChangeObjectsWaitForALongList() {
    AdminObject late = Scene.slot(new SlotRef(new Name("new-399"), new Name("till")));

    List<HubEffect> effects =
        scene.tell(
            new HubEvent.AdminAsked(71, Scene.ALICE, apply(sites(SITES), false)),
            new HubEvent.AdminAsked(72, Scene.ALICE, apply(List.of(late), false)),
            new HubEvent.AdminAsked(
                73, Scene.ALICE, new AdminCommand.RevokeUser(new Name("nobody"))));

    assertThat(Scene.all(HubEffect.AdminAnswered.class, effects))
        .extracting(HubEffect.AdminAnswered::request)
        .containsExactly(73L, 71L, 72L);
    assertThat(store.load().slots).containsKey(new SlotRef(new Name("new-399"), new Name("till")));
  }

  @Test
  void moreCommandsThanMayWaitAreToldToComeBack() {
    List<HubEvent> events = new ArrayList<>();
    events.add(new HubEvent.AdminAsked(1_000, Scene.ALICE, apply(sites(SITES), false)));
    for (int i = 1; i <= Operators.WAITING_MAX + 1; i++) {
      events.add(
          new HubEvent.AdminAsked(1_000 + i, Scene.ALICE, apply(List.of(site(i + SITES)), false)));
    }

    List<HubEffect> effects = scene.tell(events.toArray(new HubEvent[0]));

    List<HubEffect.AdminAnswered> answers = Scene.all(HubEffect.AdminAnswered.class, effects);
    assertThat(answers).hasSize(events.size());
    assertThat(answers.getFirst())
        .isEqualTo(
            new HubEffect.AdminAnswered(
                1_001 + Operators.WAITING_MAX, new AdminAnswer.Refused(HubTurn.TRY_LATER)));
    assertThat(store.load().sites).hasSize(1 + SITES + Operators.WAITING_MAX);
  }

  private static AdminCommand.Apply apply(List<AdminObject> objects, boolean isDryRun) {
    return new AdminCommand.Apply(objects, Optional.empty(), isDryRun);
  }

  private static List<AdminObject> sites(int count) {
    List<AdminObject> sites = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sites.add(site(i));
    }
    return sites;
  }

  private static AdminObject site(int number) {
    return new AdminObject.Site(
        new Name("new-" + number), Scene.FLEET, "", Map.of(), "UTC", "", "", Map.of());
  }
}
