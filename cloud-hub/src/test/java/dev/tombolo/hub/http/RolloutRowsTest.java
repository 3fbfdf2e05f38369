package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.view.RolloutViews.RolloutView;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RolloutRowsTest {
  @Test
  void whoIsLeftAloneIsCountedApart() {
    RolloutRow row = row(0, 0, 2);

    assertThat(row.leftAlone()).isEqualTo(2);
    assertThat(row.waves().getFirst().leftAlone()).isEqualTo(2);
    assertThat(row.notReached()).isZero();
    assertThat(row.devices()).isEqualTo(30);
    assertThat(row.waves().getFirst().healthyPercent()).isEqualTo(96);
  }

  @Test
  void whatIsLeftIsSaid() {
    assertThat(row(0, 3, 0).words())
        .isEqualTo("done but for 3 not reached yet; they get it when they come back");
    assertThat(row(0, 0, 2).words())
        .isEqualTo(
            "done but for 2 left alone where others of the site failed: tombolo rollout retry r1");
    assertThat(row(0, 3, 2).words())
        .isEqualTo(
            "done but for 3 not reached yet, who get it when they come back, and 2 left alone where"
                + " others of the site failed: tombolo rollout retry r1");
    assertThat(row(1, 3, 2).words())
        .isEqualTo(
            "all waves are open, 1 is at it, 3 not reached yet, 2 left alone where others of the"
                + " site failed");
  }

  @Test
  void whatNewerRolloutsHaveTakenWholeIsSaid() {
    RolloutState rolling = new RolloutState.Rolling(0, 1, 0, "");
    RolloutState over = new RolloutState.Completed(0, 1);

    assertThat(taken(rolling, 3, 0, 2).words())
        .isEqualTo(
            "all 3 were taken by newer rollouts; it ends when 2 have told what became of their"
                + " permits, or those are over");
    assertThat(taken(rolling, 3, 0, 0).words())
        .isEqualTo("all 3 were taken by newer rollouts; it ends");
    assertThat(taken(over, 3, 0, 0).words())
        .isEqualTo("over: all 3 were taken by newer rollouts; 0 had got it");
    assertThat(taken(over, 3, 3, 0).words())
        .isEqualTo("done: all 3 got it; newer rollouts have taken 3 of them since");
  }

  private static RolloutRow taken(RolloutState state, int all, int succeeded, int out) {
    WaveCount count =
        new WaveCount(0, 0, 0, 0, 0, 0, 0, 0, 0, new WaveCount.Taken(all, succeeded, 0), out, 0, 0);
    Wave first = new Wave("canary", new Pick.Count(all), Gate.USUAL);
    return RolloutRows.of(
        new RolloutView(record(state, List.of(first)), List.of(count, WaveCount.NONE)), 1);
  }

  /// Of 30 devices one has failed.
  private static RolloutRow row(int ready, int dark, int leftAlone) {
    int reached = 30 - dark - leftAlone;
    WaveCount count =
        new WaveCount(
            30,
            reached - ready - 1,
            1,
            0,
            0,
            ready,
            dark,
            0,
            reached,
            WaveCount.NONE.taken(),
            0,
            0,
            leftAlone);
    RolloutRecord record = record(new RolloutState.Rolling(0, 1, 0, ""), List.of());
    return RolloutRows.of(new RolloutView(record, List.of(count)), 1);
  }

  private static RolloutRecord record(RolloutState state, List<Wave> waves) {
    return new RolloutRecord(
        new RolloutId(1),
        new ReleaseRef(new Name("counter"), "2"),
        Digest.ofText("2"),
        new Scope(new Name("shops"), Set.of(), Map.of()),
        new RolloutPlan(waves, Budgets.USUAL, AbortRule.USUAL, 3_600_000, null),
        state,
        List.of(),
        0,
        0,
        1,
        "ada");
  }
}
