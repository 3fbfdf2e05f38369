package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The shop's clock shows Mon 2026-09-21 16:13:20 at first, two hours ahead of UTC.
class LineTest {
  private static final long HOUR = 3_600_000;
  private static final ZoneOffsets ZONE = new ZoneOffsets("Europe/Berlin", 7200, List.of());
  private static final LineSection.Pause PAUSE =
      new LineSection.Pause("ann", "inventory", 1_789_990_000_000L);
  private static final Reason PAUSED =
      new Reason.TransfersPaused("ann", "inventory", 1_789_990_000_000L);

  private final Shop shop = new Shop();
  private final Publisher.Signed first = shop.release("1.0");
  private final Publisher.Signed second = shop.release("2.0");

  private void firstIsLive() {
    shop.hub.assign(first);
    shop.startAgent();
    shop.until("the first is live", () -> shop.isLive(first.digest()));
  }

  private void assignSecond(@Nullable LineSection line) {
    shop.hub.lineRules = line;
    shop.hub.assign(second);
  }

  private void secondIsOnItsWay(@Nullable LineSection line) {
    firstIsLive();
    shop.hanging.add(AgentEffect.Fetch.class);
    assignSecond(line);
    shop.until("fetching", () -> shop.state() instanceof ReleaseState.Fetching);
    shop.seconds(2);
  }

  private List<Reason> reasons() {
    List<ApplicationStatus> applications = shop.core().state(shop.now()).applications();
    return applications.getFirst().reasons();
  }

  private static LineSection.Limit limit(int fromHour, int untilHour, long bits, int day) {
    int midnight = day * WeekSpan.DAY_MINUTES;
    return new LineSection.Limit(
        new WeekSpan(midnight + fromHour * 60, midnight + untilHour * 60), new BitRate(bits));
  }

  /// 2 Mbit/s from 8 to 20, 256 kbit/s from 20 to 21.
  private static LineSection limits(LineSection.@Nullable Pause pause) {
    List<LineSection.Limit> limits = new ArrayList<>();
    for (int day = 0; day < 7; day++) {
      limits.add(limit(8, 20, 2_000_000, day));
      limits.add(limit(20, 21, 256_000, day));
    }
    return new LineSection(ZONE, limits, pause);
  }

  @Test
  void withoutRulesNothingIsHeld() {
    firstIsLive();

    assertThat(shop.heldTo).isZero();
  }

  @Test
  void whatComesIsHeldToTheHourOfTheShopAndWhySaysUntilWhen() {
    secondIsOnItsWay(limits(null));

    assertThat(shop.heldTo).isEqualTo(250_000);
    assertThat(reasons())
        .last()
        .extracting(ReasonText::say)
        .isEqualTo(
            "Held to 2 Mbit/s until Mon 2026-09-21 20:00 Europe/Berlin by the bandwidth of its"
                + " site.");
  }

  @Test
  void theBoundFollowsTheClockThoughTheLineIsDownAndTheAgentWasKilled() {
    secondIsOnItsWay(limits(null));
    shop.cutLine();
    shop.killAgent();
    shop.heldTo = -1;
    shop.startAgent();
    shop.seconds(2);
    assertThat(shop.heldTo).isEqualTo(250_000);

    shop.pass(4 * HOUR);
    shop.seconds(2);
    assertThat(shop.heldTo).isEqualTo(32_000);

    shop.pass(HOUR);
    shop.seconds(2);
    assertThat(shop.heldTo).isZero();
    assertThat(reasons()).noneMatch(Reason.BandwidthHeld.class::isInstance);
  }

  @Test
  void newsOfTheHourCountsAtOnceAndNotWithTheNextTick() {
    secondIsOnItsWay(limits(null));

    // The hub's next word contradicts this one: nobody knows what time it is.
    long late = shop.now().wallMillis() + 7 * HOUR;
    shop.tell(new AgentEvent.AckedArrived(shop.line(), 9, new Acked("incarnation", 0, late)));
    shop.seconds(0);

    assertThat(shop.heldTo).isEqualTo(32_000);
  }

  @Test
  void whoDoesNotKnowWhatTimeItIsKeepsToTheLowest() {
    secondIsOnItsWay(limits(null));
    shop.lineHangs = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));
    shop.seconds(5);

    shop.setClock(shop.now().wallMillis() + 9 * HOUR);
    shop.seconds(2);

    assertThat(shop.heldTo).isEqualTo(32_000);
    assertThat(reasons()).contains(new Reason.BandwidthHeld(256_000, 0, ""));
  }

  @Test
  void aPauseStopsADownloadAndWhySaysWhoAndWhy() {
    secondIsOnItsWay(null);
    long asked = shop.count(AgentEffect.Fetch.class);

    assignSecond(new LineSection(ZONE, List.of(), PAUSE));
    shop.seconds(60);

    assertThat(shop.count(AgentEffect.CancelFetch.class)).isEqualTo(1);
    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
    assertThat(reasons()).containsExactly(PAUSED);
    assertThat(shop.core().state(shop.now()).reasons()).contains(PAUSED);
    assertThat(shop.runs(first.digest())).isTrue();
  }

  @Test
  void aPauseHoldsInTheDarkAndThroughTheAgentsDeathUntilItIsResumed() {
    secondIsOnItsWay(new LineSection(ZONE, List.of(), PAUSE));
    long asked = shop.count(AgentEffect.Fetch.class);
    shop.cutLine();
    shop.killAgent();
    shop.startAgent();
    shop.seconds(600);
    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
    assertThat(reasons()).containsExactly(PAUSED);

    shop.lineCut = false;
    shop.hanging.clear();
    assignSecond(null);
    shop.until("live", () -> shop.isLive(second.digest()));
  }
}
