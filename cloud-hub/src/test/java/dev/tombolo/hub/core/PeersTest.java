package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who is told of whom within a site.
class PeersTest {
  private static final List<String> FIRST_ADDRESS = List.of("192.168.1.1:8444");
  private static final List<String> SECOND_ADDRESS = List.of("192.168.1.2:8444");

  private final Scene scene = Scene.ready(new MemoryHubStore());
  private final Map<DeviceId, Optional<PeersSection>> told = new HashMap<>();
  private final Map<DeviceId, Long> revisions = new HashMap<>();
  private final EnrolResponse first = scene.joined("first");
  private final EnrolResponse second = scene.joined("second");
  private int boots;

  @Test
  void devicesOfASiteAreToldOfEachOther() {
    connect(first, FIRST_ADDRESS);
    assertThat(peers(first)).isEmpty();

    connect(second, SECOND_ADDRESS);

    List<PeersSection.Peer> both =
        List.of(
            new PeersSection.Peer(
                first.device(),
                first.slot(),
                List.of(Scene.key("first").keyDigest()),
                FIRST_ADDRESS),
            new PeersSection.Peer(
                second.device(),
                second.slot(),
                List.of(Scene.key("second").keyDigest()),
                SECOND_ADDRESS));
    assertThat(peers(first)).isEqualTo(both);
    assertThat(peers(second)).isEqualTo(both);
  }

  @Test
  void whoSharesNothingIsToldOfNobodyAndNobodyOfIt() {
    connect(first, FIRST_ADDRESS);
    connect(second, null);

    assertThat(peers(first)).isEmpty();
    assertThat(peers(second)).isEmpty();
  }

  @Test
  void nobodyIsToldOfADeviceOfAnotherSite() {
    Name elsewhere = new Name("store-118");
    scene.apply(Scene.site(elsewhere));
    EnrolResponse other =
        scene.enrol(scene.token(Optional.of(elsewhere), Optional.empty(), 1), "other");

    connect(first, FIRST_ADDRESS);
    connect(other, SECOND_ADDRESS);

    assertThat(peers(first)).isEmpty();
    assertThat(peers(other)).isEmpty();
  }

  @Test
  void aRevokedDeviceIsNobodysPeer() {
    connect(first, FIRST_ADDRESS);
    connect(second, SECOND_ADDRESS);

    hear(revoke(second));

    assertThat(peers(first)).isEmpty();
  }

  @Test
  void bothKeysAreTakenWhileACertificateIsBeingRenewed() {
    connect(first, FIRST_ADDRESS);
    connect(second, SECOND_ADDRESS);
    scene.pass(Duration.ofDays(31));

    hear(
        scene.tell(
            new HubEvent.RenewAsked(
                scene.number(),
                second.device(),
                Scene.serialOf(second),
                null,
                Scene.key("next of second"),
                "10.0.0.2:4000")));
    hear(scene.tell(new HubEvent.Ticked()));

    assertThat(peers(first).getLast().keys())
        .containsExactly(Scene.key("second").keyDigest(), Scene.key("next of second").keyDigest());
  }

  @Test
  void onlyLiteralAddressesArePassedOnAndNotMoreThanAllowed() {
    connect(first, FIRST_ADDRESS);
    List<String> many = new ArrayList<>(List.of("hub.example:80", "127.0.0.1:8444"));
    for (int i = 1; i <= 9; i++) {
      many.add("10.0.0." + i + ":8444");
    }

    connect(second, many);

    assertThat(peers(first).getLast().addresses())
        .hasSize(Limits.LAN_ADDRESSES_MAX)
        .containsExactlyElementsOf(many.subList(2, 2 + Limits.LAN_ADDRESSES_MAX));
  }

  @Test
  void anAddressThatComesAndGoesMakesNoDocumentEachTime() {
    connect(first, FIRST_ADDRESS);
    connect(second, SECOND_ADDRESS);
    long before = revision(first);

    for (int i = 3; i < 60; i++) {
      scene.pass(Duration.ofSeconds(10));
      connect(second, List.of("192.168.1." + i + ":8444"));
    }

    assertThat(revision(first) - before)
        .isLessThanOrEqualTo(570 / PresenceRecord.LAN_PAUSE.toSeconds() + 1);
  }

  @Test
  void anAddressThatCameTooSoonIsPassedOnWhenThePauseIsOver() {
    connect(first, FIRST_ADDRESS);
    connect(second, SECOND_ADDRESS);
    List<String> moved = List.of("192.168.1.77:8444");
    connect(second, moved);
    assertThat(peers(first).getLast().addresses()).isEqualTo(SECOND_ADDRESS);

    scene.now += PresenceRecord.LAN_PAUSE.toMillis();
    hear(scene.tell(new HubEvent.Ticked()));

    assertThat(peers(first).getLast().addresses()).isEqualTo(moved);
  }

