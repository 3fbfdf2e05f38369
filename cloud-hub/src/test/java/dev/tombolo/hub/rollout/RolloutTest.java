package dev.tombolo.hub.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class RolloutTest {
  private static final long PERMIT_MILLIS = 120_000;
  private static final int LONG_SECONDS = 3_000;
  private static final long HOURS_MILLIS = 3 * 3_600_000;

  @Test
  void everyDeviceGetsTheReleaseWaveByWave() {
    Town town = quiet(1, 4, 3);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), AbortRule.USUAL, null));

    town.seconds(LONG_SECONDS);

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(town.devices.values()).allMatch(device -> device.live.equals(Town.NEW));
  }

  @Test
  void darkShopsNeitherBlockNorFail() {
    Town town = quiet(2, 10, 3);
    town.devices.values().stream()
        .filter(device -> device.slot.site().text().endsWith("7"))
        .forEach(device -> device.isDark = true);
    town.create(1, Town.NEW, plan(new Budgets(1, 0, 1), AbortRule.USUAL, null));

    town.seconds(LONG_SECONDS);

    Rollout rollout = town.rollout(1);
    assertThat(rollout.state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(rollout.state().openThrough()).isEqualTo(rollout.record().plan().last());
    assertThat(rollout.counts().stream().mapToInt(WaveCount::dark).sum()).isEqualTo(3);
    assertThat(rollout.counts().stream().mapToInt(WaveCount::succeeded).sum()).isEqualTo(27);
  }

  /// One of a site fails, the two others of it get no permit any more: they were not reached, and
  /// nobody waits for them.
  @Test
  void whoIsLeftAloneForTheFailuresOfItsSiteHoldsNobodyUp() {
    Town town = quiet(21, 10, 3);
    List<Town.Device> bad =
        town.devices.values().stream()
            .filter(device -> device.slot.site().text().endsWith("7"))
            .toList();
    bad.forEach(device -> device.failsNext = true);
    Wave early = new Wave("early", new Pick.Count(27), Gate.USUAL);
    town.create(1, Town.NEW, plan(List.of(early), AbortRule.USUAL));

    town.seconds(LONG_SECONDS);

    Rollout rollout = town.rollout(1);
    assertThat(rollout.state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(rollout.state().openThrough()).isEqualTo(rollout.record().plan().last());
    assertThat(sum(rollout, WaveCount::succeeded)).isEqualTo(27);
    assertThat(sum(rollout, WaveCount::failed)).isEqualTo(1);
    assertThat(sum(rollout, WaveCount::leftAlone)).isEqualTo(2);
    assertThat(sum(rollout, WaveCount::reached)).isEqualTo(28);
    assertThat(sum(rollout, WaveCount::total)).isEqualTo(30);
    assertThat(RolloutSteps.holdsNothingUp(rollout, town.now)).isTrue();
    assertThat(bad)
        .filteredOn(device -> rollout.phase(rollout.find(device.slot)) != Phase.FAILED)
        .hasSize(2)
        .allSatisfy(
            device ->
                assertThat(town.why(rollout, device.slot))
                    .containsExactly(new Reason.SiteFailuresFull("r1", 1)));

    bad.forEach(device -> device.failsNext = false);
    town.apply(RolloutSteps.retry(rollout, town.slots(rollout)::prior, town.now));
    assertThat(sum(rollout, WaveCount::leftAlone)).isZero();
    assertThat(RolloutSteps.holdsNothingUp(rollout, town.now)).isFalse();
    town.seconds(LONG_SECONDS);

    assertThat(rollout.state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(sum(rollout, WaveCount::succeeded)).isEqualTo(30);
  }

  /// They will not tell how the release does: nineteen connected devices that nobody moves make one
  /// of one no twentieth.
  @Test
  void whoIsLeftAloneMakesNoFailureSmaller() {
    Town town = quiet(22, 1, 20);
    town.devices.values().forEach(device -> device.failsNext = true);
    town.create(1, Town.NEW, plan(List.of(), AbortRule.USUAL));

    town.seconds(LONG_SECONDS);

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Aborted.class);
  }

  /// A dark device of such a site was not reached by anything: nobody waits for it to come back.
  @Test
  void whoIsLeftAloneIsNotDark() {
    Town town = quiet(23, 4, 2);
    Wave first =
        new Wave("first", new Pick.Listed(Set.of(slot(0, 0), slot(1, 0))), new Gate(50, 0, false));
    town.dark(slot(0, 1), true);
    town.devices.values().stream()
        .filter(device -> device.slot.equals(slot(0, 0)))
        .forEach(device -> device.failsNext = true);
    town.create(1, Town.NEW, plan(List.of(first), new AbortRule(0, 0, false)));

    town.seconds(LONG_SECONDS);

    Rollout rollout = town.rollout(1);
    assertThat(sum(rollout, WaveCount::succeeded)).isEqualTo(6);
    assertThat(sum(rollout, WaveCount::leftAlone)).isEqualTo(1);
    assertThat(sum(rollout, WaveCount::dark)).isZero();
  }

  private static SlotRef slot(int site, int slot) {
    return new SlotRef(new Name("site-" + site), new Name("slot-" + slot));
  }

  private static int sum(Rollout rollout, ToIntFunction<WaveCount> what) {
    return rollout.counts().stream().mapToInt(what).sum();
  }

  private static RolloutPlan plan(List<Wave> first, AbortRule rule) {
    return new RolloutPlan(first, Budgets.USUAL, rule, PERMIT_MILLIS, null);
  }

  @Test
  void aDarkCanaryGetsAStandIn() {
    Town town = quiet(2, 10, 3);
    town.create(1, Town.NEW, plan(new Budgets(1, 0, 1), AbortRule.USUAL, null));
    town.seconds(3);
    Rollout rollout = town.rollout(1);
    SlotRef canary =
        town.devices.keySet().stream()
            .filter(slot -> rollout.wave(rollout.find(slot)) == 0)
            .findFirst()
            .orElseThrow();
    town.devices.values().stream()
        .filter(device -> device.slot.equals(canary))
        .forEach(device -> device.isDark = true);

    town.seconds(LONG_SECONDS);

    assertThat(rollout.count(0)).satisfies(count -> assertThat(count.total()).isEqualTo(2));
    assertThat(rollout.counts().stream().mapToInt(WaveCount::succeeded).sum()).isEqualTo(29);
  }

  @Test
  void whoComesBackCatchesUp() {
    Town town = quiet(3, 5, 2);
    town.devices.values().stream().skip(8).forEach(device -> device.isDark = true);
    town.create(1, Town.NEW, plan(new Budgets(1, 0, 1), AbortRule.USUAL, null));
    town.seconds(LONG_SECONDS);

    town.devices.values().forEach(device -> device.isDark = false);
    town.seconds(LONG_SECONDS);

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Completed.class);
  }

  @Test
  void aBadReleaseStopsAtTheCanary() {
    Town town = quiet(4, 10, 3);
    town.devices.values().forEach(device -> device.failsNext = true);
    town.create(1, Town.NEW, plan(new Budgets(1, 0, 1), AbortRule.USUAL, null));

    town.seconds(LONG_SECONDS);

    Rollout rollout = town.rollout(1);
    assertThat(rollout.state()).isInstanceOf(RolloutState.Aborted.class);
    assertThat(rollout.state().openThrough()).isZero();
    assertThat(town.devices.values()).allMatch(device -> device.live.equals(Town.OLD));
    assertThat(town.devices.values()).allMatch(device -> device.wanted().equals(Town.OLD));
  }

  @Test
  void rollbackTakesEverybodyToWhatTheyHad() {
    Town town = quiet(5, 4, 3);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), AbortRule.USUAL, null));
    town.seconds(LONG_SECONDS);

    Rollout rollout = town.rollout(1);
    town.set(rollout, new RolloutState.RolledBack(2, "ada", new Reason.NotAllowed("no"), town.now));
    town.seconds(LONG_SECONDS);

    assertThat(town.devices.values()).allMatch(device -> device.live.equals(Town.OLD));
    assertThat(rollout.counts().stream().mapToInt(WaveCount::back).sum()).isEqualTo(12);
  }

  @Test
  void newHardwareWhereItHadSucceededGetsItThoughItWasAbortedSince() {
    Town town = quiet(12, 4, 1);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), AbortRule.USUAL, null));
    town.seconds(LONG_SECONDS);
    town.set(
        town.rollout(1), new RolloutState.Aborted(2, "ada", new Reason.NotAllowed("no"), town.now));
    SlotRef slot = town.devices.keySet().iterator().next();

    town.swap(slot);
    town.seconds(LONG_SECONDS);

    assertThat(town.devices.get(slot))
        .satisfies(device -> assertThat(device.live).isEqualTo(Town.NEW));
  }

  @Test
  void whoFailedIsTriedAgainWhenAsked() {
    Town town = quiet(6, 4, 3);
    town.devices.values().stream().limit(2).forEach(device -> device.failsNext = true);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), new AbortRule(0, 0, false), null));
    town.seconds(LONG_SECONDS);
    assertThat(town.rollout(1).counts().stream().mapToInt(WaveCount::failed).sum()).isEqualTo(2);

    town.devices.values().forEach(device -> device.failsNext = false);
    town.apply(RolloutSteps.retry(town.rollout(1), town.slots(town.rollout(1))::prior, town.now));
    town.seconds(LONG_SECONDS);

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(town.devices.values()).allMatch(device -> device.live.equals(Town.NEW));
  }

  /// They are taken back a slice at a time; those that are left must not end it meanwhile.
  @Test
  void moreFailuresThanASliceAreTriedAgainByOneWord() {
    int all = 3 * RolloutSteps.RETRY_SLICE + 7;
    Town town = allFailed(all);
    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Aborted.class);

    town.apply(RolloutSteps.retry(town.rollout(1), town.slots(town.rollout(1))::prior, town.now));
    int slices = 1;
    while (RolloutSteps.isWorkLeft(town.rollout(1))) {
      town.apply(RolloutSteps.tick(town.rollout(1), town.slots(town.rollout(1)), town.now));
      slices++;
    }

    assertThat(slices).isEqualTo(4);
    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(town.rollout(1).counts()).allMatch(count -> count.failed() == 0);
  }

  /// A crash in the middle, and a pause: it goes on where it was.
  @Test
  void tryingManyAgainSurvivesACrashAndAPause() {
    Town town = allFailed(2 * RolloutSteps.RETRY_SLICE);
    town.apply(RolloutSteps.retry(town.rollout(1), town.slots(town.rollout(1))::prior, town.now));
    town.restart(town.log.size());
    town.set(town.rollout(1), new RolloutState.Paused(0, "ada", town.now));
    town.apply(RolloutSteps.tick(town.rollout(1), town.slots(town.rollout(1)), town.now));
    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Paused.class);

    town.set(town.rollout(1), new RolloutState.Rolling(0, town.now, 0, ""));
    town.seconds(2);

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(town.rollout(1).counts()).allMatch(count -> count.failed() == 0);
  }

  /// An aborted rollout in which each device has failed.
  private static Town allFailed(int all) {
    Town town = quiet(15, all, 1);
    town.devices.values().forEach(device -> device.isDark = true);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), new AbortRule(0, 10, false), null));
    town.seconds(3);
    Rollout rollout = town.rollout(1);
    for (int member = 0; member < all; member++) {
      town.apply(
          List.of(
              new RolloutChange.Moved(
                  rollout.id(),
                  member,
                  rollout.wave(member),
                  Phase.FAILED,
                  RolloutChange.Moved.GONE_BACK,
                  -1,
                  7,
                  0,
                  null,
                  false)));
    }
    town.second();
    return town;
  }

  @Test
  void aNewerRolloutTakesDevicesOver() {
    Town town = quiet(7, 4, 3);
    town.create(1, Town.NEW, plan(new Budgets(1, 1, 0), AbortRule.USUAL, null));
    town.seconds(100);
    town.create(2, Town.NEWER, plan(new Budgets(0, 0, 0), AbortRule.USUAL, null));

    town.seconds(LONG_SECONDS);

    assertThat(town.devices.values()).allMatch(device -> device.live.equals(Town.NEWER));
    assertThat(town.rollout(1).counts().stream().mapToInt(it -> it.taken().total()).sum())
        .isEqualTo(town.devices.size());
    assertThat(town.rollout(1).counts().getFirst().taken().succeeded()).isPositive();
    SlotRef any = town.devices.keySet().iterator().next();
    assertThat(town.why(town.rollout(1), any))
        .containsExactly(new Reason.RolloutSuperseded("r1", "r2"));
    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(RolloutSteps.isWorkLeft(town.rollout(1))).isFalse();
  }

  /// Taken before any of its gates was passed, and by a permit that is out until it is surely over.
  @Test
  void aRolloutThatWasTakenWholeEndsThoughItsWavesWereNeverOpened() {
    Town town = quiet(24, 4, 3);
    Wave canary = new Wave("canary", new Pick.Count(1), new Gate(100, 0, true));
    town.create(1, Town.NEW, plan(List.of(canary), AbortRule.USUAL));
    while (town.rollout(1).inFlight() == 0) {
      town.second();
    }
    town.devices.values().forEach(device -> device.isDark = true);
    town.create(2, Town.NEWER, plan(List.of(canary), AbortRule.USUAL));

    town.seconds(3);
    assertThat(sum(town.rollout(1), it -> it.taken().total())).isEqualTo(12);
    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(RolloutSteps.holdsNothingUp(town.rollout(1), town.now)).isFalse();
    town.seconds((int) ((PERMIT_MILLIS + Rollout.PERMIT_MARGIN_MILLIS) / 1_000) + 10);

    assertThat(town.rollout(1).state())
        .isInstanceOfSatisfying(
            RolloutState.Completed.class, it -> assertThat(it.openThrough()).isZero());
    assertThat(town.rollout(2).state()).isInstanceOf(RolloutState.Rolling.class);
    town.restart(town.log.size());
    town.seconds(3);
    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Completed.class);
  }

  /// Nobody is in its second wave, which waits for a soak and a yes: nobody waits for them.
  @Test
  void aRolloutInWhichEverybodyIsDecidedHoldsNothingUpWhateverWavesAreShut() {
    Town town = quiet(25, 1, 2);
    Wave all = new Wave("all", new Pick.Count(2), new Gate(100, LONG_SECONDS * 1_000L, true));
    town.create(1, Town.NEW, plan(List.of(all), AbortRule.USUAL));
    while (sum(town.rollout(1), WaveCount::succeeded) < 2) {
      assertThat(RolloutSteps.holdsNothingUp(town.rollout(1), town.now)).isFalse();
      town.second();
    }

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Rolling.class);
    assertThat(town.rollout(1).state().openThrough()).isZero();
    assertThat(RolloutSteps.holdsNothingUp(town.rollout(1), town.now)).isTrue();
    town.restart(town.log.size());
    assertThat(RolloutSteps.holdsNothingUp(town.rollout(1), town.now)).isTrue();
  }

  /// A dark one of the open wave is waited for as in a last wave, when nobody is in the later ones.
  @Test
  void whoIsDarkHoldsNothingUpThoughAnEmptyWaveIsShut() {
    Town town = quiet(26, 1, 2);
    town.dark(slot(0, 1), true);
    Wave all = new Wave("all", new Pick.Count(2), new Gate(100, 0, true));
    town.create(1, Town.NEW, plan(List.of(all), AbortRule.USUAL));
    while (sum(town.rollout(1), WaveCount::succeeded) < 1) {
      town.second();
    }
    town.second();
    assertThat(RolloutSteps.holdsNothingUp(town.rollout(1), town.now)).isFalse();

    town.seconds((int) (RolloutSteps.DARK_MILLIS / 1_000) + 1);

    assertThat(town.rollout(1).state().openThrough()).isZero();
    assertThat(RolloutSteps.holdsNothingUp(town.rollout(1), town.now)).isTrue();
  }

  @Test
  void aNewerRolloutDoesNotBringBackWhatWasRolledBack() {
    Town town = quiet(5, 4, 3);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), AbortRule.USUAL, null));
    town.seconds(LONG_SECONDS);
    Rollout rolledBack = town.rollout(1);
    town.devices.values().forEach(device -> device.isDark = true);
    town.set(
        rolledBack, new RolloutState.RolledBack(2, "ada", new Reason.NotAllowed("no"), town.now));

    town.create(2, Town.NEWER, plan(new Budgets(0, 0, 0), AbortRule.USUAL, null));
    town.seconds(10);

    for (Town.Device device : town.devices.values()) {
      int member = rolledBack.find(device.slot);
      assertThat(rolledBack.isSuperseded(member)).isTrue();
      assertThat(rolledBack.choice(member, device.holder))
          .isInstanceOfSatisfying(
              Choice.Free.class, free -> assertThat(free.release()).isEqualTo(Town.OLD));
    }
  }

  @Test
  void anUnusedPermitIsGivenAgain() {
    Town town = quiet(8, 1, 1);
    town.create(1, Town.NEW, plan(new Budgets(1, 1, 1), AbortRule.USUAL, null));
    Town.Device device = town.devices.values().iterator().next();
    while (town.rollout(1).inFlight() == 0) {
      town.second();
    }
    // Before the document with the permit has reached it.
    device.isDark = true;
    town.seconds((int) (PERMIT_MILLIS + Rollout.PERMIT_MARGIN_MILLIS) / 1_000 + 10);
    assertThat(town.rollout(1).inFlight()).isZero();

    device.isDark = false;
    town.seconds(LONG_SECONDS);

    assertThat(device.live).isEqualTo(Town.NEW);
  }

  /// Else thousands of them, in the dark, would be looked at again and again before anything else.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPermitIsLookedAtWhenItIsOverByTheClockToo(boolean isReadAnew) {
    Town town = quiet(8, 1, 1);
    town.create(1, Town.NEW, plan(new Budgets(1, 1, 1), AbortRule.USUAL, null));
    Town.Device device = town.devices.values().iterator().next();
    while (town.rollout(1).inFlight() == 0) {
      town.second();
    }
    device.isDark = true;
    town.second();

    town.now -= HOURS_MILLIS;
    RolloutId id = new RolloutId(1);
    if (isReadAnew) {
      town.restart(town.log.size());
      town.apply(List.of(new RolloutChange.ClockKnown(id, -HOURS_MILLIS, 0)));
    } else {
      town.apply(List.of(new RolloutChange.ClockSet(id, -HOURS_MILLIS)));
    }
    Rollout rollout = town.rollout(1);
    town.now += PERMIT_MILLIS + Rollout.PERMIT_MARGIN_MILLIS;
    assertThat(rollout.over(town.now, 10)).isEmpty();

    town.now += HOURS_MILLIS;
    assertThat(rollout.over(town.now, 10)).hasSize(1);
    town.second();
    assertThat(rollout.inFlight()).isZero();
  }

  @Test
  void theDeadlineClosesIt() {
    Town town = quiet(9, 4, 1);
    town.devices.values().stream().limit(1).forEach(device -> device.isDark = true);
    town.create(1, Town.NEW, plan(new Budgets(0, 0, 0), AbortRule.USUAL, town.now + 2_000_000L));

    town.seconds(LONG_SECONDS);

    assertThat(town.rollout(1).state()).isInstanceOf(RolloutState.Expired.class);
    SlotRef dark =
        town.devices.values().stream().filter(it -> it.isDark).findFirst().orElseThrow().slot;
    assertThat(town.why(town.rollout(1), dark))
        .singleElement()
        .isInstanceOfSatisfying(
            Reason.RolloutEnded.class,
            ended -> assertThat(ended.cause()).isInstanceOf(Reason.DeadlinePassed.class));
  }

  @Test
  void countedWavesTakeOneOfEachSiteFirst() {
    RolloutPlan plan =
        new RolloutPlan(
            List.of(new Wave("canary", new Pick.Count(10), Gate.USUAL)),
            Budgets.USUAL,
            AbortRule.USUAL,
            PERMIT_MILLIS,
            null);
    WaveSort sort = sorted(plan, 20, 5, Map.of());

    Set<Name> sites = new HashSet<>();
    int canaries = 0;
    for (int member = 0; member < sort.size(); member++) {
      if (sort.wave(member) == 0) {
        canaries++;
        sites.add(sort.slot(member).site());
      }
    }

    assertThat(canaries).isEqualTo(10);
    assertThat(sites).hasSize(10);
  }

  @Test
  void wavesTakeExactlyWhatTheySay() {
    RolloutPlan plan =
        new RolloutPlan(
            List.of(
                new Wave(
                    "named", new Pick.Listed(Set.of(SlotRef.parse("site-3/slot-0"))), Gate.USUAL),
                new Wave("few", new Pick.Count(7), Gate.USUAL),
                new Wave("none", new Pick.Count(0), Gate.USUAL),
                new Wave("tenth", new Pick.Percent(10), Gate.USUAL)),
            Budgets.USUAL,
            AbortRule.USUAL,
            PERMIT_MILLIS,
            null);
    WaveSort sort = sorted(plan, 333, 3, Map.of());

    int[] sizes = new int[5];
    for (int member = 0; member < sort.size(); member++) {
      sizes[sort.wave(member)]++;
    }

    assertThat(sizes).containsExactly(1, 7, 0, 100, 891);
    WaveSort sliced = found(plan, 333, 3, Map.of());
    int slices = 1;
    while (!sliced.bound(100)) {
      slices++;
    }
    // 999 devices, and some of 1,024 buckets before them.
    assertThat(slices).isBetween(11, 21);
    for (int member = 0; member < sort.size(); member++) {
      assertThat(sliced.wave(member)).isEqualTo(sort.wave(member));
    }
  }

  /// What is counted in few buckets as long as it is small is counted anew on the way.
  @Test
  void wavesOfLargeFleetsTakeExactlyWhatTheySay() {
    RolloutPlan plan =
        new RolloutPlan(
            List.of(
                new Wave(
                    "named", new Pick.Listed(Set.of(SlotRef.parse("site-3/slot-0"))), Gate.USUAL),
                new Wave("few", new Pick.Count(7), Gate.USUAL),
                new Wave("tenth", new Pick.Percent(10), Gate.USUAL)),
            Budgets.USUAL,
            AbortRule.USUAL,
            PERMIT_MILLIS,
            null);
    WaveSort sort = sorted(plan, 3_000, 4, Map.of());

    int[] sizes = new int[4];
    Set<Name> sites = new HashSet<>();
    for (int member = 0; member < sort.size(); member++) {
      sizes[sort.wave(member)]++;
      if (sort.wave(member) == 2) {
        sites.add(sort.slot(member).site());
      }
    }

    assertThat(sizes).containsExactly(1, 7, 1_200, 10_792);
    assertThat(sites).hasSize(1_200);
  }

  /// Whatever happens, no budget is ever exceeded; and when it has become quiet, whoever does not
  /// have the release is held up by something that somebody decided, and `why` names it.
  @ParameterizedTest
  @MethodSource("seeds")
  void budgetsHoldAndNobodyWaitsWithoutAReason(long seed) {
    Town town = new Town(seed, 2 + (int) (seed % 5), 1 + (int) (seed % 4));
    for (Town.Device device : town.devices.values()) {
      device.failsNext = town.random.nextInt(8) == 0;
      device.isDark = town.random.nextInt(6) == 0;
    }
    Budgets budgets =
        new Budgets(1 + town.random.nextInt(2), town.random.nextInt(4), town.random.nextInt(3));
    AbortRule rule = new AbortRule(0, town.random.nextInt(60), town.random.nextBoolean());
    town.create(1, Town.NEW, plan(budgets, rule, null));
    town.seconds(400);
    if (town.random.nextBoolean()) {
      town.create(2, Town.NEWER, plan(budgets, rule, null));
    }
    for (int hour = 0; hour < 6; hour++) {
      town.seconds(300);
      person(town);
    }
    town.isRough = false;
    town.devices.values().forEach(device -> device.isDark = false);
    for (Rollout rollout : List.copyOf(town.rollouts.all())) {
      if (rollout.state() instanceof RolloutState.Paused paused) {
        town.set(rollout, new RolloutState.Rolling(paused.openThrough(), town.now, 0, ""));
      }
    }

    town.seconds(2 * LONG_SECONDS);

    for (Rollout rollout : town.rollouts.all()) {
      for (int member = 0; member < rollout.size(); member++) {
        boolean hasIt = rollout.phase(member) == Phase.SUCCEEDED;
        List<Reason> why = town.why(rollout, rollout.slot(member));
        assertThat(why.isEmpty())
            .as("%s %s: %s", rollout, rollout.slot(member), why)
            .isEqualTo(
                !rollout.isSuperseded(member) && (hasIt || rollout.phase(member) == Phase.BACK));
        assertThat(why)
            .as(
                "%s %s %s holder %d %s",
                rollout,
                rollout.slot(member),
                rollout.phase(member),
                rollout.holder(member),
                known(town, rollout.slot(member)))
            .allMatch(RolloutTest::isHold);
      }
    }
  }

  private static String known(Town town, SlotRef slot) {
    Town.Device device = town.devices.get(slot);
    return device == null ? "" : device.holder + " " + device.status() + " " + device.held;
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("tombolo.rollout.seeds", 200));
  }

  /// What may hold somebody up for ever, because a rule or a person says so.
  private static boolean isHold(Reason reason) {
    return reason instanceof Reason.RolloutSuperseded
        || reason instanceof Reason.RolloutFailedHere
        || reason instanceof Reason.RolloutEnded
        || reason instanceof Reason.SiteFailuresFull
        || reason instanceof Reason.WaveNotOpen;
  }

  private static void person(Town town) {
    Rollout rollout = town.rollout(1);
    switch (town.random.nextInt(5)) {
      case 0 -> {
        if (rollout.state() instanceof RolloutState.Rolling rolling) {
          town.set(rollout, new RolloutState.Paused(rolling.openThrough(), "ada", town.now));
        }
      }
      case 1 -> {
        if (rollout.state() instanceof RolloutState.Paused paused) {
          town.set(rollout, new RolloutState.Rolling(paused.openThrough(), town.now, 0, ""));
        }
      }
      case 2 -> {
        if (rollout.state() instanceof RolloutState.Aborted
            || rollout.state() instanceof RolloutState.Completed) {
          town.apply(RolloutSteps.retry(rollout, town.slots(town.rollout(1))::prior, town.now));
        }
      }
      case 3 -> {
        if (town.random.nextInt(3) == 0
            && rollout.state() instanceof RolloutState.Rolling rolling) {
          town.set(
              rollout,
              new RolloutState.Aborted(
                  rolling.openThrough(), "ada", new Reason.NotAllowed("no"), town.now));
        }
      }
      default -> {}
    }
  }

  private static Town quiet(long seed, int sites, int perSite) {
    Town town = new Town(seed, sites, perSite);
    town.isRough = false;
    return town;
  }

  private static RolloutPlan plan(Budgets budgets, AbortRule rule, @Nullable Long deadline) {
    return new RolloutPlan(
        List.of(
            new Wave("canary", new Pick.Count(1), new Gate(90, 10_000, false)),
            new Wave("half", new Pick.Percent(50), new Gate(90, 0, false))),
        budgets,
        rule,
        PERMIT_MILLIS,
        deadline);
  }

  private static WaveSort sorted(
      RolloutPlan plan, int sites, int perSite, Map<String, String> labels) {
    WaveSort sort = found(plan, sites, perSite, labels);
    sort.bound();
    return sort;
  }

  private static WaveSort found(
      RolloutPlan plan, int sites, int perSite, Map<String, String> labels) {
    WaveSort sort = new WaveSort(new RolloutId(5), plan);
    for (int site = 0; site < sites; site++) {
      Name name = new Name("site-" + site);
      List<SlotRef> slots =
          java.util.stream.IntStream.range(0, perSite)
              .mapToObj(slot -> new SlotRef(name, new Name("slot-" + slot)))
              .toList();
      byte[] named = new byte[perSite];
      for (int i = 0; i < perSite; i++) {
        named[i] = WaveSort.namedBy(plan, slots.get(i), labels);
      }
      sort.add(slots, named);
    }
    return sort;
  }
}
