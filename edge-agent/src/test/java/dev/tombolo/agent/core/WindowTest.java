package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The shop's clock shows Mon 2026-09-21 16:13:20 at first, two hours ahead of UTC.
class WindowTest {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;

  /// Mon 2026-09-21 00:00 in the shop.
  private static final long MONDAY = Instant.parse("2026-09-20T22:00:00Z").toEpochMilli();

  private static final Name ROLLOUT = new Name("counting-2");
  private static final ZoneOffsets ZONE = new ZoneOffsets("Europe/Berlin", 7200, List.of());

  private final Shop shop = new Shop();
  private final Publisher.Signed first = shop.release("1.0");
  private final Publisher.Signed second = shop.release("2.0");

  private void firstIsLive() {
    shop.hub.assign(first);
    shop.startAgent();
    shop.until("the first is live", () -> shop.isLive(first.digest()));
  }

  private void assignSecond(@Nullable WindowsSection windows, @Nullable Gate gate) {
    shop.hub.windows = windows;
    shop.hub.gate = gate;
    shop.hub.assign(second);
  }

  private void secondIsStaged() {
    shop.until("staged", () -> shop.state() instanceof ReleaseState.Staged);
    shop.seconds(5);
    assertThat(shop.state()).isInstanceOf(ReleaseState.Staged.class);
    assertThat(shop.runs(first.digest())).isTrue();
  }

  private List<Reason> reasons() {
    List<ApplicationStatus> applications = shop.core().state(shop.now()).applications();
    return applications.getFirst().reasons();
  }

