package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An offline kit on its way through the core.
class KitTest {
  private static final String KIT = "kit-00000000000000aa";

  private final Shop shop = new Shop();
  private final Publisher.Signed first = shop.release("1.0");
  private final Publisher.Signed second = shop.release("2.0");

  @BeforeEach
  void aShopWhoseLineIsCut() {
    shop.hub.assign(first);
    shop.startAgent();
    shop.until("live", () -> shop.isLive(first.digest()));
    shop.cutLine();
  }

  private static Digest[] filesOf(Publisher.Signed release) {
    return release.manifest().variants().getFirst().files().stream()
        .map(Variant.File::digest)
        .toArray(Digest[]::new);
  }

  private void bring(Publisher.Signed release) {
    shop.hub.assign(release);
    shop.kits.put(KIT, shop.hub.kit(KIT, filesOf(release)));
  }

  private Digest held() {
    return shop.store.load().held().map(HeldDocument::digest).orElseThrow();
  }

  private List<Reason> reasons() {
    return shop.core().state(shop.now()).reasons();
  }

  @Test
  void aKitMakesItsReleaseLiveWithoutALine() {
    bring(second);
    final long made = shop.hub.hubMillis;

    shop.until("live", () -> shop.isLive(second.digest()));

    assertThat(held()).isEqualTo(shop.hub.manifest());
    assertThat(reasons()).contains(new Reason.CameByKit(KIT, made, 2));
  }

  @Test
  void theKitGoesWhenEverythingIsLive() {
    bring(second);
    shop.until("live", () -> shop.isLive(second.digest()));

    shop.seconds(5);

    assertThat(shop.kits).isEmpty();
  }

  @Test
  void theKitStaysUntilThen() {
    bring(second);
    shop.bad.add(second.digest());

    shop.until("taken up", () -> held().equals(shop.hub.manifest()));
    assertThat(shop.kits).isNotEmpty();
    shop.until("rolled back", () -> shop.isRolledBack(second.digest()));
    shop.seconds(5);

    assertThat(shop.kits).isEmpty();
    assertThat(shop.runs(first.digest())).isTrue();
  }

  @Test
  void theHubHearsOfItOnceAndSendsNothing() {
    bring(second);
    shop.until("live", () -> shop.isLive(second.digest()));
    final int sent = shop.hub.updatesSent;

    shop.lineCut = false;
    shop.until("heard", () -> shop.hub.happened("live") == 2);

    assertThat(shop.hub.updatesSent).isEqualTo(sent);
    assertThat(shop.hub.happened("kit-applied")).isEqualTo(1);
    assertThat(shop.hub.happened("desired-applied")).isEqualTo(2);
  }

  /// The line broke when only a part of it was here.
  @Test
  void aWholeKitIsTakenThoughANewerDocumentHasHalfArrived() {
    bring(second);
    final AgentEvent.KitFound kit = shop.hub.kit(KIT, filesOf(second));
    final Digest brought = shop.hub.manifest();
    shop.kits.clear();
    Publisher.Signed third = shop.release("3.0");
    shop.hub.assign(third);
    Section part = shop.hub.sections().getFirst();
    shop.hub.send(List.of(part));
    shop.seconds(2);
    assertThat(shop.store.load().pending()).isPresent();

    shop.kits.put(KIT, kit);
    shop.until("live", () -> shop.isLive(second.digest()));

    assertThat(held()).isEqualTo(brought);
    assertThat(shop.store.load().pending().map(HeldDocument::digest)).contains(shop.hub.manifest());
    List<Section> rest = new ArrayList<>(shop.hub.sections());
    rest.remove(part);
    shop.hub.send(rest);
    shop.until("the newer one is in force", () -> held().equals(shop.hub.manifest()));
  }

  /// I10.
  @Test
  void aSecondApplyHasNoSecondEffect() {
    bring(second);
    final AgentEvent.KitFound kit = shop.hub.kit(KIT, filesOf(second));
    shop.until("live", () -> shop.isLive(second.digest()));
    shop.seconds(5);
    final long started = shop.count(AgentEffect.StartWorkload.class);

    shop.kits.put(KIT, kit);
    shop.seconds(10);
    shop.lineCut = false;
    shop.until("heard", () -> shop.hub.happened("live") == 2);
    shop.seconds(5);

    assertThat(shop.kits).isEmpty();
    assertThat(shop.count(AgentEffect.StartWorkload.class)).isEqualTo(started);
    assertThat(shop.hub.happened("kit-applied")).isEqualTo(1);
  }

