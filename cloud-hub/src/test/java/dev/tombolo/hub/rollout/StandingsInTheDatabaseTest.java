package dev.tombolo.hub.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.RolloutLayer;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.sqlite.SqliteViews;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `why` reads out of the database is what the deciders have in memory.
class StandingsInTheDatabaseTest {
  private static final int SITES = 6;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whyReadsWhatTheDecidersHave(long seed) {
    Town town = new Town(seed, SITES, 4);
    town.create(1, Town.NEW, plan());
    town.seconds(600 + 50 * (int) seed);
    // Its devices may be switching by its permits, in the dark, while the next one begins.
    town.set(
        town.rollout(1),
        new RolloutState.Aborted(
            town.rollout(1).state().openThrough(), "ada", new Reason.NotAllowed("no"), town.now));
    town.create(2, Town.NEWER, plan(), Set.of(new Name("site-1"), new Name("site-2")));
    town.create(3, Town.NEW, plan());
    town.seconds(30 + 20 * (int) seed);

    same(town);
  }

  /// Whom it has without a permit the older one has again.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whoWasOfARolloutThatBecameVoidIsOfTheOlderOne(long seed) {
    Town town = new Town(seed, SITES, 4);
    town.create(1, Town.NEW, plan());
    town.seconds(60);
    town.isRough = false;
    town.create(2, Town.NEWER, plan());
    town.seconds(20 * (int) seed);
    Rollout newer = town.rollout(2);
    town.set(newer, new RolloutState.Aborted(-1, "ada", new Reason.NotAllowed("no"), town.now));
    town.seconds(5);