  @Test
  void aStagedReleaseSwitchesInItsWindowThoughTheLineIsDown() {
    firstIsLive();
    assignSecond(nights(2, 4), null);
    secondIsStaged();
    assertThat(reasons())
        .containsExactly(
            new Reason.SwitchWindowClosed(
                MONDAY + DAY + 2 * HOUR, "Tue 2026-09-22 02:00 Europe/Berlin"));
    shop.lineCut = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));

    shop.seconds(2);
    shop.pass(MONDAY + DAY + 2 * HOUR - shop.now().wallMillis() - 3_000);
    shop.seconds(2);
    assertThat(shop.state()).isInstanceOf(ReleaseState.Staged.class);
    shop.until("live", () -> shop.isLive(second.digest()));
    assertThat(shop.now().wallMillis()).isBetween(MONDAY + DAY + 2 * HOUR, MONDAY + DAY + 3 * HOUR);
  }

  @Test
  void whyOfTheShopSaysWhenTheWindowOpens() {
    firstIsLive();
    assignSecond(nights(22, 23), null);
    secondIsStaged();

    assertThat(ReasonText.say(reasons().getFirst()))
        .isEqualTo(
            "The switch waits for its window, which opens Mon 2026-09-21 22:00 Europe/Berlin.");
  }

  /// The clock was behind; the hub says so while the other device of the site is asked.
  @Test
  void noDownloadBeginsWithTheSitesAnswerWhenItsWindowIsOver() {
    DeviceId other = DeviceId.ofKey(new byte[] {9});
    shop.lan = List.of("192.0.2.1:7443");
    firstIsLive();
    shop.hanging.addAll(
        List.of(
            AgentEffect.ShareWith.class, AgentEffect.TellPeers.class, AgentEffect.AskPeers.class));
    shop.hub.peers =
        new PeersSection(List.of(peer(Shop.DEVICE, "counter-1"), peer(other, "counter-2")));
    shop.hub.windows = section(spans(16, 17), List.of(), List.of(), List.of(), null);
    shop.hub.assign(shop.known(shop.publisher.sign(Publisher.large(Shop.APP, "3.0"))));
    shop.until("asks the site", () -> shop.count(AgentEffect.AskPeers.class) == 1);
    siteAnswers(other);
    shop.until("asks once more", () -> shop.count(AgentEffect.AskPeers.class) == 2);
    long fetched = shop.count(AgentEffect.Fetch.class);

    shop.hub.hubMillis = MONDAY + 18 * HOUR;
    shop.tell(
        new AgentEvent.AckedArrived(
            shop.line(), 0, new Acked("incarnation", shop.hub.through, shop.hub.hubMillis)));
    siteAnswers(other);
    shop.seconds(5);

    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(fetched);
    assertThat(reasons()).hasAtLeastOneElementOfType(Reason.DownloadWindowClosed.class);
  }

  private static PeersSection.Peer peer(DeviceId device, String slot) {
    return new PeersSection.Peer(device, new Name(slot), List.of(), List.of());
  }

  /// It has nothing of what is asked for.
  private void siteAnswers(DeviceId other) {
    AgentEffect.AskPeers asked = shop.last(AgentEffect.AskPeers.class);
    shop.tell(
        new AgentEvent.PeersAnswered(
            asked.content(),
            asked.question(),
            0,
            List.of(new PeerAnswer(other, PeerStanding.HOLDS, 0))));
  }

  @Test
  void aDownloadPausesWhenItsWindowClosesAndGoesOnInTheNext() {
    firstIsLive();
    shop.hanging.add(AgentEffect.Fetch.class);
    assignSecond(section(spans(16, 17), List.of(), List.of(), List.of(), null), null);
    shop.until("fetching", () -> shop.state() instanceof ReleaseState.Fetching);
    shop.seconds(2);
    long asked = shop.count(AgentEffect.Fetch.class);

    shop.pass(HOUR);
    shop.seconds(5);
    assertThat(shop.count(AgentEffect.CancelFetch.class)).isEqualTo(1);
    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
    assertThat(reasons()).singleElement().isInstanceOf(Reason.DownloadWindowClosed.class);

    shop.hanging.clear();
    shop.pass(22 * HOUR);
    shop.seconds(5);
    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
    shop.pass(HOUR);
    shop.until("live", () -> shop.isLive(second.digest()));
  }

  @Test
  void aLineThatComesBackOutsideTheWindowHurriesNothing() {
    firstIsLive();
    assignSecond(section(spans(2, 3), List.of(), List.of(), List.of(), null), null);
    shop.until("fetching", () -> shop.state() instanceof ReleaseState.Fetching);
    long asked = shop.count(AgentEffect.Fetch.class);
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));
    shop.seconds(600);

    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
  }

  private void documentIsLostInTheDark() {
    shop.cutLine();
    shop.killAgent();
    shop.store.loseDocument();
    shop.startAgent();
    shop.seconds(60);
  }

  @Test
  void withoutADocumentNothingIsSwitched() {
    firstIsLive();
    assignSecond(nights(2, 4), null);
    secondIsStaged();

    documentIsLostInTheDark();

    assertThat(shop.state()).isInstanceOf(ReleaseState.Staged.class);
    assertThat(shop.runs(first.digest())).isTrue();
    assertThat(reasons()).singleElement().isInstanceOf(Reason.Starting.class);
    shop.lineCut = false;
    shop.until("the document is here", () -> shop.store.load().held().isPresent());
    secondIsStaged();
    assertThat(reasons()).singleElement().isInstanceOf(Reason.SwitchWindowClosed.class);
  }

  @Test
  void withoutADocumentNothingNewIsFetched() {
    firstIsLive();
    assignSecond(section(spans(2, 3), List.of(), List.of(), List.of(), null), null);
    shop.until("fetching", () -> shop.state() instanceof ReleaseState.Fetching);
    long asked = shop.count(AgentEffect.Fetch.class);

    documentIsLostInTheDark();

    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
    assertThat(reasons()).singleElement().isInstanceOf(Reason.Starting.class);
  }

  @Test
  void filesOfAKitWaitForNoDownloadWindowAndAreBegunOnce() {
    firstIsLive();
    shop.hanging.add(AgentEffect.Fetch.class);
    assignSecond(section(spans(2, 3), List.of(), List.of(), List.of(), null), null);
    shop.until("fetching", () -> shop.state() instanceof ReleaseState.Fetching);
    long asked = shop.count(AgentEffect.Fetch.class);
    Digest[] files =
        second.manifest().variants().getFirst().files().stream()
            .map(Variant.File::digest)
            .toArray(Digest[]::new);
    shop.kits.put("kit-00000000000000aa", shop.hub.kit("kit-00000000000000aa", files));

    shop.seconds(60);
    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked + 1);
    assertThat(shop.count(AgentEffect.CancelFetch.class)).isZero();
    assertThat(reasons()).noneMatch(Reason.DownloadWindowClosed.class::isInstance);
  }

  private Publisher.Signed large(String version) {
    return shop.known(shop.publisher.sign(Publisher.large(Shop.APP, version)));
  }

  @Test
  void aBundleIsAwaitedLongerWhileNothingMayComeAnyway() {
    firstIsLive();
    Publisher.Signed large = large("3.0");
    shop.offers.put(
        Shop.pair(large, Optional.of(first)),
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5));
    shop.hub.windows = section(spans(18, 19), List.of(), List.of(), List.of(), null);
    shop.hub.assign(large);

    shop.seconds(3600);
    shop.offer(large, Optional.of(first), 9_000);
    shop.until("live", () -> shop.isLive(large.digest()));

    assertThat(shop.hub.happened("download-grew")).isZero();
  }

  @Test
  void whatIsInTheStoreAlreadyWaitsForNoDownloadWindow() {
    firstIsLive();
    Publisher.Signed large = large("3.0");
    long asked = shop.count(AgentEffect.Fetch.class);
    large.manifest().variants().getFirst().files().forEach(file -> shop.files.add(file.digest()));
    shop.hub.windows = section(spans(2, 3), List.of(), List.of(), List.of(), null);
    shop.hub.assign(large);

    shop.seconds(60);
    assertThat(shop.isLive(large.digest())).isTrue();
    assertThat(shop.count(AgentEffect.Fetch.class)).isEqualTo(asked);
  }

  @Test
  void spoiledFilesOfWhatIsLiveComeAtOnceInABundleToo() {
    Publisher.Signed large = large("3.0");
    final Digest whole = shop.offer(large, Optional.empty(), 600_000);
    shop.hub.assign(large);
    shop.startAgent();
    shop.until("live", () -> shop.isLive(large.digest()));
    shop.hub.windows = section(spans(2, 3), List.of(), List.of(), List.of(), null);
    shop.hub.assign(large);
    shop.seconds(2);
    shop.files.clear();
    shop.staged.clear();
    shop.done.clear();
    shop.killAgent();
    shop.store.damage = Optional.of(new Reason.DatabaseDamaged("found", 0, "copy"));
    shop.startAgent();

    shop.seconds(60);
    assertThat(shop.isLive(large.digest())).isTrue();
    assertThat(shop.staged).contains(large.digest());
    assertThat(shop.done)
        .anyMatch(it -> it instanceof AgentEffect.Fetch fetch && fetch.file().equals(whole));
  }

  @Test
  void withoutItsPermitAGatedReleaseIsStagedAndWaits() {
    firstIsLive();
    assignSecond(null, Gate.shut(ROLLOUT, 2));
    secondIsStaged();
    assertThat(reasons()).containsExactly(new Reason.PermitAwaited("counting-2", 2, ""));

    shop.hub.gate = Gate.of(permit(-HOUR, HOUR));
    shop.hub.assign(second);
    shop.until("live", () -> shop.isLive(second.digest()));
  }

  @Test
  void thePermitIsToldInTheStepBeforeTheSwitch() {
    firstIsLive();
    Permit permit = permit(-HOUR, HOUR);
    assignSecond(null, Gate.of(permit));
    shop.until("live", () -> shop.isLive(second.digest()));
    shop.until("all is told", () -> shop.store.load().outbox().isEmpty());

    List<String> words = new ArrayList<>();
    for (ReportBody body : shop.hub.rows.values()) {
      if (body instanceof ReportBody.Happened it
          && second.digest().equals(it.release())
          && !it.what().startsWith("workload")) {
        words.add(it.what());
        boolean isUse = it.what().equals(ReportBody.Happened.PERMIT_USED);
        assertThat(it.permit()).isEqualTo(isUse ? permit : null);
      }
    }
    assertThat(words)
        .containsSubsequence("download-finished", "staged", "permit-used", "switched", "live");
    assertThat(shop.core().state(shop.now()).applications().getFirst().permit()).isEqualTo(permit);
    assertThat(shop.store.load().applications().getFirst().permit()).contains(permit);
  }

  @Test
  void aPermitThatIsOverOrNotYetBegunDoesNotCount() {
    firstIsLive();
    assignSecond(null, Gate.of(permit(-2 * HOUR, -HOUR)));
    secondIsStaged();
    assertThat(reasons()).singleElement().isInstanceOf(Reason.PermitOver.class);

    shop.hub.gate = Gate.of(permit(HOUR, 2 * HOUR));
    shop.hub.assign(second);
    secondIsStaged();
    assertThat(reasons()).singleElement().isInstanceOf(Reason.PermitNotYet.class);

    shop.pass(HOUR);
    shop.until("live", () -> shop.isLive(second.digest()));
  }

  @Test
  void aPermitThatRunsOutInTheDarkIsNotUsed() {
    firstIsLive();
    assignSecond(nights(2, 4), Gate.of(permit(0, 6 * HOUR)));
    secondIsStaged();
    assertThat(reasons().getFirst()).isInstanceOf(Reason.PermitMissesWindow.class);
    shop.lineCut = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));

    shop.pass(MONDAY + DAY + 3 * HOUR - shop.now().wallMillis());
    shop.seconds(10);
    assertThat(reasons()).singleElement().isInstanceOf(Reason.PermitOver.class);
    assertThat(shop.runs(first.digest())).isTrue();
  }

  @Test
  void theFirstReleaseWaitsForNoSwitchWindow() {
    shop.hub.windows = nights(2, 4);
    shop.hub.assign(first);
    shop.startAgent();

    shop.until("live", () -> shop.isLive(first.digest()));
  }

  @Test
  void theFirstReleaseOfARolloutWaitsForPermitAndWindow() {
    shop.hub.windows = nights(17, 18);
    shop.hub.gate = Gate.of(permit(0, 6 * HOUR));
    shop.hub.assign(first);
    shop.startAgent();
    shop.until("staged", () -> shop.state() instanceof ReleaseState.Staged);
    shop.seconds(5);
    assertThat(reasons()).singleElement().isInstanceOf(Reason.SwitchWindowClosed.class);

    shop.pass(HOUR);
    shop.until("live", () -> shop.isLive(first.digest()));
  }

  @Test
  void aWayBackWaitsForNothing() {
    firstIsLive();
    shop.bad.add(second.digest());
    // The window closes during the probation.
    shop.pass(MONDAY + 16 * HOUR + 59 * 60_000 + 55_000 - shop.now().wallMillis());
    assignSecond(nights(16, 17), Gate.of(permit(-HOUR, 60_000)));

    shop.until("rolled back", () -> shop.isRolledBack(second.digest()));
    assertThat(shop.runs(first.digest())).isTrue();
  }

  @Test
  void spoiledFilesOfWhatIsLiveComeAtOnce() {
    firstIsLive();
    shop.hub.windows = section(spans(2, 3), spans(2, 3), List.of(), List.of(), null);
    shop.hub.gate = Gate.shut(ROLLOUT, 1);
    shop.hub.assign(first);
    shop.seconds(2);
    shop.files.clear();
    shop.staged.clear();
    shop.killAgent();
    shop.store.damage = Optional.of(new Reason.DatabaseDamaged("found", 0, "copy"));
    shop.startAgent();

    shop.until("whole again", () -> shop.staged.contains(first.digest()));
    shop.until("live", () -> shop.isLive(first.digest()));
    assertThat(shop.runs(first.digest())).isTrue();
  }

  @Test
  void onAFreezeDateAndWhileTheShopIsOpenNothingIsSwitched() {
    firstIsLive();
    LocalDate today = LocalDate.of(2026, 9, 21);
    DateSpan freeze = new DateSpan(today, today.plusDays(1));
    assignSecond(section(List.of(), List.of(), spans(8, 20), List.of(freeze), null), null);
    secondIsStaged();
    assertThat(reasons())
        .containsExactly(
            new Reason.Frozen(
                "2026-09-21..2026-09-22", MONDAY + 2 * DAY, "Wed 2026-09-23 00:00 Europe/Berlin"));

    shop.hub.windows = section(List.of(), List.of(), spans(8, 20), List.of(), null);
    shop.hub.assign(second);
    secondIsStaged();
    assertThat(reasons())
        .containsExactly(
            new Reason.ShopOpen(MONDAY + 20 * HOUR, "Mon 2026-09-21 20:00 Europe/Berlin"));
  }

  @Test
  void whatAPersonHasLiftedIsOpenButNoPermitIsMadeUp() {
    firstIsLive();
    long until = shop.now().wallMillis() + HOUR;
    assignSecond(
        section(spans(2, 3), spans(2, 3), List.of(), List.of(), until), Gate.shut(ROLLOUT, 1));
    secondIsStaged();
    assertThat(reasons()).containsExactly(new Reason.PermitAwaited("counting-2", 1, ""));
    assertThat(shop.core().state(shop.now()).reasons()).contains(new Reason.WindowsLifted(until));

    shop.hub.gate = null;
    shop.hub.assign(second);
    shop.until("live", () -> shop.isLive(second.digest()));
  }

  @Test
  void anEndedLiftHoldsBackAgain() {
    firstIsLive();
    long until = shop.now().wallMillis() - 1;
    assignSecond(section(List.of(), spans(2, 3), List.of(), List.of(), until), null);
    secondIsStaged();

    assertThat(reasons()).singleElement().isInstanceOf(Reason.SwitchWindowClosed.class);
  }

  // The time

  @Test
  void aClockBehindWhatIsSurelyOverBlocksChangesAndNothingElse() {
    firstIsLive();
    shop.lineHangs = true;
    assignSecond(nights(2, 4), null);
    secondIsStaged();
    shop.powerCut();
    shop.setClock(4_711_000);
    shop.startAgent();

    shop.seconds(100);
    assertThat(shop.runs(first.digest())).isTrue();
    assertThat(reasons()).containsExactly(new Reason.TimeUnsure());
    assertThat(shop.core().state(shop.now()).reasons())
        .anyMatch(Reason.ClockBehind.class::isInstance);
    shop.pass(MONDAY + DAY + 3 * HOUR - 1_790_000_000_000L);
    shop.seconds(10);
    assertThat(shop.runs(first.digest())).isTrue();
  }

  @Test
  void whatTheHubSaidAndAClockThatCountsAreEnoughWithAWrongWallClock() {
    shop.setClock(4_711_000);
    firstIsLive();
    assignSecond(nights(2, 4), null);
    secondIsStaged();
    assertThat(reasons()).singleElement().isInstanceOf(Reason.SwitchWindowClosed.class);
    shop.lineHangs = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));
    // A new agent in the same boot knows it still.
    shop.killAgent();
    shop.startAgent();
    shop.seconds(10);
    assertThat(shop.runs(first.digest())).isTrue();

    shop.pass(MONDAY + DAY + 2 * HOUR - shop.hub.hubMillis);
    shop.until("live", () -> shop.isLive(second.digest()));
  }

  @Test
  void aWallClockThatJumpsInTheDarkOpensNoWindow() {
    firstIsLive();
    assignSecond(nights(2, 4), null);
    secondIsStaged();
    shop.lineHangs = true;
    shop.tell(new AgentEvent.LinkClosed(shop.line(), new Reason.LineDown(0, "cut"), 0));
    shop.seconds(5);
    shop.setClock(MONDAY + DAY + 3 * HOUR);

    shop.seconds(60);
    assertThat(shop.runs(first.digest())).isTrue();
    assertThat(reasons()).containsExactly(new Reason.TimeUnsure());
    assertThat(shop.core().state(shop.now()).reasons())
        .anyMatch(Reason.ClockJumped.class::isInstance);

    // Set right again.
    shop.setClock(shop.hub.hubMillis);
    shop.seconds(60);
    assertThat(reasons()).singleElement().isInstanceOf(Reason.SwitchWindowClosed.class);
  }

  @Test
  void afterAColdBootInTheDarkAPlausibleWallClockIsEnough() {
    firstIsLive();
    assignSecond(nights(2, 4), null);
    secondIsStaged();
    shop.lineHangs = true;
    shop.powerCut();
    shop.pass(MONDAY + DAY + 2 * HOUR - shop.now().wallMillis());
    shop.startAgent();

    shop.until("live", () -> shop.isLive(second.digest()));
  }

  private Permit permit(long fromMillis, long untilMillis) {
    long now = shop.now().wallMillis();
    return new Permit(ROLLOUT, 2, now + fromMillis, now + untilMillis);
  }

  static WindowsSection nights(int fromHour, int untilHour) {
    return section(List.of(), spans(fromHour, untilHour), List.of(), List.of(), null);
  }

  private static WindowsSection section(
      List<WeekSpan> download,
      List<WeekSpan> switching,
      List<WeekSpan> open,
      List<DateSpan> freezes,
      @Nullable Long lifted) {
    return new WindowsSection(ZONE, download, switching, open, freezes, lifted);
  }

  private static List<WeekSpan> spans(int fromHour, int untilHour) {
    List<WeekSpan> spans = new ArrayList<>();
    for (int day = 0; day < 7; day++) {
      int midnight = day * WeekSpan.DAY_MINUTES;
      spans.add(new WeekSpan(midnight + fromHour * 60, midnight + untilHour * 60));
    }
    return spans;
  }
}