  @Test
  void anOlderKitUndoesNothingAndIsNoTrouble() {
    shop.hub.assign(second);
    final AgentEvent.KitFound old = shop.hub.kit(KIT, filesOf(second));
    shop.hub.assign(first);
    shop.lineCut = false;
    shop.until("the newest is held", () -> held().equals(shop.hub.manifest()));
    shop.cutLine();

    shop.kits.put(KIT, old);
    shop.seconds(10);

    assertThat(held()).isEqualTo(shop.hub.manifest());
    assertThat(shop.runs(first.digest())).isTrue();
    assertThat(shop.kits).isEmpty();
    assertThat(reasons()).noneMatch(Reason.DocumentStale.class::isInstance);
  }

  /// Its document is not of this hub: the check of what the line brings is the check of this.
  @Test
  void aKitWhoseDocumentIsNotTheHubsIsRefusedAndGoes() {
    final Digest before = held();
    bring(second);
    AgentEvent.KitFound kit = shop.hub.kit(KIT, filesOf(second));
    shop.kits.put(
        KIT,
        new AgentEvent.KitFound(
            KIT,
            kit.createdMillis(),
            kit.manifest(),
            new dev.tombolo.protocol.message.DesiredUpdate(
                new dev.tombolo.protocol.sign.Envelope(
                    kit.update().envelope().payloadType(),
                    kit.update().envelope().payload(),
                    List.of()),
                kit.update().sections(),
                null),
            kit.files()));

    shop.seconds(10);

    assertThat(held()).isEqualTo(before);
    assertThat(shop.kits).isEmpty();
    // No trouble of what is in force: the hub may never send another document.
    assertThat(reasons()).isEmpty();
    shop.lineCut = false;
    shop.until("heard", () -> shop.hub.happened("kit-refused") == 1);
  }

  /// Whoever stands in the shop has read it; head office has not.
  @Test
  void theHubHearsOnceOfAKitThatWasRefusedWhenItWasRead() {
    shop.refusedKit = new AgentEvent.KitRefused(KIT, "a record ends before byte 7");

    shop.seconds(10);
    assertThat(shop.refusedKit).isNull();
    shop.lineCut = false;
    shop.until("heard", () -> shop.hub.happened("kit-refused") == 1);

    shop.seconds(10);
    assertThat(shop.hub.happened("kit-refused")).isEqualTo(1);
    assertThat(reasons()).isEmpty();
  }

  /// The line failed for so long that the next try is far away: what lies here need not wait.
  @Test
  void filesOfAKitDoNotWaitForTheNextTryOfTheLine() {
    shop.hub.assign(second);
    shop.lineCut = false;
    shop.until("the document is here", () -> held().equals(shop.hub.manifest()));
    shop.killAgent();
    shop.lineCut = true;
    shop.files.clear();
    shop.staged.remove(second.digest());
    shop.startAgent();
    shop.seconds(60);

    shop.kits.put(KIT, shop.hub.kit(KIT, filesOf(second)));
    shop.until("live", () -> shop.isLive(second.digest()));

    shop.seconds(5);
    assertThat(shop.kits).isEmpty();
  }

  @Test
  void theAgentMayDieAtAnyMoment() {
    long moments;
    {
      Shop whole = new Shop();
      moments = play(whole, -1);
    }
    for (long at = 1; at <= moments; at++) {
      play(new Shop(), at);
    }
  }

  private static long play(Shop shop, long crashAt) {
    Publisher.Signed old = shop.release("1.0");
    Publisher.Signed young = shop.release("2.0");
    shop.hub.assign(old);
    shop.startAgent();
    shop.until("live", () -> shop.isLive(old.digest()));
    shop.cutLine();
    shop.hub.assign(young);
    shop.kits.put(KIT, shop.hub.kit(KIT, filesOf(young)));
    final long before = shop.moments;
    if (crashAt >= 0) {
      shop.crashAt = before + crashAt;
    }
    shop.until("live", () -> shop.isLive(young.digest()));
    shop.seconds(5);
    final long moments = shop.moments - before;
    assertThat(shop.kits).as("killed at %d", crashAt).isEqualTo(Map.of());
    shop.crashAt = -1;
    shop.lineCut = false;
    shop.until("heard", () -> shop.hub.happened("kit-applied") == 1);
    assertThat(
            shop.hub.rows.values().stream()
                .filter(
                    it ->
                        it instanceof ReportBody.Happened happened
                            && happened.reason() instanceof Reason.CameByKit)
                .count())
        .isEqualTo(1);
    return moments;
  }
}
