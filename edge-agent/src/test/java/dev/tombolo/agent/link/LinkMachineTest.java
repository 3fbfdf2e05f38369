package dev.tombolo.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.reason.Reason;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkMachineTest {
  private static final Reason CUT = new Reason.LineDown(0, "cut");
  private final LinkMachine machine = new LinkMachine(new Backoff(300), 2);

  private LinkState.Waiting fail(LinkState.Waiting at, long line, double draw) {
    LinkState opening = machine.opening(at, line, at.untilMillis());
    return (LinkState.Waiting) machine.closed(opening, line, CUT, 0, at.untilMillis(), draw);
  }

  @Test
  void theWaitGrowsToFiveMinutesAndIsSpreadOverItsWholeLength() {
    LinkState.Waiting at = (LinkState.Waiting) machine.start(0, 0);
    long longest = 0;
    for (int line = 1; line < 20; line++) {
      long before = at.untilMillis();
      at = fail(at, line, 0.999);
      longest = at.untilMillis() - before;
    }
    assertThat(longest).isBetween(299_000L, 300_000L);
    LinkState.Waiting lucky = fail(at, 20, 0);
    assertThat(lucky.untilMillis()).isEqualTo(at.untilMillis());
  }

  /// Shops whose hub is down for so many seconds, each with draws of its own; many, so that chance
  /// hardly counts.
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8, 12, 20, 30})
  void aHubThatIsStartedAgainIsFoundWithinSeconds(int downSeconds) {
    Random draws = new Random(downSeconds);
    long up = downSeconds * 1000L;
    long[] late = new long[20_000];
    for (int shop = 0; shop < late.length; shop++) {
      LinkState open = new LinkState.Open(1, -60_000, 0, 0);
      LinkState.Waiting at =
          (LinkState.Waiting) machine.closed(open, 1, CUT, 0, 0, draws.nextDouble());
      for (int line = 2; at.untilMillis() < up; line++) {
        at = fail(at, line, draws.nextDouble());
      }
      late[shop] = at.untilMillis() - up;
    }
    Arrays.sort(late);

    assertThat(late[9_999]).as("p50, ms").isLessThanOrEqualTo(3_000);
    assertThat(late[19_799]).as("p99, ms").isLessThanOrEqualTo(15_000);
  }

  @Test
  void attemptsAlternateBetweenTheLinks() {
    LinkState.Waiting first = (LinkState.Waiting) machine.start(0, 0);
    LinkState.Waiting second = fail(first, 1, 0);
    LinkState.Waiting third = fail(second, 2, 0);

    assertThat(first.next()).isEqualTo(0);
    assertThat(second.next()).isEqualTo(1);
    assertThat(third.next()).isEqualTo(0);
  }

  @Test
  void whatTheHubAsksForIsWaitedAtLeast() {
    LinkState opening = machine.opening((LinkState.Waiting) machine.start(0, 0), 1, 0);

    LinkState after = machine.closed(opening, 1, new Reason.Busy(40), 40, 1_000, 0.5);

    assertThat(((LinkState.Waiting) after).untilMillis()).isBetween(41_000L, 42_000L);
  }

  @Test
  void aHubCannotSendADeviceAwayForDays() {
    LinkState opening = machine.opening((LinkState.Waiting) machine.start(0, 0), 1, 0);

    LinkState after = machine.closed(opening, 1, CUT, Integer.MAX_VALUE, 0, 0);

    assertThat(((LinkState.Waiting) after).untilMillis())
        .isEqualTo(LinkMachine.RETRY_AFTER_SECONDS_MAX * 1000L);
  }

  @Test
  void aLineThatLastedStartsTheCountAnewAndOneThatFlapsDoesNot() {
    LinkState.Waiting waiting = new LinkState.Waiting(0, 7, 0, CUT);
    LinkState open = machine.opened(machine.opening(waiting, 3, 0), 3, 0);

    LinkState flapped = machine.closed(open, 3, CUT, 0, 5_000, 0);
    LinkState lasted = machine.closed(open, 3, CUT, 0, 60_000, 0);

    assertThat(((LinkState.Waiting) flapped).failures()).isEqualTo(8);
    assertThat(((LinkState.Waiting) lasted).failures()).isEqualTo(1);
  }

  @Test
  void newsOfAnOlderLineChangesNothing() {
    LinkState open =
        machine.opened(machine.opening(new LinkState.Waiting(0, 0, 0, CUT), 5, 0), 5, 0);

    assertThat(machine.closed(open, 4, CUT, 0, 1, 0)).isSameAs(open);
    assertThat(machine.opened(open, 4, 1)).isSameAs(open);
  }

  @Test
  void anAttemptWithoutAnyNewsIsGivenUp() {
    LinkState opening = machine.opening(new LinkState.Waiting(0, 0, 0, CUT), 1, 0);

    assertThat(machine.hangs(opening, LinkMachine.OPENING_MAX_MILLIS - 1)).isFalse();
    assertThat(machine.hangs(opening, LinkMachine.OPENING_MAX_MILLIS)).isTrue();
  }

  @Test
  void theLongestWaitIsBounded() {
    assertThatThrownBy(() -> new Backoff(301)).hasMessageContaining("1-300");
    assertThatThrownBy(() -> new Backoff(0)).hasMessageContaining("1-300");
  }

  @Test
  void aCertificateIsRenewedFromDayThirtyAndWellBeforeItsEnd() {
    long end = Limits.CERTIFICATE_LIFE.toMillis();
    CertificateLife life = new CertificateLife(0, end);

    assertThat(Renewal.dueWallMillis(life, 0)).isEqualTo(Limits.CERTIFICATE_RENEW_AFTER.toMillis());
    assertThat(Renewal.dueWallMillis(life, 0.999)).isLessThan(end - 9L * 24 * 3600 * 1000);
  }

  @Test
  void aShortCertificateIsRenewedSoonEnoughToFailAFewTimes() {
    CertificateLife minute = new CertificateLife(0, 60_000);

    long due = Renewal.dueWallMillis(minute, 0.999);

    assertThat(due + 4 * Renewal.retryMillis(minute, 0.999)).isLessThan(60_000);
    assertThat(Renewal.retryMillis(new CertificateLife(0, 45 * 86_400_000L), 0)).isEqualTo(60_000);
  }
}
