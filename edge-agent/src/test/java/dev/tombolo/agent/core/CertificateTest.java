package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The device's certificate: renewed in time, recovered when it has run out.
class CertificateTest {
  private static final Reason NEEDED = new Reason.ApprovalNeeded("dev", "away too long");

  private static final long DAY_MILLIS = 24L * 3600 * 1000;

  private final Shop shop = new Shop();
  private Publisher.Signed release;

  @BeforeEach
  void live() {
    release = shop.release("1.0");
    shop.hub.assign(release);
    shop.startAgent();
    shop.until("live", () -> shop.isLive(release.digest()));
  }

  @Test
  void whatIsStillGoodIsRenewed() {
    shop.skipDays(35);
    shop.seconds(5);

    assertThat(shop.count(AgentEffect.Renew.class)).isEqualTo(1);
    assertThat(shop.count(AgentEffect.Recover.class)).isZero();
  }

  /// It was made for a question of a month ago, whose answer was lost.
  @Test
  void anOldAnswerIsFollowedByAnotherQuestionWhenItIsDue() {
    shop.skipDays(35);
    shop.seconds(5);
    shop.tell(new AgentEvent.RenewalFinished(life(-27)));
    shop.skipDays(9);
    shop.seconds(300);
    assertThat(shop.count(AgentEffect.Renew.class)).isEqualTo(2);

    shop.tell(new AgentEvent.RenewalFinished(life(0)));
    shop.seconds(300);
    shop.skipDays(14);
    shop.seconds(300);

    assertThat(shop.count(AgentEffect.Renew.class)).isEqualTo(2);
  }

  @Test
  void aClockThatIsAheadDoesNotAskForOneAfterTheOther() {
    shop.skipDays(35);
    shop.seconds(5);
    for (int i = 0; i < 3; i++) {
      shop.tell(new AgentEvent.RenewalFinished(life(-36)));
      shop.seconds(300);
    }

    assertThat(shop.count(AgentEffect.Renew.class)).isEqualTo(2);
  }

  private CertificateLife life(int fromDays) {
    long from = shop.now().wallMillis() + fromDays * 24L * 3600 * 1000 - 1_000;
    return new CertificateLife(from, from + 45L * 24 * 3600 * 1000);
  }

  @Test
  void whatHasRunOutIsRecoveredAndTheWorkloadRunsOn() {
    shop.lineCut = true;
    shop.skipDays(400);
    shop.seconds(5);

    assertThat(shop.count(AgentEffect.Recover.class)).isEqualTo(1);
    assertThat(shop.count(AgentEffect.Renew.class)).isZero();
    assertThat(shop.runs(release.digest())).isTrue();
  }

