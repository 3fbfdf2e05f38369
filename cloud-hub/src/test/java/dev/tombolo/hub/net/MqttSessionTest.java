package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttSessionTest {
  static final String REPORT =
      "{\"incarnation\":\"i\",\"bootId\":\"b\",\"wallMillis\":1,\"monotonicMillis\":1,\"rows\":[]}";
  private static final String WILL = "{\"type\":\"will\",\"bootId\":\"b\",\"connect\":1}";

  private static final Digest MANIFEST = Digest.ofText("manifest");

  @TempDir static Path folder;
  private static TestHub hub;

  @BeforeAll
  static void start() throws Exception {
    hub = TestHub.start(folder);
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  @BeforeEach
  void forgetEarlierEvents() {
    hub.events.clear();
  }

  @Test
  void reportIsAcknowledgedOnlyWhenTheHubHasTakenIt() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      client.send(RawMqtt.subscribe(1, topic(device, "acked")));
      assertThat(client.read().type()).isEqualTo(9);
      client.send(RawMqtt.publish(topic(device, "report"), REPORT, 0x02, 7));
      HubEvent.ReportSaid said = hub.await(HubEvent.ReportSaid.class);
      // Still nothing: the answer to a ping overtakes no PUBACK.
      client.send(RawMqtt.packet(0xc0, new byte[0]));
      assertThat(client.read().type()).isEqualTo(13);

      hub.edge.execute(new HubEffect.PacketTaken(said.session(), said.packet()));
      hub.edge.execute(new HubEffect.SendAcked(said.session(), device.id(), new Acked("i", 9, 1)));

      RawMqtt.Packet puback = client.read();
      assertThat(puback.type()).isEqualTo(4);
      assertThat(puback.packetId()).isEqualTo(7);
      RawMqtt.Packet acked = client.read();
      assertThat(acked.topic()).isEqualTo(topic(device, "acked"));
      assertThat(acked.text()).contains("\"through\":9");
    }
  }

  @Test
  void aReplacedCertificateIsLeftToTheHubsLoopWhichSeesTheClone() throws Exception {
    TestHub.Device device = hub.newDevice();
    hub.superseded.add(device.issued().serial());
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);

      assertThat(opened.serial()).isEqualTo(device.issued().serial());
      assertThat(opened.shown())
          .isNotNull()
          .satisfies(shown -> assertThat(shown.device()).isEqualTo(device.id()));
    }
  }

  @Test
  void desiredDocumentIsTakenWhenItsLastPartIsAcknowledged() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);
      Digest manifest = Digest.ofText("manifest");
      List<DesiredUpdate> parts = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        Section section = new Section("s" + i, "x".repeat(100_000));
        parts.add(new DesiredUpdate(new Envelope("t", "cA==", List.of()), List.of(section), null));
      }
      hub.edge.execute(new HubEffect.SendDesired(opened.session(), device.id(), manifest, parts));
      // Nothing is sent on a topic before it is subscribed to.
      client.send(RawMqtt.subscribe(1, topic(device, "desired")));
      assertThat(client.read().type()).isEqualTo(9);
      Set<Integer> seen = new HashSet<>();
      for (int i = 0; i < 7; i++) {
        RawMqtt.Packet part = client.read(3);
        assertThat(part.text()).contains("\"s" + i + "\"");
        assertThat(hub.events).noneMatch(HubEvent.DesiredTaken.class::isInstance);
        seen.add(part.publishId());
        client.send(RawMqtt.puback(part.publishId()));
      }

      HubEvent.DesiredTaken taken = hub.await(HubEvent.DesiredTaken.class);

      assertThat(taken.manifest()).isEqualTo(manifest);
      assertThat(seen).hasSize(7);
    }
  }

  @Test
  void aDocumentByQos0IsSentAndNotTaken() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);
      client.send(RawMqtt.subscribe(1, 0, topic(device, "desired")));
      assertThat(client.read().type()).isEqualTo(9);

      hub.edge.execute(send(opened, device));

      assertThat(hub.await(HubEvent.DesiredSent.class).manifest()).isEqualTo(MANIFEST);
      assertThat(client.read().type()).isEqualTo(3);
    }
  }

  @Test
  void aDocumentThatTheClientRefusesByReasonCodeIsNotTaken() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);
      client.send(RawMqtt.subscribe(1, topic(device, "desired")));
      assertThat(client.read().type()).isEqualTo(9);
      hub.edge.execute(send(opened, device));

      int packet = client.read(3).publishId();
      client.send(RawMqtt.packet(0x40, new byte[] {(byte) (packet >> 8), (byte) packet, -125}));

      assertThat(hub.await(HubEvent.DesiredSent.class).manifest()).isEqualTo(MANIFEST);
    }
  }

  @Test
  void aMaximumPacketSizeIsReadWithoutASign() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(
          new RawMqtt.Connect(device.id().text())
              .withProperties((byte) 0x27, (byte) -1, (byte) -1, (byte) -1, (byte) -1)
              .bytes());
      assertThat(client.read().connackCode()).isZero();
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);
      client.send(RawMqtt.subscribe(1, topic(device, "desired")));
      assertThat(client.read().type()).isEqualTo(9);

      hub.edge.execute(send(opened, device));

      assertThat(client.read().type()).isEqualTo(3);
    }
  }

  private static HubEffect.SendDesired send(HubEvent.SessionOpened opened, TestHub.Device device) {
    return new HubEffect.SendDesired(
        opened.session(),
        device.id(),
        MANIFEST,
        List.of(new DesiredUpdate(new Envelope("t", "cA==", List.of()), List.of(), null)));
  }

  @Test
  void aDeviceIsNotReadFurtherAheadThanTheHubDecides() throws Exception {
    TestHub.Device device = hub.newDevice();
    String large =
        "{\"incarnation\":\"i\",\"bootId\":\"b\",\"wallMillis\":1,\"monotonicMillis\":1,"
            + "\"rows\":[],\"padding\":\""
            + "x".repeat(200_000)
            + "\"}";
    hub.isSlow = true;
    try (ExecutorService sending = Executors.newVirtualThreadPerTaskExecutor();
        RawMqtt client = RawMqtt.connected(hub, device)) {
      Future<?> sent =
          sending.submit(
              () -> {
                for (int i = 0; i < 100; i++) {
                  client.send(RawMqtt.publish(topic(device, "report"), large, 0, 0));
                }
                return null;
              });
      int ahead = EdgeBounds.UNDECIDED_BYTES_MAX / large.length() + 1;
      for (int i = 0; i < 100; i++) {
        hub.await(HubEvent.ReportSaid.class);
        assertThat(hub.undecided).hasSizeLessThanOrEqualTo(ahead);
        if (i >= ahead - 1) {
          hub.undecided.take().run();
        }
      }
      sent.get();
    } finally {
      hub.isSlow = false;
      hub.undecided.clear();
    }
  }

  @Test
  void brokenLineSpeaksTheWillAndACleanEndDoesNot() throws Exception {
    TestHub.Device device = hub.newDevice();
    byte[] connect =
        new RawMqtt.Connect(device.id().text())
            .withWill(topic(device, "presence"), WILL, 0x08)
            .bytes();
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(connect);
      assertThat(client.read().connackCode()).isZero();
      client.breakLine();
      assertThat(hub.await(HubEvent.PresenceSaid.class).presence())
          .isEqualTo(new Presence.Will("b", 1));
      assertThat(hub.await(HubEvent.SessionClosed.class).clean()).isFalse();
    }
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(connect);
      assertThat(client.read().connackCode()).isZero();
      hub.events.clear();

      client.send(RawMqtt.packet(0xe0, new byte[0]));

      assertThat(hub.await(HubEvent.SessionClosed.class).clean()).isTrue();
      assertThat(hub.events).isEmpty();
    }
  }

  @Test
  void takenOverSessionIsToldSo() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);

      hub.edge.execute(
          new HubEffect.CloseSession(
              opened.session(), new Reason.Conflict("session", "connected again")));

      assertThat(client.read().disconnectCode()).isEqualTo(0x8e);
      assertThat(client.isClosedByHub()).isTrue();
    }
  }

  @Test
  void revocationClosesTheLineAtOnce() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      hub.edge.expel(device.id(), new Reason.DeviceRevoked(device.id().text()));

      assertThat(client.read().disconnectCode()).isEqualTo(0x87);
      assertThat(client.isClosedByHub()).isTrue();
    }
  }

  @Test
  void fullInboxTellsNewcomersToComeBackLaterAndMakesOthersWait() throws Exception {
    TestHub.Device device = hub.newDevice();
    TestHub.Device newcomer = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device);
        RawMqtt late = RawMqtt.open(hub, Optional.of(newcomer))) {
      hub.isFull = true;
      client.send(RawMqtt.publish(topic(device, "report"), REPORT, 0x02, 7));
      late.send(new RawMqtt.Connect(newcomer.id().text()).bytes());
      RawMqtt.Packet refused = late.read();
      assertThat(refused.connackCode()).isEqualTo(0x89);
      assertThat(refused.text()).contains("retry-after");

      hub.isFull = false;

      assertThat(hub.await(HubEvent.ReportSaid.class).packet()).isEqualTo(7);
    }
  }

  @Test
  void silentDeviceIsCutAfterOneAndAHalfKeepAlives() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(new RawMqtt.Connect(device.id().text()).withKeepAlive(1).bytes());
      assertThat(client.read().connackCode()).isZero();

      assertThat(client.read().disconnectCode()).isEqualTo(0x8d);
    }
  }

  @Test
  @Tag("slow")
  void lineThatStallsInsideAPacketStaysUpAsLongAsBytesCome() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      // Cut after 4.5 s of silence; the stalls take longer together, none of them alone.
      client.send(new RawMqtt.Connect(device.id().text()).withKeepAlive(3).bytes());
      assertThat(client.read().connackCode()).isZero();
      byte[] packet = RawMqtt.publish(topic(device, "report"), REPORT, 0x02, 7);

      int piece = packet.length / 5;
      for (int from = 0; from < packet.length; from += piece) {
        client.send(Arrays.copyOfRange(packet, from, Math.min(from + piece, packet.length)));
        stall();
      }

      assertThat(hub.await(HubEvent.ReportSaid.class).packet()).isEqualTo(7);
    }
  }

  @Test
  void keepAliveOverTheMaximumIsToldInConnack() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(new RawMqtt.Connect(device.id().text()).withKeepAlive(3_000).bytes());

      RawMqtt.Packet connack = client.read();

      assertThat(connack.connackCode()).isZero();
      assertThat(connack.body()).containsSequence(0x13, 0, 120);
    }
  }

  @Test
  void packetsBehindConnectWaitForItsAnswer() throws Exception {
    TestHub.Device device = hub.newDevice();
    hub.admits = false;
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(new RawMqtt.Connect(device.id().text()).bytes());
      client.send(RawMqtt.publish(topic(device, "report"), REPORT, 0x02, 3));
      HubEvent.SessionOpened opened = hub.await(HubEvent.SessionOpened.class);
      assertThat(hub.events).noneMatch(HubEvent.ReportSaid.class::isInstance);

      hub.edge.execute(new HubEffect.SessionAdmitted(opened.session()));

      assertThat(client.read().type()).isEqualTo(2);
      assertThat(hub.await(HubEvent.ReportSaid.class).packet()).isEqualTo(3);
    } finally {
      hub.admits = true;
    }
  }

  private static String topic(TestHub.Device device, String leaf) {
    return "tombolo/v1/" + device.id() + "/" + leaf;
  }

  // The line itself stalls: time passing is the thing under test.
  private static void stall() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(900));
  }
}
