package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One content on its way, between the hub and one other device of the site.
class PeerStepsTest {
  private static final DeviceId SELF = DeviceId.ofKey(new byte[] {1});
  private static final DeviceId OTHER = DeviceId.ofKey(new byte[] {2});
  private static final Name SITE = new Name("store-1");
  private static final Variant.File LARGE = file("model.bin", 1_000_000);
  private static final Variant.File SMALL = file("words.txt", 1_000);
  private static final Now NOW = new Now(1_790_000_000_000L, 5_000);

  private final Downloads downloads = new Downloads();
  private final PeerSteps peers = peers(downloads, true);
  private Outcome out = new Outcome();

  private static Variant.File file(String path, long size) {
    return new Variant.File(path, size, Digest.ofText(path), false);
  }

  private static PeerSteps peers(Downloads downloads, boolean shares) {
    Enrolment enrolment =
        new Enrolment(
            SELF,
            new Name("north"),
            SITE,
            new Name("counter-1"),
            Digest.ofText("root"),
            new Publisher().pin(),
            HubKeys.FIRST.documentPem(),
            new History(1, "first"),
            List.of("wss://hub:8443/mqtt"),
            "https://hub:8443",
            "incarnation");
    AgentBoot boot =
        new AgentBoot(
            "run-1",
            "machine-1",
            "1.0",
            List.of(),
            0,
            List.of(HubKeys.FIRST.root()),
            new CertificateLife(NOW.wallMillis(), NOW.wallMillis() + 1_000_000),
            Long.MIN_VALUE,
            new Platform("linux", "x86_64", Set.of()),
            List.of(),
            Map.of(),
            new Backoff(4),
            new OutboxQuota(4, 20, 10_000, 50),
            Optional.empty(),
            false,
            shares);
    AgentSnapshot snapshot = new MemoryStore(enrolment).load();
    return new PeerSteps(snapshot, boot, downloads, new ReportSteps(snapshot, boot));
  }

  private static Peer peer(DeviceId device, String slot) {
    return new Peer(device, new Name(slot), List.of(), List.of());
  }

  @BeforeEach
  void share() {
    List<Peer> site = List.of(peer(OTHER, "counter-2"), peer(SELF, "counter-1"));
    peers.shareWith(SITE, Optional.of(new PeersSection(site)), out);
  }

  private void begin(Variant.File file) {
    out = new Outcome();
    downloads.want(List.of(file));
    peers.begin(downloads.next(NOW.monotonicMillis(), any -> true).orElseThrow(), NOW, out);
  }

  private void fails(Variant.File file, Reason reason) {
    out = new Outcome();
    downloads.failed(file.digest(), reason, NOW.monotonicMillis(), 0);
    peers.failed(new AgentEvent.FetchFailed(file.digest(), reason, true), 0, NOW, out);
  }

  private List<AgentEffect> effects() {
    return out.step().effects();
  }

  private AgentEffect.AskPeers asked() {
    return effects().stream()
        .filter(AgentEffect.AskPeers.class::isInstance)
        .map(AgentEffect.AskPeers.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whoHasNoAddressYetSharesAndWhoMayNotDoesNot() {
    assertThat(peers.isOn()).isTrue();

    PeerSteps shy = peers(downloads, false);
    List<Peer> site = List.of(peer(OTHER, "counter-2"), peer(SELF, "counter-1"));
    shy.shareWith(SITE, Optional.of(new PeersSection(site)), out);

    assertThat(shy.isOn()).isFalse();
  }

  @Test
  void aPeerThatGaveWrongBytesAtOnceIsAskedNoMore() {
    begin(LARGE);
    PeerAnswer whole = new PeerAnswer(OTHER, PeerStanding.WHOLE, LARGE.size());
    peers.answered(
        new AgentEvent.PeersAnswered(LARGE.digest(), asked().question(), 0, List.of(whole)),
        NOW,
        out);
    assertThat(effects()).anyMatch(AgentEffect.CopyFromPeer.class::isInstance);

    fails(
        LARGE, new Reason.DigestMismatch("counter-2", LARGE.digest(), Digest.ofText("something")));

    assertThat(out.step().changes().toString()).contains("peer-distrusted");
    begin(LARGE);
    assertThat(asked().peers()).isEmpty();
  }

  /// While the hub was away, a file was looked for at peers alone. Whoever trickles then must not
  /// keep the bundle away that the hub has by now.
  @Test
  void aCopyThatTricklesGivesWayToWhatTheHubHasFoundMeanwhile() {
    downloads.wantFromPeers(List.of(LARGE));
    out = new Outcome();
    peers.begin(downloads.next(NOW.monotonicMillis(), any -> true).orElseThrow(), NOW, out);
    PeerAnswer whole = new PeerAnswer(OTHER, PeerStanding.WHOLE, LARGE.size());
    peers.answered(
        new AgentEvent.PeersAnswered(LARGE.digest(), asked().question(), 0, List.of(whole)),
        NOW,
        out);
    assertThat(effects()).anyMatch(AgentEffect.CopyFromPeer.class::isInstance);

    downloads.wantNotFromPeers(List.of(LARGE));
    downloads.want(List.of(SMALL));
    assertThat(downloads.current()).as("a copy that goes on is not ended for it").contains(LARGE);
    Now later = new Now(NOW.wallMillis() + 30_000, NOW.monotonicMillis() + 30_000);
    out = new Outcome();
    peers.copyEnded(new AgentEvent.CopyEnded(LARGE.digest(), 30_000, whole, true), later, out);

    assertThat(downloads.next(later.monotonicMillis(), any -> true)).contains(SMALL);
    assertThat(effects()).noneMatch(AgentEffect.AskPeers.class::isInstance);
  }

  @Test
  void whatFailsWhenNobodySharesAnyMoreIsNotUnderWay() {
    begin(LARGE);
    assertThat(peers.isLooking(LARGE.digest())).isTrue();
    peers.shareWith(SITE, Optional.empty(), out);

    fails(LARGE, new Reason.LineDown(0, "cut"));

    assertThat(peers.isLooking(LARGE.digest())).isFalse();
  }

  @Test
  void aCopyOfAnEarlierCoreThatEndsMakesRoomForTheFetch() {
    begin(SMALL);
    assertThat(effects()).anyMatch(AgentEffect.Fetch.class::isInstance);

    out = new Outcome();
    PeerAnswer gone = PeerAnswer.unreachable(OTHER);
    peers.copyEnded(new AgentEvent.CopyEnded(SMALL.digest(), 100, gone), NOW, out);

    assertThat(effects()).singleElement().isInstanceOf(AgentEffect.Fetch.class);
  }
}
