package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The agent is killed at every single moment of a story, before and after each commit and each
/// effect; whatever the moment, the story ends the same.
@Tag("slow")
class CrashAnywhereTest {

  /// What happens in the shop; run once in peace to count its moments, then once for each.
  private interface Story {
    void play(Shop shop);
  }

  private static void killedAnywhere(Story story) {
    Shop peaceful = new Shop();
    story.play(peaceful);
    assertThat(peaceful.moments).isGreaterThan(50);
    for (long moment = 1; moment <= peaceful.moments; moment++) {
      Shop shop = new Shop();
      shop.crashAt = moment;
      try {
        story.play(shop);
      } catch (Shop.Killed | AssertionError e) {
        throw new AssertionError("killed at moment " + moment, e);
      }
    }
  }

  /// The first start may be the one that is killed.
  private static void start(Shop shop) {
    try {
      shop.startAgent();
    } catch (Shop.Killed e) {
      shop.startAgent();
    }
  }

  @Test
  void anUpdateEndsLiveWithEachEventToldOnce() {
    killedAnywhere(
        shop -> {
          Publisher.Signed first = shop.release("1.0");
          Publisher.Signed second = shop.release("2.0");
          shop.hub.assign(first);
          start(shop);
          shop.until("first is live", () -> shop.isLive(first.digest()));
          shop.hub.assign(second);
          shop.until("second is live", () -> shop.isLive(second.digest()));
          shop.until("all is told", () -> shop.store.load().outbox().isEmpty());

          assertThat(shop.runs(second.digest())).isTrue();
          assertThat(shop.hub.happened("live")).isEqualTo(2);
          assertThat(shop.hub.happened("switched")).isEqualTo(2);
          assertThat(shop.hub.happened("desired-applied")).isEqualTo(2);
        });
  }

  @Test
  void aBadReleaseEndsRolledBackOnceAndIsNotTriedAgain() {
    killedAnywhere(
        shop -> {
          Publisher.Signed good = shop.release("1.0");
          Publisher.Signed bad = shop.release("2.0");
          shop.bad.add(bad.digest());
          shop.hub.assign(good);
          start(shop);
          shop.until("good is live", () -> shop.isLive(good.digest()));
          shop.hub.assign(bad);
          shop.until("rolled back", () -> shop.isRolledBack(bad.digest()));
          shop.until("all is told", () -> shop.store.load().outbox().isEmpty());

          assertThat(shop.isRolledBack(bad.digest())).isTrue();
          assertThat(shop.runs(good.digest())).isTrue();
          assertThat(shop.hub.happened("rolled-back")).isEqualTo(1);
          assertThat(shop.hub.happened("live")).isEqualTo(1);
        });
  }

  @Test
  void whatIsUnassignedEndsGone() {
    killedAnywhere(
        shop -> {
          Publisher.Signed release = shop.release("1.0");
          shop.hub.assign(release);
          start(shop);
          shop.until("live", () -> shop.isLive(release.digest()));
          shop.hub.assign();
          shop.until("gone", () -> shop.processes.isEmpty() && shop.staged.isEmpty());

          assertThat(shop.store.load().applications()).isEmpty();
          assertThat(shop.store.load().workloads()).isEmpty();
        });
  }

  @Test
  void afterADamageWhatIsLiveIsReadOnceMore() {
    killedAnywhere(
        shop -> {
          Publisher.Signed release = shop.release("1.0");
          shop.hub.assign(release);
          start(shop);
          shop.until("live", () -> shop.isLive(release.digest()));
          shop.until("all is told", () -> shop.store.load().outbox().isEmpty());
          shop.killAgent();
          shop.store.damage = Optional.of(new Reason.DatabaseDamaged("found", 0, "copy"));
          shop.staged.remove(release.digest());
          start(shop);
          shop.until("it was looked at", () -> shop.store.damage.isEmpty());

          assertThat(shop.staged).contains(release.digest());
          shop.until("it is told", () -> shop.hub.happened("database-damaged") >= 1);
        });
  }

  @Test
  void aLiveWorkloadKeepsItsProcess() {
    Shop shop = new Shop();
    Publisher.Signed release = shop.release("1.0");
    shop.hub.assign(release);
    shop.startAgent();
    shop.until("live", () -> shop.isLive(release.digest()));
    Shop.Process process = shop.process();
    for (int i = 1; i <= 60; i++) {
      shop.crashAt = shop.moments + i;
      shop.seconds(10);
      assertThat(shop.process()).isEqualTo(process);
    }
  }

  @Test
  void aPermitIsToldOnceAndBeforeTheSwitch() {
    killedAnywhere(
        shop -> {
          Publisher.Signed first = shop.release("1.0");
          Publisher.Signed second = shop.release("2.0");
          shop.hub.assign(first);
          start(shop);
          shop.until("first is live", () -> shop.isLive(first.digest()));
          long now = shop.now().wallMillis();
          Permit permit = new Permit(new Name("rollout"), 1, now, now + 3_600_000);
          shop.hub.gate = Gate.of(permit);
          shop.hub.assign(second);
          shop.until("it is switched to", () -> second.digest().equals(shop.current.get(Shop.APP)));
          assertThat(shop.store.load().applications().getFirst().permit()).contains(permit);
          shop.until("second is live", () -> shop.isLive(second.digest()));
          shop.until("all is told", () -> shop.store.load().outbox().isEmpty());

          assertThat(shop.hub.happened("permit-used")).isEqualTo(1);
          assertThat(shop.hub.happened("staged")).isEqualTo(2);
        });
  }
}