  @Test
  void theSameComesAfterARestart() {
    connect(first, FIRST_ADDRESS);
    connect(second, SECOND_ADDRESS);
    List<PeersSection.Peer> before = peers(first);
    long revision = revision(first);

    scene.restart();
    connect(first, FIRST_ADDRESS);

    assertThat(peers(first)).isEqualTo(before);
    assertThat(revision(first)).isEqualTo(revision);
  }

  @Test
  void inALargeSiteEachIsToldOfItsNeighbours() {
    List<EnrolResponse> all = new ArrayList<>(List.of(first, second));
    for (int i = 0; i < 38; i++) {
      all.add(scene.joined("more-" + i));
    }
    for (int i = 0; i < all.size(); i++) {
      connect(all.get(i), List.of("192.168.2." + (i + 1) + ":8444"));
    }
    all.sort((a, b) -> slot(a).compareTo(slot(b)));

    for (int i = 0; i < all.size(); i++) {
      List<DeviceId> peers = peers(all.get(i)).stream().map(PeersSection.Peer::device).toList();
      assertThat(peers).hasSize(Limits.PEERS_MAX).contains(all.get(i).device());
      List<DeviceId> inOrder = all.stream().map(EnrolResponse::device).toList();
      int from = inOrder.indexOf(peers.getFirst());
      assertThat(peers).isEqualTo(inOrder.subList(from, from + Limits.PEERS_MAX));
    }
  }

  private static SlotRef slot(EnrolResponse identity) {
    return new SlotRef(identity.site(), identity.slot());
  }

  private List<HubEffect> revoke(EnrolResponse identity) {
    List<HubEffect> effects =
        new ArrayList<>(
            scene.tell(
                new HubEvent.AdminAsked(
                    scene.number(),
                    Scene.ALICE,
                    new AdminCommand.RevokeDevice(identity.device(), "stolen", Optional.empty()))));
    effects.addAll(scene.tell(new HubEvent.Ticked()));
    return effects;
  }

  private void connect(EnrolResponse identity, @Nullable List<String> lan) {
    SessionId session = scene.open(identity.device(), Scene.serialOf(identity));
    Presence.Birth usual = scene.birth("boot-" + ++boots, boots);
    hear(
        scene.tell(
            new HubEvent.PresenceSaid(
                session,
                identity.device(),
                new Presence.Birth(
                    usual.bootId(),
                    usual.connect(),
                    null,
                    0,
                    null,
                    List.<Digest>of(),
                    usual.documentKey(),
                    usual.incarnation(),
                    0,
                    usual.agentVersion(),
                    usual.features(),
                    usual.wallMillis(),
                    lan))));
    hear(scene.tell(new HubEvent.Ticked()));
  }

  /// What the devices hear; they take it at once.
  private void hear(List<HubEffect> effects) {
    List<HubEffect> news = effects;
    while (!news.isEmpty()) {
      List<HubEffect> more = new ArrayList<>();
      for (HubEffect.SendDesired sent : Scene.all(HubEffect.SendDesired.class, news)) {
        take(sent);
        more.addAll(
            scene.tell(new HubEvent.DesiredTaken(sent.session(), sent.device(), sent.manifest())));
      }
      news = more;
    }
  }

  private void take(HubEffect.SendDesired sent) {
    try {
      for (DesiredUpdate update : sent.updates()) {
        var manifest =
            Json.read(
                dev.tombolo.protocol.desired.DesiredManifest.class,
                new String(
                    java.util.Base64.getDecoder().decode(update.envelope().payload()),
                    java.nio.charset.StandardCharsets.UTF_8),
                Limits.MANIFEST_BYTES_MAX);
        revisions.put(sent.device(), manifest.revision());
        if (manifest.sections().stream().noneMatch(it -> it.name().equals(Section.PEERS))) {
          told.put(sent.device(), Optional.empty());
        }
        for (Section section : update.sections()) {
          if (section.name().equals(Section.PEERS)) {
            told.put(
                sent.device(),
                Optional.of(
                    Json.read(PeersSection.class, section.text(), Limits.SECTION_BYTES_MAX)));
          }
        }
      }
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private List<PeersSection.Peer> peers(EnrolResponse identity) {
    return told.getOrDefault(identity.device(), Optional.empty())
        .map(PeersSection::peers)
        .orElse(List.of());
  }

  private long revision(EnrolResponse identity) {
    return revisions.getOrDefault(identity.device(), 0L);
  }
}