  @Test
  void theHubsWordCountsWhereTheClockIsWrong() {
    shop.setClock(4_711);
    shop.lineCut = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.CertificateExpired("dev", 1), 0));
    shop.seconds(10);

    assertThat(shop.count(AgentEffect.Recover.class)).isEqualTo(1);
  }

  @Test
  void aRenewalRefusedAsExpiredBecomesARecovery() {
    shop.skipDays(35);
    shop.seconds(5);
    shop.tell(new AgentEvent.RenewalFailed(new Reason.CertificateExpired("dev", 1), 0));
    shop.seconds(10);

    assertThat(shop.count(AgentEffect.Recover.class)).isEqualTo(1);
  }

  @Test
  void aRefusedRecoveryIsNamedAndTriedAgainLessAndLess() {
    shop.skipDays(900);
    for (int minute = 0; minute < 60; minute++) {
      shop.seconds(60);
      shop.tell(new AgentEvent.RenewalFailed(NEEDED, 0));
    }
    shop.seconds(60);

    assertThat(shop.core().state(shop.now()).reasons()).contains(NEEDED);
    assertThat(shop.count(AgentEffect.Recover.class)).isBetween(30L, 62L);
  }

  @Test
  void whyAnswersWithTheRefusalAtOnce() {
    shop.skipDays(900);
    shop.seconds(60);

    shop.tell(new AgentEvent.RenewalFailed(NEEDED, 0));
    shop.seconds(1);

    assertThat(shop.done)
        .anyMatch(
            effect ->
                effect instanceof AgentEffect.Publish publish
                    && publish.message() instanceof AgentEffect.Outgoing.OfReport(var report)
                    && report.rows().stream().anyMatch(CertificateTest::namesTheRefusal));
  }

  private static boolean namesTheRefusal(Report.Row row) {
    return row.body() instanceof ReportBody.State state && state.reasons().contains(NEEDED);
  }

  /// Also kept for who asks when the agent is dead.
  @Test
  void thatItHasRunOutIsSaidWhileTheLineIsDown() {
    long until = shop.now().wallMillis() + 39 * DAY_MILLIS;
    shop.cutLine();
    shop.seconds(5);
    assertThat(expiries()).isEmpty();
    shop.skipDays(400);
    shop.seconds(5);

    assertThat(expiries()).singleElement().isEqualTo(expired());
    assertThat(expired().expiredMillis()).isBetween(until, until + 2 * DAY_MILLIS);
    assertThat(shop.core().told().orElseThrow().reasons()).contains(expired());

    shop.lineCut = false;
    shop.tell(new AgentEvent.RenewalFinished(life(0)));
    shop.until("the line is up", () -> shop.hub.happened("certificate-recovered") == 1);
    assertThat(expiries()).isEmpty();
    assertThat(shop.core().told().orElseThrow().reasons()).doesNotContain(expired());
  }

  @Test
  void whoseLineIsOpenDoesNotSayThatItHasRunOut() {
    shop.skipDays(400);
    shop.seconds(5);

    assertThat(shop.count(AgentEffect.Recover.class)).isEqualTo(1);
    assertThat(expiries()).isEmpty();
  }

  /// The hub's word is enough, and it is said once though the renewal was refused for it, too.
  @Test
  void whatTheHubRefusesAsExpiredIsSaidOnce() {
    shop.skipDays(35);
    shop.seconds(5);
    shop.lineCut = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.CertificateExpired("dev", 1), 0));
    shop.tell(new AgentEvent.RenewalFailed(new Reason.CertificateExpired("dev", 1), 0));
    shop.seconds(5);

    assertThat(expiries()).hasSize(1);
  }

  @Test
  void itIsSaidBesideATimeThatIsNotSure() {
    Publisher.Signed second = shop.release("2.0");
    shop.lineHangs = true;
    shop.hub.windows = WindowTest.nights(2, 4);
    shop.hub.assign(second);
    shop.until("staged", () -> shop.state() instanceof ReleaseState.Staged);
    shop.powerCut();
    shop.setClock(4_711_000);
    shop.startAgent();
    shop.seconds(100);

    ReportBody.State state = shop.core().state(shop.now());
    assertThat(state.reasons()).contains(expired()).anyMatch(Reason.ClockBehind.class::isInstance);
    assertThat(state.applications().getFirst().reasons()).containsExactly(new Reason.TimeUnsure());
    assertThat(shop.runs(release.digest())).isTrue();
  }

  private List<Reason> expiries() {
    return shop.core().state(shop.now()).reasons().stream()
        .filter(Reason.CertificateExpired.class::isInstance)
        .toList();
  }

  private Reason.CertificateExpired expired() {
    return new Reason.CertificateExpired(Shop.DEVICE.text(), shop.certifiedUntilMillis);
  }

  /// Else it asked for another one, and the hub took the one just received for a copied disk's.
  @Test
  void aLateVerdictOnTheOldCertificateIsNotHeardWhenTheNewOneIsThere() {
    shop.lineHangs = true;
    shop.skipDays(400);
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));
    long opened = shop.count(AgentEffect.OpenLink.class);
    shop.until("a line opens", () -> shop.count(AgentEffect.OpenLink.class) > opened);
    long opening = shop.line();
    long asked = shop.count(AgentEffect.Recover.class);
    long from = shop.now().wallMillis() - 1_000;

    shop.tell(
        new AgentEvent.RenewalFinished(new CertificateLife(from, from + 45L * 24 * 3600 * 1000)));
    shop.tell(new AgentEvent.LinkClosed(opening, new Reason.CertificateExpired("dev", 1), 0));
    shop.seconds(60);

    assertThat(shop.count(AgentEffect.Recover.class)).isEqualTo(asked);
    assertThat(shop.done).contains(new AgentEffect.CloseLink(opening));
  }

  @Test
  void aRecoveredCertificateIsShownAtOnceAndItsTimeIsTrusted() {
    shop.lineCut = true;
    shop.skipDays(400);
    shop.seconds(600);
    shop.lineCut = false;
    long from = shop.now().wallMillis() - 1_000;
    shop.tell(
        new AgentEvent.RenewalFinished(new CertificateLife(from, from + 45L * 24 * 3600 * 1000)));

    shop.until("the line is up", () -> shop.hub.happened("certificate-recovered") == 1);

    assertThat(shop.store.load().timeFloorMillis()).isGreaterThanOrEqualTo(from);
    assertThat(shop.count(AgentEffect.Recover.class)).isEqualTo(1);
  }
}
