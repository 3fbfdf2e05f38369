package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentTest {
  private final Shop shop = new Shop();
  private Publisher.Signed release = shop.release("1.0");

  @BeforeEach
  void live() {
    shop.hub.assign(release);
    shop.startAgent();
    shop.until("live", () -> shop.isLive(release.digest()));
  }

  private Optional<Reason> refused() {
    for (ReportBody body : shop.hub.rows.values()) {
      if (body instanceof ReportBody.Happened happened
          && happened.what().equals("desired-refused")) {
        return Optional.ofNullable(happened.reason());
      }
    }
    return Optional.empty();
  }

  private Digest held() {
    return shop.store.load().held().map(HeldDocument::digest).orElseThrow();
  }

  @Test
  void sectionsThatComeInSeveralUpdatesAreInForceOnlyTogether() {
    Digest before = held();
    Publisher.Signed second = shop.release("2.0");
    List<Section> all = shop.hub.sections();
    shop.hub.lineClosed();
    shop.hub.assign(second);
    List<Section> some = shop.hub.sections();
    shop.hub.lineOpened(shop.store.load().connects());

    for (Section section : some) {
      if (!section.name().equals(Section.WORKLOADS)) {
        shop.hub.send(List.of(section));
      }
    }
    shop.seconds(3);
    assertThat(held()).isEqualTo(before);
    assertThat(shop.store.load().pending()).isPresent();
    shop.killAgent();
    shop.startAgent();

    shop.until("the rest came", () -> shop.isLive(second.digest()));
    assertThat(held()).isEqualTo(shop.hub.manifest());
    assertThat(all).isNotEqualTo(some);
  }

  @Test
  void anUnchangedDocumentIsNotSentAgainAfterAReconnect() {
    int before = shop.hub.updatesSent;

    shop.killAgent();
    shop.startAgent();
    shop.seconds(30);

    assertThat(shop.hub.updatesSent).isEqualTo(before);
  }

  @Test
  void anOlderRevisionIsRefusedWithItsReason() {
    Digest before = held();

    shop.hub.revision = 0;
    shop.hub.assign();
    shop.seconds(5);

    assertThat(held()).isEqualTo(before);
    assertThat(shop.runs(release.digest())).isTrue();
    assertThat(refused()).containsInstanceOf(Reason.DocumentStale.class);
  }

  @ParameterizedTest
  @MethodSource("settingsOfReleases")
  void executableSettingsThatAreInNoReleaseAreRefusedWithTheirReason(String field) {
    Digest before = held();
    List<Section> lied =
        shop.hub.sections().stream()
            .map(
                it ->
                    it.name().equals(Section.WORKLOADS)
                        ? new Section(
                            it.name(),
                            it.text().replace("[{", "[{\"" + field + "\":[\"/bin/sh\"],"))
                        : it)
            .toList();

    shop.hub.publish(lied, List.of());
    shop.seconds(5);

    assertThat(held()).isEqualTo(before);
    assertThat(shop.runs(release.digest())).isTrue();
    assertThat(refused())
        .hasValueSatisfying(it -> assertThat(it.toString()).contains("'" + field + "'"));
  }

  static Set<String> settingsOfReleases() {
    return WorkloadsSection.SIGNED_ONLY;
  }

  @Test
  void anOlderEpochOrAnotherHistoryOfTheSameEpochIsRefused() {
    Digest before = held();

    shop.hub.history = new History(1, "impostor");
    shop.hub.assign();
    shop.seconds(5);
    assertThat(held()).isEqualTo(before);

    shop.hub.history = new History(0, "older");
    shop.hub.assign();
    shop.seconds(5);
    assertThat(held()).isEqualTo(before);
  }

  @Test
  void aHigherEpochIsTakenEvenWithALowerRevision() {
    shop.hub.history = new History(2, "restored");
    shop.hub.revision = 0;
    shop.hub.assign(release);
    shop.seconds(5);

    assertThat(held()).isEqualTo(shop.hub.manifest());
    assertThat(shop.runs(release.digest())).isTrue();
  }

  @Test
  void aDocumentByAnotherKeyIsRefused() {
    Digest before = held();

    shop.hub.keys = HubKeys.OTHER;
    shop.hub.assign();
    shop.seconds(5);

    assertThat(held()).isEqualTo(before);
    assertThat(refused()).containsInstanceOf(Reason.DocumentUntrusted.class);
  }

  @Test
  void theRootThatCameWithARenewalIsTheOneThatCounts() {
    long from = shop.now().wallMillis();
    CertificateLife life = new CertificateLife(from, from + 45L * 24 * 3600 * 1000);
    List<X509Certificate> roots = List.of(HubKeys.OTHER.root(), HubKeys.FIRST.root());
    shop.tell(new AgentEvent.RenewalFinished(life, roots));
    shop.seconds(60);

    shop.hub.keys = HubKeys.OTHER;
    shop.hub.showsKey = true;
    shop.hub.assign();
    shop.seconds(5);

    assertThat(held()).isEqualTo(shop.hub.manifest());
  }

  @Test
  void aDocumentThatNeedsAnUnknownFeatureIsRefusedWithItsName() {
    Digest before = held();

    shop.hub.publish(shop.hub.sections(), List.of("v1", "teleport"));
    shop.seconds(5);

    assertThat(held()).isEqualTo(before);
    assertThat(refused()).contains(new Reason.FeatureMissing(List.of("teleport")));
  }

  @Test
  void aDocumentThatMakesNoSenseLeavesTheOneInForce() {
    Digest before = held();

    shop.hub.publish(List.of(new Section(Section.WORKLOADS, "{]")), List.of());
    shop.seconds(5);

    assertThat(held()).isEqualTo(before);
    assertThat(shop.runs(release.digest())).isTrue();
    assertThat(refused()).containsInstanceOf(Reason.Malformed.class);
  }

  @Test
  void whatCameWithARefusedDocumentIsNotClaimedAndComesAgain() {
    Publisher.Signed second = shop.release("2.0");
    shop.hub.assign(second);
    List<Section> good = shop.hub.sections();
    shop.hub.publish(good, List.of());
    List<Section> bad = new java.util.ArrayList<>(good);
    bad.removeIf(it -> it.name().equals(Section.WORKLOADS));
    bad.add(new Section(Section.WORKLOADS, "{]"));
    Publisher.Signed third = shop.release("3.0");
    bad.removeIf(it -> it.name().startsWith(Section.RELEASE_PREFIX));
    bad.add(new Section(Section.RELEASE_PREFIX + Shop.APP, Json.write(third.envelope())));
    shop.until("live", () -> shop.isLive(second.digest()));
    shop.hub.publish(bad, List.of());
    shop.seconds(5);
    assertThat(refused()).containsInstanceOf(Reason.Malformed.class);

    shop.tell(
        new AgentEvent.LinkClosed(shop.store.load().connects(), new Reason.LineDown(0, "cut"), 0));
    shop.hub.lineClosed();
    shop.hub.assign(third);
    shop.until("live", () -> shop.isLive(third.digest()));

    assertThat(shop.store.load().sections()).containsAll(shop.hub.sections());
  }

  @Test
  void signedTimeRaisesTheFloor() {
    assertThat(shop.store.load().timeFloorMillis()).isGreaterThanOrEqualTo(1_790_000_001_000L);
  }

  @Test
  void resultsReachTheHubOnceThoughItsAcknowledgementIsLost() {
    shop.hub.keepsAckedBack = true;
    for (int i = 0; i < 5; i++) {
      shop.tell(new AgentEvent.ResultHandedIn(i, Shop.APP, "{\"n\":" + i + "}"));
    }
    shop.seconds(5);
    shop.killAgent();
    shop.startAgent();
    shop.hub.keepsAckedBack = false;
    shop.until("all is acknowledged", () -> shop.store.load().outbox().isEmpty());

    assertThat(shop.hub.results()).hasSize(5);
  }

  @Test
  void whatWasCountedInTheDarkArrivesOrIsCountedAsDropped() {
    shop.lineCut = true;
    shop.killAgent();
    shop.startAgent();
    for (int i = 0; i < 50; i++) {
      shop.tell(new AgentEvent.ResultHandedIn(i, Shop.APP, "{\"n\":" + i + "}"));
    }
    shop.seconds(5);
    shop.lineCut = false;
    shop.until("all is acknowledged", () -> shop.store.load().outbox().isEmpty());

    long arrived = 0;
    long dropped = 0;
    for (ReportBody body : shop.hub.results()) {
      switch (body) {
        case ReportBody.Result _ -> arrived++;
        case ReportBody.Dropped it -> dropped += it.count();
        case ReportBody.State _, ReportBody.Happened _ -> {}
      }
    }
    assertThat(arrived).isLessThanOrEqualTo(20);
    assertThat(arrived + dropped).isEqualTo(50);
  }
}
