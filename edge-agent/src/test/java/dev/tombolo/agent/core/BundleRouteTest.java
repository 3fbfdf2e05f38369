package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// The way a release's files come.
class BundleRouteTest {
  private final Shop shop = new Shop();

  private static Publisher.Signed large(Shop shop, String version) {
    return shop.known(shop.publisher.sign(Publisher.large(Shop.APP, version)));
  }

  private static void live(Shop shop, Publisher.Signed release) {
    shop.hub.assign(release);
    if (!shop.agentRuns()) {
      try {
        shop.startAgent();
      } catch (Shop.Killed e) {
        shop.startAgent();
      }
    }
    shop.until("live", () -> shop.isLive(release.digest()));
  }

  private static List<Digest> fetched(Shop shop) {
    return shop.done.stream()
        .filter(AgentEffect.Fetch.class::isInstance)
        .map(it -> ((AgentEffect.Fetch) it).file())
        .distinct()
        .toList();
  }

  private static Digest model(Publisher.Signed release) {
    return release.manifest().variants().getFirst().files().getFirst().digest();
  }

  private ApplicationStatus status() {
    return shop.core().state(shop.now()).applications().getFirst();
  }

  /// The cause of the one download that grew, as the hub was told.
  private static Reason grew(Shop shop) {
    return shop.hub.rows().stream()
        .filter(
            it ->
                it instanceof ReportBody.Happened happened
                    && happened.what().equals("download-grew"))
        .map(it -> ((ReportBody.Happened) it).reason())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anUpdateComesByTheBundleFromWhatIsLive() {
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    Digest change = shop.offer(second, Optional.of(first), 9_000);

    live(shop, first);
    live(shop, second);

    assertThat(fetched(shop)).containsExactly(whole, change);
    shop.seconds(5);
    assertThat(shop.hub.happened("download-grew")).isZero();
    assertThat(shop.files).as("the bundle is swept").doesNotContain(whole, change);
  }

  @Test
  void aBundleIsUnpackedAheadOnlyWhenItWillSoonBeHere() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.startAgent();
    shop.hub.assign(first);
    shop.until("fetching", () -> shop.count(AgentEffect.Fetch.class) > 0);

    // 1,000 bytes a second: ten minutes.
    for (int second = 1; second <= 20; second++) {
      shop.tell(new AgentEvent.FetchAdvanced(whole, 1_000L * second));
      shop.seconds(1);
    }
    assertThat(shop.count(AgentEffect.UnpackAhead.class)).isZero();

    for (int second = 1; second <= 12; second++) {
      shop.tell(new AgentEvent.FetchAdvanced(whole, 20_000 + 40_000L * second));
      shop.seconds(1);
    }
    assertThat(shop.done)
        .filteredOn(AgentEffect.UnpackAhead.class::isInstance)
        .containsExactly(
            new AgentEffect.UnpackAhead(
                whole,
                600_000,
                Optional.empty(),
                first.manifest().variants().getFirst().files().stream()
                    .mapToLong(Variant.File::size)
                    .sum()));
  }

  @Test
  void aDamagedBaseIsToldAndTheFullBundleComesInstead() {
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    shop.offer(first, Optional.empty(), 600_000);
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    Digest whole = shop.offer(second, Optional.empty(), 600_000);
    Reason damaged = new Reason.BaseDamaged(first.digest(), "model.bin has 3 bytes");
    shop.breakBundle(change, damaged, true);

    live(shop, first);
    live(shop, second);

    assertThat(fetched(shop)).endsWith(change, whole);
    shop.seconds(5);
    assertThat(grew(shop)).isEqualTo(new Reason.DownloadGrew("full bundle", damaged));
  }

  @Test
  void withoutAnyBundleWholeFilesComeAndTheCauseIsSaid() {
    Publisher.Signed first = large(shop, "1.0");
    live(shop, first);

    assertThat(fetched(shop)).contains(model(first));
    shop.seconds(5);
    assertThat(grew(shop))
        .isEqualTo(
            new Reason.DownloadGrew("whole files", new Reason.BundleMissing("none was made")));
  }

