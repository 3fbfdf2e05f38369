package dev.tombolo.hub.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.rollout.RolloutReasons.Overruling;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonKind;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever of a rollout holds a device up, `why` says which it is: in each state of the rollout,
/// in each phase of the device, and for each gate and budget.
class RolloutReasonsTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;
  private static final Gate GATE = new Gate(95, HOUR, true);
  private static final Reason CAUSE = new Reason.Unknown("somebody did not like it");
  private static final WaveCount SOME = count(10, 5);
  private static final Budgets BUDGETS = new Budgets(2, 5, 1);

  /// Needs nothing more from the rollout.
  private static final Set<Phase> THROUGH = EnumSet.of(Phase.SUCCEEDED, Phase.BACK);

  private static final Set<Phase> IN_FLIGHT =
      EnumSet.of(Phase.PERMITTED, Phase.SWITCHED, Phase.LOST);

  private static List<RolloutState> states() {
    return List.of(
        new RolloutState.Planning(),
        new RolloutState.Rolling(0, NOW, 0, ""),
        new RolloutState.Paused(0, "alice", NOW),
        new RolloutState.Completed(1, NOW),
        new RolloutState.Aborted(0, "alice", CAUSE, NOW),
        new RolloutState.RolledBack(0, "alice", CAUSE, NOW),
        new RolloutState.Expired(0, NOW));
  }

  @Test
  void everyStateIsHere() {
    Set<Class<?>> here = new HashSet<>();
    states().forEach(state -> here.add(state.getClass()));

    assertThat(here).containsExactlyInAnyOrder(RolloutState.class.getPermittedSubclasses());
  }

  @Test
  void inEachStateAndPhaseWhoIsNotThroughHearsWhy() {
    for (RolloutState state : states()) {
      for (Phase phase : Phase.values()) {
        for (int wave = 0; wave < 2; wave++) {
          List<Reason> reasons = RolloutReasons.of(at(state, phase, wave));
          String where = state + ", " + phase + ", wave " + wave;
          if (THROUGH.contains(phase)) {
            assertThat(reasons).as(where).isEmpty();
          } else {
            assertThat(reasons).as(where).isNotEmpty();
            assertThat(reasons.getFirst()).as(where).isInstanceOf(expected(state, phase, wave));
          }
        }
      }
    }
  }

  /// The nearest cause.
  private static Class<? extends Reason> expected(RolloutState state, Phase phase, int wave) {
    if (phase == Phase.FAILED) {
      return Reason.RolloutFailedHere.class;
    }
    if (state instanceof RolloutState.Planning) {
      return Reason.RolloutPlanning.class;
    }
    if (IN_FLIGHT.contains(phase)) {
      return Reason.PermitOutstanding.class;
    }
    return switch (state) {
      case RolloutState.Planning _ -> Reason.RolloutPlanning.class;
      case RolloutState.Paused _ -> Reason.RolloutPaused.class;
      case RolloutState.Aborted _, RolloutState.RolledBack _, RolloutState.Expired _ ->
          Reason.RolloutEnded.class;
      case RolloutState.Rolling _ when wave > 0 -> Reason.WaveNotOpen.class;
      case RolloutState.Rolling _, RolloutState.Completed _ ->
          switch (phase) {
            case WAITING -> Reason.RolloutStaging.class;
            case RETRYING -> Reason.RolloutRetrying.class;
            case READY -> Reason.Starting.class;
            case PERMITTED, SWITCHED, SUCCEEDED, FAILED, BACK, LOST ->
                throw new AssertionError(phase + " is answered above");
          };
    };
  }

  private static Map<String, Standing> obstacles() {
    Map<String, Standing> obstacles = new LinkedHashMap<>();
    RolloutState open = new RolloutState.Rolling(0, NOW, 0, "");
    obstacles.put("planning", at(new RolloutState.Planning(), Phase.WAITING, 0));
    obstacles.put("a wave that is not healthy", at(open, Phase.WAITING, 1));
    obstacles.put(
        "a wave that nobody is in", with(open, Phase.WAITING, 1, WaveCount.NONE, 0, 0, 0));
    obstacles.put(
        "a soak",
        at(new RolloutState.Rolling(0, NOW - 2 * HOUR, NOW - HOUR / 2, ""), Phase.READY, 1));
    obstacles.put(
        "an approval",
        at(new RolloutState.Rolling(0, NOW - 3 * HOUR, NOW - 2 * HOUR, ""), Phase.READY, 1));
    obstacles.put(
        "a wave that is about to open",
        at(new RolloutState.Rolling(0, NOW - 3 * HOUR, NOW - 2 * HOUR, "alice"), Phase.READY, 1));
    obstacles.put("its download", at(open, Phase.WAITING, 0));
    obstacles.put("another try", at(open, Phase.RETRYING, 0));
    obstacles.put("its permit that is out", at(open, Phase.PERMITTED, 0));
    obstacles.put("failures of its site", with(open, Phase.READY, 0, SOME, 0, 1, 0));
    obstacles.put("the budget of its site", with(open, Phase.READY, 0, SOME, 2, 0, 2));
    obstacles.put("the budget of the rollout", with(open, Phase.READY, 0, SOME, 0, 0, 5));
    obstacles.put("its next line", at(open, Phase.READY, 0));
    obstacles.put("a pause", at(new RolloutState.Paused(0, "alice", NOW), Phase.READY, 0));
    obstacles.put("an abort", at(new RolloutState.Aborted(0, "alice", CAUSE, NOW), Phase.READY, 0));
    obstacles.put(
        "a rollback", at(new RolloutState.RolledBack(0, "alice", CAUSE, NOW), Phase.READY, 0));
    obstacles.put("a deadline", at(new RolloutState.Expired(0, NOW), Phase.READY, 0));
    obstacles.put("its own failure", at(open, Phase.FAILED, 0));
    obstacles.put("a newer rollout", superseded(open));
    obstacles.put("labels that have changed", outside(open));
    obstacles.put("a permit that a restore may have lost", suspect(open));
    return obstacles;
  }

  @Test
  void whateverHoldsADeviceUpHasASentenceOfItsOwn() {
    Map<String, Standing> obstacles = obstacles();
    Map<String, String> sentences = new LinkedHashMap<>();
    obstacles.forEach(
        (what, standing) -> {
          List<Reason> reasons = RolloutReasons.of(standing);
          assertThat(reasons).as(what).isNotEmpty();
          String before = sentences.put(ReasonText.say(reasons.getFirst()), what);
          assertThat(before).as(what + " has the sentence of another").isNull();
        });
    assertThat(sentences).hasSameSizeAs(obstacles);
  }

  @Test
  void theCommandThatSaysYesNamesTheNextWaveNotTheDevices() {
    RolloutState waits = new RolloutState.Rolling(0, NOW - 3 * HOUR, NOW - 2 * HOUR, "");
    Standing ofTheThird = with(waits, Phase.WAITING, 2, SOME, 0, 0, 0);
    Standing behindNobody = with(waits, Phase.WAITING, 2, WaveCount.NONE, 0, 0, 0);

    for (Standing standing : List.of(ofTheThird, behindNobody)) {
      assertThat(ReasonText.say(RolloutReasons.of(standing).getFirst()))
          .startsWith("It waits for wave rest of rollout r7: ")
          .endsWith("must say yes (tombolo rollout approve r7 --wave 'the second').");
    }
  }

  /// As `retry` takes it.
  @Test
  void whoFailedHearsHowItCanBeTriedAgain() {
    assertThat(failedIn(new RolloutState.Rolling(0, NOW, 0, "")))
        .endsWith("To try again: tombolo rollout retry r7.");
    assertThat(failedIn(new RolloutState.Aborted(0, "alice", CAUSE, NOW)))
        .endsWith("To try again: tombolo rollout retry r7.");
    assertThat(failedIn(new RolloutState.Paused(0, "alice", NOW)))
        .endsWith("To try again: tombolo rollout resume r7, then tombolo rollout retry r7.");
    for (RolloutState state :
        List.of(
            new RolloutState.RolledBack(0, "alice", CAUSE, NOW),
            new RolloutState.Expired(0, NOW))) {
      assertThat(failedIn(state)).endsWith("To try again: begin another rollout.");
    }
  }

  private static String failedIn(RolloutState state) {
    return ReasonText.say(RolloutReasons.of(at(state, Phase.FAILED, 0)).getFirst());
  }

  /// A new one has to be brought about here.
  @Test
  void noReasonOfARolloutIsNeverGiven() {
    Set<Class<?>> given = new HashSet<>();
    for (Standing standing : all()) {
      asked(standing).forEach(reason -> given.add(reason.getClass()));
      among(standing, overruling("site/store-1", "3.0", false))
          .forEach(reason -> given.add(reason.getClass()));
    }
    given.remove(Reason.UpToDate.class);

    assertThat(ReasonKind.IN_A_ROLLOUT.all()).filteredOn(it -> !given.contains(it)).isEmpty();
    assertThat(given)
        .filteredOn(it -> !ReasonKind.IN_A_ROLLOUT.all().contains(it))
        .as("but for what is about to happen")
        .containsExactly(Reason.Starting.class);
  }

  /// As whoever asks `why` hears it: of what a newer rollout has taken, behind that one.
  private static List<Reason> asked(Standing standing) {
    List<Standing> newestFirst =
        standing.supersededBy() == null
            ? List.of(standing)
            : List.of(newer(at(new RolloutState.Completed(1, NOW), Phase.SUCCEEDED, 0)), standing);
    return among(newestFirst);
  }

  /// What the newer one waits for comes first, as if there were no older one.
  @Test
  void whoWasTakenByANewerRolloutHearsOfItBehindWhatThatOneWaitsFor() {
    RolloutState open = new RolloutState.Rolling(0, NOW, 0, "");
    Standing newer = newer(at(open, Phase.WAITING, 0));
    List<Reason> alone = among(List.of(newer));

    assertThat(alone).hasSize(1).first().isInstanceOf(Reason.RolloutStaging.class);
    for (RolloutState state : List.of(open, new RolloutState.Paused(0, "alice", NOW))) {
      assertThat(among(List.of(newer, superseded(state))))
          .containsExactly(alone.getFirst(), new Reason.RolloutSuperseded("r7", "r9"));
    }
  }

  /// For a day after the older one has ended because of it: the list is not longer for ever.
  @Test
  void whatWasTakenIsNamedWhileTheOlderRolloutIsUnderWayAndADayMore() {
    Standing newer = newer(at(new RolloutState.Completed(1, NOW), Phase.SUCCEEDED, 0));
    long day = RolloutReasons.SUPERSEDED_TOLD_MILLIS;

    assertThat(among(List.of(newer, superseded(new RolloutState.Completed(0, NOW - day + 1)))))
        .containsExactly(new Reason.UpToDate(), new Reason.RolloutSuperseded("r7", "r9"));
    assertThat(among(List.of(newer, superseded(new RolloutState.Completed(0, NOW - day)))))
        .containsExactly(new Reason.UpToDate());
    assertThat(among(List.of(newer, superseded(new RolloutState.Expired(0, NOW)))))
        .containsExactly(new Reason.UpToDate());
  }

  /// It was through with the device when the newer one took that.
  @Test
  void ofWhatAnOlderRolloutHasDoneNothingIsSaid() {
    RolloutState open = new RolloutState.Rolling(0, NOW, 0, "");
    Standing newer = newer(at(open, Phase.WAITING, 0));
    Standing done =
        standing(open, Phase.SUCCEEDED, 0, SOME, 0, 0, 0, new RolloutId(9), false, false);

    assertThat(among(List.of(newer, done))).isEqualTo(among(List.of(newer)));
  }

  /// Its application was taken off since: neither moves it.
  @Test
  void whatIsVoidHasTakenNothing() {
    RolloutState taken = new RolloutState.Aborted(-1, "user:anna", CAUSE, NOW);
    RolloutState open = new RolloutState.Rolling(0, NOW, 0, "");

    assertThat(among(List.of(newer(at(taken, Phase.WAITING, 0)), superseded(open))))
        .containsExactly(new Reason.UpToDate());
  }

  private static List<Reason> among(List<Standing> newestFirst) {
    return RolloutReasons.among(
        List.of(new Reason.UpToDate()), newestFirst, record -> Optional.empty());
  }

  /// The same of rollout r9.
  private static Standing newer(Standing it) {
    RolloutRecord record = it.record();
    return new Standing(
        new RolloutRecord(
            new RolloutId(9),
            record.release(),
            record.digest(),
            record.scope(),
            record.plan(),
            record.state(),
            record.priors(),
            record.life(),
            record.suspectUntilMillis(),
            record.createdMillis(),
            record.createdBy()),
        it.counts(),
        it.slot(),
        it.wave(),
        it.phase(),
        it.supersededBy(),
        it.isOutside(),
        it.isOut(),
        it.isSuspect(),
        it.notAfterMillis(),
        it.grantedMillis(),
        it.prior(),
        it.failure(),
        it.siteInFlight(),
        it.siteFailed(),
        it.inFlight(),
        it.nowMillis());
  }

  private static List<Standing> all() {
    List<Standing> all = new ArrayList<>(obstacles().values());
    List<RolloutState> states = new ArrayList<>(states());
    states.add(new RolloutState.Rolling(0, NOW, NOW - 1, ""));
    states.add(new RolloutState.Rolling(0, NOW, NOW - 2 * HOUR, ""));
    for (RolloutState state : states) {
      for (Phase phase : Phase.values()) {
        all.add(at(state, phase, 0));
        all.add(at(state, phase, 1));
        all.add(with(state, phase, 1, WaveCount.NONE, 0, 0, 0));
        all.add(superseded(state));
        all.add(outside(state));
      }
    }
    return all;
  }

  private static WaveCount count(int reached, int succeeded) {
    return new WaveCount(
        reached,
        succeeded,
        0,
        0,
        reached - succeeded,
        0,
        0,
        0,
        reached,
        WaveCount.Taken.NONE,
        0,
        0,
        0);
  }

  private static Standing at(RolloutState state, Phase phase, int wave) {
    return with(state, phase, wave, SOME, 0, 0, 0);
  }

  private static Standing with(
      RolloutState state,
      Phase phase,
      int wave,
      WaveCount first,
      int siteInFlight,
      int siteFailed,
      int inFlight) {
    return standing(state, phase, wave, first, siteInFlight, siteFailed, inFlight, null, false);
  }

  /// A site has had something of its own assigned since.
  @Test
  void whatOverrulesARolloutIsNamedWithItsLayer() {
    RolloutState open = new RolloutState.Rolling(0, NOW, 0, "");
    Overruling site = overruling("site/store-1", "3.0", false);

    List<Reason> reasons = among(at(open, Phase.WAITING, 0), site);

    assertThat(reasons)
        .containsExactly(
            new Reason.UpToDate(),
            new Reason.RolloutOverruled("r7", "embedding@2.0", "site/store-1", "embedding@3.0"));
    assertThat(ReasonText.say(reasons.getLast()))
        .isEqualTo(
            "Rollout r7 (embedding@2.0) is superseded here by layer site/store-1: embedding@3.0"
                + " was assigned there since.");
    assertThat(among(at(open, Phase.SUCCEEDED, 0), site)).isEqualTo(reasons);
    assertThat(among(outside(open), site)).isEqualTo(reasons);
  }

  /// It has what the rollout brings, or all have gone on to the next one.
  @Test
  void whatOverrulesARolloutIsNotNamedWhereItMakesNoDifference() {
    RolloutState over = new RolloutState.Completed(1, NOW);

    assertThat(among(at(over, Phase.SUCCEEDED, 0), overruling("site/store-1", "2.0", false)))
        .containsExactly(new Reason.UpToDate());
    assertThat(among(at(over, Phase.SUCCEEDED, 0), overruling("fleet/retail", "3.0", true)))
        .containsExactly(new Reason.UpToDate());
    assertThat(among(outside(over), overruling("fleet/retail", "3.0", true))).hasSize(2);
  }

  /// Its application was taken off: nothing of it counts any more.
  @Test
  void nothingIsSaidOfARolloutThatWasTakenOff() {
    Reason why = new Reason.CauseGiven("its application was taken off");
    RolloutState taken = new RolloutState.Aborted(-1, "user:anna", why, NOW);

    assertThat(among(at(taken, Phase.WAITING, 0), overruling("site/store-1", "3.0", false)))
        .containsExactly(new Reason.UpToDate());
    assertThat(
            RolloutReasons.among(
                List.of(new Reason.UpToDate()),
                List.of(at(taken, Phase.WAITING, 0)),
                record -> Optional.empty()))
        .containsExactly(new Reason.UpToDate());
  }

  /// What the older one waits for comes before why the newer one has nothing to say.
  @Test
  void whoHasLeftANewerRolloutHearsOfTheOlderOne() {
    RolloutState open = new RolloutState.Rolling(0, NOW, 0, "");

    List<Reason> reasons =
        RolloutReasons.among(
            List.of(new Reason.UpToDate()),
            List.of(outside(open), at(open, Phase.WAITING, 0)),
            record -> Optional.empty());

    assertThat(reasons).hasSize(2).first().isInstanceOf(Reason.RolloutStaging.class);
    assertThat(reasons.getLast()).isInstanceOf(Reason.RolloutLeft.class);
  }

  private static List<Reason> among(Standing standing, Overruling by) {
    return RolloutReasons.among(
        List.of(new Reason.UpToDate()), List.of(standing), record -> Optional.of(by));
  }

  private static Overruling overruling(String layer, String version, boolean isForAll) {
    return new Overruling(layer, Digest.ofText(version), version, isForAll);
  }

  private static Standing superseded(RolloutState state) {
    return standing(state, Phase.WAITING, 0, SOME, 0, 0, 0, new RolloutId(9), false);
  }

  private static Standing suspect(RolloutState state) {
    return standing(state, Phase.WAITING, 0, SOME, 0, 0, 0, null, true);
  }

  private static Standing outside(RolloutState state) {
    return standing(state, Phase.WAITING, 0, SOME, 0, 0, 0, null, true, false);
  }

  private static Standing standing(
      RolloutState state,
      Phase phase,
      int wave,
      WaveCount first,
      int siteInFlight,
      int siteFailed,
      int inFlight,
      @Nullable RolloutId by,
      boolean isSuspect) {
    return standing(
        state, phase, wave, first, siteInFlight, siteFailed, inFlight, by, false, isSuspect);
  }

  private static Standing standing(
      RolloutState state,
      Phase phase,
      int wave,
      WaveCount first,
      int siteInFlight,
      int siteFailed,
      int inFlight,
      @Nullable RolloutId by,
      boolean isOutside,
      boolean isSuspect) {
    RolloutRecord record =
        new RolloutRecord(
            new RolloutId(7),
            new ReleaseRef(new Name("embedding"), "2.0"),
            Digest.ofText("2.0"),
            new Scope(new Name("retail"), Set.of(), Map.of()),
            new RolloutPlan(
                List.of(
                    new Wave("first", new Pick.Count(10), GATE),
                    new Wave("the second", new Pick.Count(10), GATE)),
                BUDGETS,
                AbortRule.USUAL,
                24 * HOUR,
                null),
            state,
            List.of(),
            0,
            0,
            NOW - 10 * HOUR,
            "alice");
    return new Standing(
        record,
        List.of(first, SOME, SOME),
        "store-1/counter",
        wave,
        phase,
        by,
        isOutside,
        isSuspect || phase.isInFlight(),
        isSuspect,
        NOW + HOUR,
        NOW - HOUR,
        -1,
        CAUSE,
        siteInFlight,
        siteFailed,
        inFlight,
        NOW);
  }
}
