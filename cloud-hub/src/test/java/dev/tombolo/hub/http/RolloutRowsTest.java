package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.view.RolloutViews.RolloutView;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
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
    RolloutPlan plan = new RolloutPlan(List.of(), Budgets.USUAL, AbortRule.USUAL, 3_600_000, null);
    RolloutRecord record =
        new RolloutRecord(
            new RolloutId(1),
            new ReleaseRef(new Name("counter"), "2"),
            Digest.ofText("2"),
            new Scope(new Name("shops"), Set.of(), Map.of()),
            plan,
            new RolloutState.Rolling(0, 1, 0, ""),
            List.of(),
            0,
            0,
            1,
            "ada");
    return RolloutRows.of(new RolloutView(record, List.of(count)), 1);
  }
}