  /// A cache on the way may do it at each try, for days.
  @Test
  void whatBeginsAnewIsSaidToAndNotWithoutEnd() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.startAgent();
    shop.hub.assign(first);
    shop.until("fetching", () -> shop.count(AgentEffect.Fetch.class) > 0);

    shop.tell(new AgentEvent.FetchBegunAnew(whole, 500_000, AgentEvent.Anew.ALL_GIVEN));
    shop.seconds(5);
    assertThat(grew(shop).toString()).contains("begun anew", "500000 bytes");
    for (int more = 0; more < 100; more++) {
      shop.tell(new AgentEvent.FetchBegunAnew(whole, 500_000, AgentEvent.Anew.ALL_GIVEN));
    }
    shop.tell(new AgentEvent.FetchBegunAnew(model(first), 500_000, AgentEvent.Anew.WRONG));
    shop.seconds(5);
    assertThat(shop.hub.happened("download-grew")).isEqualTo(Application.WORDS_MAX);
  }

  @Test
  void whileTheHubIsAskedNothingIsSaidToCome() {
    shop.hanging.add(AgentEffect.AskBundle.class);
    shop.startAgent();
    shop.hub.assign(large(shop, "1.0"));
    until("the hub is asked", AgentEffect.AskBundle.class);

    assertThat(status().reasons())
        .containsExactly(new Reason.Starting("asking the hub which bundle there is"));
  }

  @Test
  void aBundleThatIsBeingMadeIsAwaitedAndSaidSo() {
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    shop.offer(first, Optional.empty(), 600_000);
    live(shop, first);
    shop.offers.put(
        Shop.pair(second, Optional.of(first)),
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5));

    shop.hub.assign(second);
    shop.seconds(60);

    assertThat(status().reasons()).contains(new Reason.BundleAwaited(5));
    assertThat(status().transfer()).isEqualTo(new Transfer(Transfer.How.ASKING, null, 0));
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    shop.until("live", () -> shop.isLive(second.digest()));
    assertThat(fetched(shop)).endsWith(change);
    assertThat(fetched(shop)).doesNotContain(model(second));
  }

  @Test
  void noDeviceWaitsForEver() {
    Publisher.Signed first = large(shop, "1.0");
    AgentEvent.BundleAnswer awaited =
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5);
    shop.offers.put(Shop.pair(first, Optional.empty()), awaited);

    live(shop, first);

    assertThat(fetched(shop)).contains(model(first));
    shop.seconds(5);
    assertThat(grew(shop).toString()).contains("within 2 minutes");
  }

  /// What takes a line an hour is worth more than two minutes of making.
  @Test
  void aLargeReleaseIsWaitedForLonger() {
    Publisher.Signed five =
        shop.known(shop.publisher.sign(Publisher.large(Shop.APP, "1.0", 5L << 30)));
    shop.offers.put(
        Shop.pair(five, Optional.empty()),
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5));
    shop.startAgent();
    shop.hub.assign(five);
    shop.seconds(7 * 60);

    assertThat(status().transfer()).isEqualTo(new Transfer(Transfer.How.ASKING, null, 0));
    shop.until("files", () -> fetched(shop).contains(model(five)));
    shop.seconds(5);
    assertThat(grew(shop).toString()).contains("within 7 minutes");
  }

  /// It makes nothing meanwhile, and does not say that it does.
  @Test
  void whileTheHubIsAwayNoTimeIsLostToWaiting() {
    Publisher.Signed first = large(shop, "1.0");
    AgentEvent.BundleAnswer awaited =
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5);
    AgentEvent.BundleAnswer away =
        new AgentEvent.BundleAnswer.None(new Reason.LineDown(0, "refused"), false, 0);
    shop.offers.put(Shop.pair(first, Optional.empty()), awaited);
    shop.startAgent();
    shop.hub.assign(first);
    shop.until("asked", () -> shop.count(AgentEffect.AskBundle.class) > 0);
    shop.offers.put(Shop.pair(first, Optional.empty()), away);
    shop.seconds(600);

    shop.offers.put(Shop.pair(first, Optional.empty()), awaited);
    long asked = shop.count(AgentEffect.AskBundle.class);
    shop.until("asked again", () -> shop.count(AgentEffect.AskBundle.class) > asked + 1);
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.until("live", () -> shop.isLive(first.digest()));

    assertThat(fetched(shop)).containsExactly(whole);
  }

  @Test
  void aBundleThatIsGoneByThenIsAskedForAgain() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.lostBundles.add(whole);

    live(shop, first);

    assertThat(fetched(shop)).containsExactly(whole);
    assertThat(shop.count(AgentEffect.AskBundle.class)).isEqualTo(2);
  }

  /// Half of it may be here.
  @Test
  void aBundleIsKeptWhileTheCertificateIsRecovered() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.startAgent();
    shop.hub.assign(first);
    shop.until("fetching", () -> shop.count(AgentEffect.Fetch.class) > 0);
    shop.tell(new AgentEvent.FetchAdvanced(whole, 300_000));

    Reason expired = new Reason.CertificateExpired("device", 1);
    shop.tell(new AgentEvent.FetchFailed(whole, expired, true));
    shop.hanging.clear();
    shop.until("live", () -> shop.isLive(first.digest()));

    assertThat(fetched(shop)).containsExactly(whole);
    assertThat(shop.count(AgentEffect.AskBundle.class)).isEqualTo(1);
    assertThat(shop.hub.happened("download-grew")).isZero();
  }

  /// The answer is to what was asked while another release was live.
  @Test
  void anAnswerToAnEarlierQuestionIsNotTakenForThatToTheNext() {
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    Publisher.Signed third = large(shop, "3.0");
    Digest onFirst = shop.offer(second, Optional.of(first), 300_000);
    Digest onThird = shop.offer(second, Optional.of(third), 200_000);
    live(shop, first);
    AgentEffect.AskBundle early = asked(second);
    live(shop, third);
    AgentEffect.AskBundle later = asked(second);

    shop.tell(answer(early));
    shop.seconds(10);
    shop.tell(answer(later));
    shop.until("live", () -> shop.isLive(second.digest()));

    assertThat(fetched(shop)).contains(onThird).doesNotContain(onFirst);
  }

  /// The question is on its way.
  private AgentEffect.AskBundle asked(Publisher.Signed release) {
    long before = shop.count(AgentEffect.AskBundle.class);
    shop.hanging.add(AgentEffect.AskBundle.class);
    shop.hub.assign(release);
    shop.until("asked", () -> shop.count(AgentEffect.AskBundle.class) > before);
    shop.hanging.clear();
    return shop.last(AgentEffect.AskBundle.class);
  }

  private AgentEvent answer(AgentEffect.AskBundle to) {
    String pair = to.url().substring(to.url().indexOf("/for/") + 5);
    AgentEvent.BundleAnswer offer = Objects.requireNonNull(shop.offers.get(pair));
    return new AgentEvent.BundleLookedFor(
        to.application(), to.release(), to.url(), 1_000_000, offer);
  }

  private static List<AgentEffect.Sweep> sweepsBetween(
      Shop shop, Predicate<AgentEffect> from, Predicate<AgentEffect> to) {
    List<AgentEffect> after = shop.done.stream().dropWhile(from.negate()).skip(1).toList();
    return after.stream()
        .takeWhile(to.negate())
        .filter(AgentEffect.Sweep.class::isInstance)
        .map(AgentEffect.Sweep.class::cast)
        .toList();
  }

  private static Predicate<AgentEffect> fetchOf(Digest file) {
    return it -> it instanceof AgentEffect.Fetch fetch && fetch.file().equals(file);
  }

  /// The hub may make the very same one again.
  @Test
  void whatHasComeOfABundleThatIsGoneIsKeptWhileItIsAskedForAgain() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.lostBundles.add(whole);

    live(shop, first);

    assertThat(sweepsBetween(shop, fetchOf(whole), fetchOf(whole)))
        .isNotEmpty()
        .allMatch(it -> it.files().contains(whole));
    shop.seconds(5);
    assertThat(shop.files).doesNotContain(whole);
  }

  /// The first bundle is on its way, this much of it came, and the agent is dead.
  private Digest killedAfter(Publisher.Signed first, long bytes) {
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.startAgent();
    shop.hub.assign(first);
    shop.until("fetching", () -> shop.count(AgentEffect.Fetch.class) > 0);
    shop.tell(new AgentEvent.FetchAdvanced(whole, bytes / 2));
    shop.seconds(1);
    shop.killAgent();
    shop.parts.put(whole, bytes);
    return whole;
  }

  private ReportBody.State lastTold() {
    return (ReportBody.State)
        shop.hub.rows().stream()
            .filter(ReportBody.State.class::isInstance)
            .reduce((_, newer) -> newer)
            .orElseThrow();
  }

  @Test
  void aRestartedAgentSaysInTheDarkWhatIsHereOfTheBundle() {
    killedAfter(large(shop, "1.0"), 345_678);
    shop.lineCut = true;
    shop.hanging.clear();

    shop.startAgent();

    ReportBody.State first = shop.core().told().orElseThrow();
    assertThat(first.applications().getFirst().bytesDone()).isEqualTo(345_678);
    assertThat(first.applications().getFirst().bytesTotal()).isEqualTo(600_000);
    shop.seconds(60);
    assertThat(status().bytesDone()).isEqualTo(345_678);
    assertThat(status().reasons())
        .singleElement()
        .isInstanceOfSatisfying(
            Reason.DownloadFailed.class, it -> assertThat(it.path()).isEqualTo("bundle"));
    assertThat(status().held())
        .contains(new Reason.DownloadHeld("the full bundle of people@1.0", 345_678, 600_000));
  }

  @Test
  void theFirstReportAfterARestartSaysWhatIsHere() {
    Publisher.Signed first = large(shop, "1.0");
    killedAfter(first, 345_678);

    shop.startAgent();
    shop.until("the line is up", () -> lastTold().applications().getFirst().bytesDone() > 300_000);

    assertThat(lastTold().applications().getFirst().bytesDone()).isEqualTo(345_678);
    assertThat(lastTold().applications().getFirst().transfer())
        .isEqualTo(new Transfer(Transfer.How.FULL_BUNDLE, null, 0));
    shop.killAgent();
    shop.hanging.clear();
    live(shop, first);
  }

  @Test
  void ofFilesThatComeOneByOneAllThatIsHereCounts() {
    Publisher.Signed first = large(shop, "1.0");
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.startAgent();
    shop.hub.assign(first);
    shop.until("fetching", () -> shop.count(AgentEffect.Fetch.class) > 0);
    shop.killAgent();
    List<Variant.File> files = first.manifest().variants().getFirst().files();
    shop.parts.put(files.getFirst().digest(), 100L);
    shop.files.add(files.getLast().digest());

    shop.startAgent();

    long here = 100 + files.getLast().size();
    assertThat(status().bytesDone()).isEqualTo(here);
    assertThat(status().reasons())
        .contains(new Reason.Downloading(files.getFirst().path(), here, status().bytesTotal()));
  }

  /// What the device was told while it was down is heard before it says anything wrong of it.
  @Test
  void whatIsHereOfABundleThatNobodyWantsAnyMoreDoesNotCount() {
    Digest whole = killedAfter(large(shop, "1.0"), 345_678);
    Publisher.Signed second = large(shop, "2.0");
    shop.offer(second, Optional.empty(), 500_000);
    shop.startAgent();
    shop.hub.assign(second);

    shop.until(
        "the other bundle is fetched",
        () -> !shop.last(AgentEffect.Fetch.class).file().equals(whole));

    assertThat(status().bytesDone()).isZero();
    assertThat(status().bytesTotal()).isEqualTo(500_000);
    assertThat(shop.parts).isEmpty();
  }

  @Test
  void whatIsHereOfABundleCountsAgainWhenTheHubHasMadeItAnew() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = killedAfter(first, 345_678);
    shop.startAgent();
    shop.until("fetching", () -> shop.last(AgentEffect.Fetch.class).file().equals(whole));

    shop.tell(
        new AgentEvent.FetchFailed(
            whole, new Reason.NotFound("bundle", whole.hex(), List.of()), true));
    long before = shop.count(AgentEffect.Fetch.class);
    shop.until("fetched again", () -> shop.count(AgentEffect.Fetch.class) > before);

    assertThat(shop.parts).containsKey(whole);
    assertThat(status().bytesDone()).isEqualTo(345_678);
  }

  @Test
  void aBundleThatComesAnewCountsFromItsFirstByte() {
    Digest whole = killedAfter(large(shop, "1.0"), 345_678);
    shop.startAgent();
    shop.until("fetching", () -> shop.last(AgentEffect.Fetch.class).file().equals(whole));
    assertThat(status().bytesDone()).isEqualTo(345_678);

    shop.tell(new AgentEvent.FetchBegunAnew(whole, 345_678, AgentEvent.Anew.REST_REFUSED));
    shop.seconds(1);

    assertThat(status().bytesDone()).isZero();
  }

  /// It may be the room that the next way needs.
  @Test
  void aBundleThatIsOfNoUseGoesBeforeTheNextWayIsTaken() {
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    shop.offer(first, Optional.empty(), 600_000);
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    Digest whole = shop.offer(second, Optional.empty(), 600_000);
    shop.breakBundle(change, new Reason.BaseDamaged(first.digest(), "damaged"), true);

    live(shop, first);
    live(shop, second);

    assertThat(
            sweepsBetween(
                shop,
                it -> it instanceof AgentEffect.ApplyBundle apply && apply.bundle().equals(change),
                fetchOf(whole)))
        .isNotEmpty()
        .allMatch(it -> !it.files().contains(change));
  }

  @Test
  void aBundleThatCannotBeAppliedIsTriedAFewTimesOnly() {
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    shop.breakBundle(whole, new Reason.DiskFull("files", 2, 1), false);

    live(shop, first);

    assertThat(shop.count(AgentEffect.ApplyBundle.class)).isEqualTo(BundleSteps.APPLY_TRIES_MAX);
    assertThat(fetched(shop)).contains(model(first));
    shop.seconds(5);
    assertThat(grew(shop).toString()).contains("DiskFull");
  }

  @Test
  void whatIsHereAlreadyIsNotFetchedInABundle() {
    Publisher.Signed first = large(shop, "1.0");
    shop.offer(first, Optional.empty(), 600_000);
    shop.startAgent();
    shop.seconds(5);
    shop.files.add(model(first));

    live(shop, first);

    assertThat(fetched(shop)).hasSize(2).contains(model(first));
    shop.seconds(5);
    assertThat(shop.hub.happened("download-grew")).isZero();
  }

  @Test
  void aCrashAtAnyMomentEndsLiveByTheSameBundles() {
    Shop peaceful = new Shop();
    play(peaceful);
    for (long moment = 1; moment <= peaceful.moments; moment++) {
      Shop again = new Shop();
      again.crashAt = moment;
      try {
        play(again);
      } catch (AssertionError e) {
        throw new AssertionError("killed at moment " + moment, e);
      }
    }
  }

  /// The base is damaged: what is taken instead is not forgotten by a crash.
  private static void play(Shop shop) {
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    Digest begin = shop.offer(first, Optional.empty(), 600_000);
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    Digest whole = shop.offer(second, Optional.empty(), 600_000);
    shop.breakBundle(change, new Reason.BaseDamaged(first.digest(), "damaged"), true);

    live(shop, first);
    live(shop, second);
    shop.until("all is told", () -> shop.store.load().outbox().isEmpty());

    assertThat(fetched(shop)).containsExactly(begin, change, whole);
    assertThat(shop.hub.happened("download-grew")).isEqualTo(1);
    assertThat(shop.state()).isInstanceOf(ReleaseState.Live.class);
  }

  /// Another device is in the same site.
  private static void withNeighbour(Shop shop) {
    shop.lan = List.of("192.0.2.1:7443");
    shop.hub.peers =
        new PeersSection(
            List.of(
                new PeersSection.Peer(Shop.DEVICE, new Name("counter-1"), List.of(), List.of()),
                new PeersSection.Peer(
                    Shop.NEIGHBOUR, new Name("counter-2"), List.of(), List.of())));
  }

  private static void neighbourHas(Shop shop, Publisher.Signed release) {
    for (Variant.File file : release.manifest().variants().getFirst().files()) {
      shop.neighbourHas.put(file.digest(), file.size());
    }
  }

  private void until(String what, Class<? extends AgentEffect> kind) {
    shop.until(what, () -> shop.count(kind) > 0);
  }

  /// It joins late, or is other hardware in an old slot.
  @Test
  void whoComesWithNothingTakesWhatANeighbourHas() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    shop.offer(first, Optional.empty(), 600_000);
    neighbourHas(shop, first);

    live(shop, first);

    assertThat(fetched(shop)).isEmpty();
    shop.seconds(5);
    assertThat(shop.hub.happened("download-grew")).isZero();
  }

  @Test
  void whatNoNeighbourHasComesFromTheHubAtOnce() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);

    live(shop, first);

    assertThat(shop.done)
        .filteredOn(it -> it instanceof AgentEffect.AskPeers ask && !ask.content().equals(whole))
        .as("it looked once")
        .hasSize(1);
    assertThat(fetched(shop)).containsExactly(whole);
  }

  private static void neighbourMakes(Shop shop, Publisher.Signed release) {
    for (Variant.File file : release.manifest().variants().getFirst().files()) {
      shop.neighbourMakes.add(file.digest());
    }
  }

  /// It joins while its neighbours still fetch a change: they can give nothing yet.
  @Test
  void whoComesWithNothingWaitsForWhatANeighbourIsToMake() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    shop.offer(first, Optional.empty(), 600_000);
    neighbourMakes(shop, first);
    shop.startAgent();
    shop.hub.assign(first);
    shop.seconds(300);

    assertThat(fetched(shop)).isEmpty();
    assertThat(status().reasons())
        .hasOnlyElementsOfType(Reason.WaitingForPeer.class)
        .first()
        .asString()
        .contains("counter-2", "model.bin");

    shop.neighbourMakes.clear();
    neighbourHas(shop, first);
    shop.until("live", () -> shop.isLive(first.digest()));
    assertThat(fetched(shop)).isEmpty();
    shop.seconds(5);
    assertThat(shop.hub.happened("download-grew")).isZero();
  }

  /// It may lie, or its line may be dead.
  @Test
  void whatANeighbourIsToMakeAndNeverDoesIsWaitedForTenMinutesOnly() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    neighbourMakes(shop, first);
    shop.startAgent();
    shop.hub.assign(first);
    shop.seconds((int) (PeerSteps.MAKES_MILLIS_MAX / 1000) - 10);
    assertThat(fetched(shop)).isEmpty();

    shop.seconds(30);

    assertThat(fetched(shop)).containsExactly(whole);
    shop.until("live", () -> shop.isLive(first.digest()));
  }

  @Test
  void neighboursAreToldWhatIsMadeHereOfAChangeAndNoLonger() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    shop.offer(first, Optional.empty(), 600_000);
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    live(shop, first);
    assertThat(shop.count(AgentEffect.TellMaking.class)).as("all of it comes").isZero();

    shop.hanging.add(AgentEffect.Fetch.class);
    shop.hub.assign(second);
    shop.until("the change is fetched", () -> shop.done.stream().anyMatch(fetchOf(change)::test));
    assertThat(shop.last(AgentEffect.TellMaking.class).contents())
        .containsExactlyInAnyOrderElementsOf(
            second.manifest().variants().getFirst().files().stream()
                .map(Variant.File::digest)
                .toList());

    shop.hanging.clear();
    shop.tell(new AgentEvent.FetchFailed(change, new Reason.LineDown(0, "cut"), true));
    shop.until("live", () -> shop.isLive(second.digest()));
    assertThat(shop.last(AgentEffect.TellMaking.class).contents()).isEmpty();
  }

  /// They unpack it just now.
  @Test
  void aChangeThatIsRefusedIsAwaitedFromANeighbourForTenSeconds() {
    Publisher.Signed second = changeIsRefused();
    Digest whole = shop.offer(second, Optional.empty(), 600_000);
    shop.seconds(7);
    assertThat(fetched(shop)).doesNotContain(whole);

    neighbourHas(shop, second);
    shop.until("live", () -> shop.isLive(second.digest()));

    assertThat(fetched(shop)).doesNotContain(whole);
    shop.seconds(5);
    assertThat(shop.hub.happened("download-grew")).isZero();
  }

  @Test
  void aChangeThatIsRefusedIsNotAwaitedFromNeighboursForLonger() {
    Publisher.Signed second = changeIsRefused();
    Digest whole = shop.offer(second, Optional.empty(), 600_000);
    shop.seconds(13);

    assertThat(fetched(shop)).contains(whole);
    shop.seconds(5);
    assertThat(grew(shop).toString()).contains("full bundle", "BundleRefused");
  }

  private Publisher.Signed changeIsRefused() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    Publisher.Signed second = large(shop, "2.0");
    shop.offer(first, Optional.empty(), 600_000);
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    shop.offer(second, Optional.empty(), 600_000);
    shop.breakBundle(change, new Reason.BundleRefused(change, "it ends too early"), true);
    live(shop, first);
    shop.hub.assign(second);
    shop.until(
        "it is refused", () -> shop.last(AgentEffect.ApplyBundle.class).bundle().equals(change));
    return second;
  }

  @Test
  void aNeighbourThatGivesTooSlowlyGivesWayToTheHub() {
    Digest whole = copyIsBegun();
    Digest content = shop.last(AgentEffect.CopyFromPeer.class).content();
    PeerAnswer told = new PeerAnswer(Shop.NEIGHBOUR, PeerStanding.WHOLE, 1_000_000);

    shop.tell(new AgentEvent.CopyEnded(content, 30_000, told, true));
    shop.seconds(2);

    assertThat(shop.count(AgentEffect.CopyFromPeer.class)).isEqualTo(1);
    assertThat(fetched(shop)).containsExactly(whole);
  }

  @Test
  void aNeighbourThatGivesTooSlowlyGivesWayToTheHubThatCannotMakeTheBundle() {
    withNeighbour(shop);
    shop.hanging.add(AgentEffect.CopyFromPeer.class);
    Publisher.Signed first = large(shop, "1.0");
    neighbourHas(shop, first);
    shop.offers.put(
        Shop.pair(first, Optional.empty()),
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5));
    shop.hub.assign(first);
    shop.startAgent();
    until("it copies", AgentEffect.CopyFromPeer.class);
    shop.offers.put(
        Shop.pair(first, Optional.empty()),
        new AgentEvent.BundleAnswer.None(new Reason.BundleMissing("not to be made"), true, 0));
    shop.until(
        "files come",
        () ->
            shop.state() instanceof ReleaseState.Fetching at
                && at.route() instanceof Route.ByFiles);

    Digest content = shop.last(AgentEffect.CopyFromPeer.class).content();
    PeerAnswer told = new PeerAnswer(Shop.NEIGHBOUR, PeerStanding.WHOLE, 1_000_000);
    shop.tell(new AgentEvent.CopyEnded(content, 30_000, told, true));
    shop.seconds(2);

    assertThat(fetched(shop)).contains(content);
  }

  @Test
  void aNeighbourThatLiesIsNotAskedAgainAndTheHubIs() {
    Digest whole = copyIsBegun();
    Digest content = shop.last(AgentEffect.CopyFromPeer.class).content();
    Reason wrong = new Reason.DigestMismatch("counter-2", content, Digest.ofText("else"));

    shop.hanging.clear();
    shop.tell(new AgentEvent.FetchFailed(content, wrong, true));
    shop.until("live", () -> shop.state() instanceof ReleaseState.Live);

    assertThat(shop.done)
        .filteredOn(it -> it instanceof AgentEffect.CopyFromPeer at && at.content().equals(content))
        .hasSize(1);
    assertThat(fetched(shop)).containsExactly(whole);
  }

  @Test
  void whatIsTakenFromANeighbourIsTakenFromItAfterARestartToo() {
    Digest whole = copyIsBegun();
    shop.killAgent();
    shop.hanging.clear();
    shop.startAgent();

    shop.until("live", () -> shop.state() instanceof ReleaseState.Live);

    assertThat(fetched(shop)).doesNotContain(whole);
  }

  /// @return the bundle that the hub has
  private Digest copyIsBegun() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    Digest whole = shop.offer(first, Optional.empty(), 600_000);
    neighbourHas(shop, first);
    shop.hanging.add(AgentEffect.CopyFromPeer.class);
    shop.startAgent();
    shop.hub.assign(first);
    until("it is copied", AgentEffect.CopyFromPeer.class);
    return whole;
  }

  /// While it makes it, neighbours may have it.
  @Test
  void aBundleFromNothingThatIsBeingMadeIsNotWaitedForWhereANeighbourHasTheFiles() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    neighbourHas(shop, first);
    shop.offers.put(
        Shop.pair(first, Optional.empty()),
        new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5));

    long begun = shop.now().monotonicMillis();
    live(shop, first);

    assertThat(shop.now().monotonicMillis() - begun).isLessThan(60_000);
    assertThat(fetched(shop)).isEmpty();
  }

  /// The hub has named a bundle, and is gone.
  private Publisher.Signed secondIsOnItsWayWithoutTheHub() {
    withNeighbour(shop);
    Publisher.Signed first = large(shop, "1.0");
    live(shop, first);
    Publisher.Signed second = large(shop, "2.0");
    Digest change = shop.offer(second, Optional.of(first), 9_000);
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.hub.assign(second);
    shop.until(
        "the bundle is asked for", () -> shop.last(AgentEffect.Fetch.class).file().equals(change));
    shop.cutLine();
    shop.hanging.clear();
    shop.tell(new AgentEvent.FetchFailed(change, new Reason.LineDown(0, "cut"), true));
    return second;
  }

  @Test
  void whileTheHubIsGoneFilesComeFromANeighbourThatHasNoBundle() {
    Publisher.Signed second = secondIsOnItsWayWithoutTheHub();
    neighbourHas(shop, second);

    shop.until("live", () -> shop.isLive(second.digest()));

    assertThat(shop.last(AgentEffect.CopyFromPeer.class)).isNotNull();
  }

  @Test
  void aHubThatIsBackIsAskedForTheBundleAgain() {
    Publisher.Signed second = secondIsOnItsWayWithoutTheHub();
    shop.seconds(300);
    assertThat(shop.state()).isInstanceOf(ReleaseState.Fetching.class);

    shop.lineCut = false;
    shop.until("live", () -> shop.isLive(second.digest()));

    assertThat(shop.count(AgentEffect.CopyFromPeer.class)).isZero();
    assertThat(fetched(shop)).doesNotContain(model(second));
  }
}