    same(town);
    Rollout older = town.rollout(1);
    for (int member = 0; member < older.size(); member++) {
      assertThat(older.isSuperseded(member)).isEqualTo(newer.isOut(newer.find(older.slot(member))));
    }
  }

  /// Labels come and go while lines, hubs and hardware do: the town looks each second whether more
  /// devices could be switching than the budgets allow.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whoLeavesARolloutAndComesBackStandsAsItIsInTheDatabase(long seed) {
    Random random = new Random(seed);
    Town town = new Town(seed, SITES, 4);
    List<SlotRef> slots = List.copyOf(town.devices.keySet());
    town.create(1, Town.NEW, plan());
    town.seconds(60);
    town.create(2, Town.NEWER, plan(), Set.of(new Name("site-1"), new Name("site-2")));
    for (int i = 0; i < 400; i++) {
      town.second();
      SlotRef slot = slots.get(random.nextInt(slots.size()));
      // A backup may know neither of them.
      Rollout rollout = town.rollouts.find(new RolloutId(1 + random.nextInt(2)));
      int member = rollout == null ? -1 : rollout.find(slot);
      if (rollout != null && member >= 0) {
        RolloutSteps.scoped(rollout, member, random.nextBoolean())
            .ifPresent(change -> town.apply(List.of(change)));
      }
    }

    same(town);
    for (SlotRef slot : slots) {
      assertThat(
              inMemory(town, slot).stream()
                  .filter(it -> it.supersededBy() == null && !it.hasLeft())
                  .count())
          .as(slot + " is of one rollout at most")
          .isLessThanOrEqualTo(1);
    }
  }

  @Test
  void whatOlderRolloutsHaveOutAtASiteCountsInItsBudget() {
    Town town = new Town(7, 1, 2);
    town.isRough = false;
    town.devices.values().stream().skip(1).forEach(device -> device.isDark = true);
    SlotRef out = town.devices.keySet().iterator().next();
    SlotRef waits = town.devices.keySet().stream().skip(1).findFirst().orElseThrow();
    town.create(1, Town.NEW, plan(new Pick.Listed(Set.of(out))));
    town.seconds(3);
    while (!town.rollout(1).isOut(town.rollout(1).find(out))) {
      town.second();
    }
    town.dark(out, true);
    town.second();
    town.set(
        town.rollout(1), new RolloutState.Aborted(0, "ada", new Reason.NotAllowed("no"), town.now));
    town.create(2, Town.NEWER, plan(new Pick.Listed(Set.of(waits))));
    town.dark(waits, false);
    town.seconds(60);
    Rollout newer = town.rollout(2);
    assertThat(newer.phase(newer.find(waits))).isEqualTo(Phase.READY);
    assertThat(newer.siteInFlight(newer.find(waits))).isZero();

    same(town);
    assertThat(RolloutReasons.of(Standing.of(town.rollouts, newer, newer.find(waits), town.now)))
        .containsExactly(new Reason.BudgetFull("r2", "of its site", 1));
  }

  /// By then no permit can be good any more that the restore lost.
  @Test
  void whoLeftANewerRolloutBeforeARestoreIsTheOlderOnesLongAfterIt() {
    Town town = new Town(7, 1, 1);
    town.isRough = false;
    SlotRef slot = town.devices.keySet().iterator().next();
    town.dark(slot, true);
    town.create(1, Town.NEW, plan(new Pick.Listed(Set.of(slot))));
    town.seconds(3);
    town.create(2, Town.NEWER, plan(new Pick.Listed(Set.of(slot))));
    town.seconds(3);
    Rollout newer = town.rollout(2);
    RolloutSteps.scoped(newer, newer.find(slot), false)
        .ifPresent(change -> town.apply(List.of(change)));
    for (long number = 1; number <= 2; number++) {
      RolloutRecord restored = town.rollout(number).record().restored(town.now);
      town.apply(List.of(new RolloutChange.Put(restored)));
    }

    town.seconds(1_300);

    assertThat(town.rollout(1).isSuperseded(0)).isFalse();
    same(town);
  }

  private static RolloutPlan plan() {
    return plan(new Pick.Count(1));
  }

  private static RolloutPlan plan(Pick canary) {
    return new RolloutPlan(
        List.of(new Wave("canary", canary, new Gate(0, 0, false))),
        new Budgets(1, 3, 1),
        new AbortRule(0, 0, false),
        600_000,
        null);
  }

  /// Each slot stands in each rollout as it does in memory.
  private void same(Town town) {
    for (Rollout rollout : List.copyOf(town.rollouts.all())) {
      town.apply(RolloutSteps.count(rollout));
    }
    Path file = folder.resolve("hub.db");
    try (HubStore store = SqliteHubStore.open(file)) {
      HubStore.Batch batch = store.begin();
      List<HubChange> changes = new ArrayList<>();
      for (Name site : new TreeSet<>(town.devices.keySet().stream().map(SlotRef::site).toList())) {
        changes.add(
            new HubChange.SitePut(
                new Kept<>(
                    site.text(),
                    new AdminObject.Site(
                        site, Town.FLEET, "", Map.of(), "Etc/UTC", "", "", Map.of()),
                    1,
                    1,
                    "ada")));
      }
      for (SlotRef slot : town.devices.keySet()) {
        changes.add(
            new HubChange.SlotPut(
                new Kept<>(
                    slot.toString(),
                    new AdminObject.Slot(slot, "", Map.of(), Map.of()),
                    1,
                    1,
                    "ada")));
      }
      town.log.forEach(change -> changes.add(new HubChange.RolloutKept(change)));
      batch.apply(changes);
      batch.commit();
      try (HubViews views = SqliteViews.open(file)) {
        for (SlotRef slot : town.devices.keySet()) {
          assertThat(views.rollouts().standings(slot, town.now))
              .as(slot.toString())
              .isEqualTo(inMemory(town, slot));
          assertThat(explained(views, slot, town.now))
              .as(slot.toString())
              .isEqualTo(RolloutLayer.of(inMemory(town, slot), application -> null));
        }
      }
    }
  }

  private static Optional<Layer> explained(HubViews views, SlotRef slot, long nowMillis) {
    return views.settings(slot, nowMillis).orElseThrow().layers().stream()
        .filter(layer -> layer.kind() == LayerKind.ROLLOUT)
        .findFirst();
  }

  private static List<Standing> inMemory(Town town, SlotRef slot) {
    List<Standing> standings = new ArrayList<>();
    for (Rollout rollout : town.rollouts.of(Town.FLEET, Town.APPLICATION)) {
      int member = rollout.find(slot);
      if (member >= 0) {
        standings.add(Standing.of(town.rollouts, rollout, member, town.now));
      }
    }
    return standings;
  }
}
