package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.reason.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Whoever breaks a rule is told which by the right reason code, cut off, and named in the audit.
class MqttViolationsTest {
  private static final String OTHER = "dev-000000000000000000000000";
  private static final String WILL = "{\"type\":\"will\",\"bootId\":\"b\",\"connect\":1}";

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

  private interface Bytes {
    byte[] of(String device);
  }

  private record Case(String what, int code, Bytes bytes) {
    @Override
    public String toString() {
      return what + " -> 0x" + Integer.toHexString(code);
    }
  }

  static final List<Case> BAD_CONNECTS =
      List.of(
          new Case("another client id", 0x85, d -> new RawMqtt.Connect(OTHER).bytes()),
          new Case("no client id", 0x85, d -> new RawMqtt.Connect("").bytes()),
          new Case("MQTT 3.1.1", 0x01, d -> new RawMqtt.Connect(d).withVersion(4).bytes()),
          new Case("MQTT 6", 0x84, d -> new RawMqtt.Connect(d).withVersion(6).bytes()),
          new Case(
              "a will on another device's topic",
              0x87,
              d -> connect(d).withWill("tombolo/v1/" + OTHER + "/presence", WILL, 0).bytes()),
          new Case(
              "a will on its report topic",
              0x87,
              d -> connect(d).withWill("tombolo/v1/" + d + "/report", WILL, 0).bytes()),
          new Case(
              "a will elsewhere",
              0x90,
              d -> connect(d).withWill("somewhere/else", WILL, 0).bytes()),
          new Case(
              "a retained will", 0x9a, d -> connect(d).withWill(presence(d), WILL, 0x20).bytes()),
          new Case(
              "a will with QoS 2", 0x9b, d -> connect(d).withWill(presence(d), WILL, 0x10).bytes()),
          new Case(
              "a will that is no JSON",
              0x99,
              d -> connect(d).withWill(presence(d), "bye", 0).bytes()),
          new Case(
              "a will that is a birth",
              0x99,
              d -> connect(d).withWill(presence(d), "{\"type\":\"birth\"}", 0).bytes()),
          new Case(
              "another way of authentication",
              0x8c,
              d -> connect(d).withProperties((byte) 0x15, (byte) 0, (byte) 1, (byte) 'x').bytes()),
          new Case(
              "an oversized CONNECT",
              0x95,
              d -> RawMqtt.packet(0x10, new byte[Limits.CONNECT_BYTES_MAX + 1])),
          new Case(
              "a CONNECT of endless length",
              0x81,
              d -> new byte[] {0x10, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1}),
          new Case(
              "a client id that reaches beyond the CONNECT",
              0x81,
              d ->
                  RawMqtt.packet(
                      0x10,
                      new byte[] {
                        0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 9, 0, (byte) 0xff, (byte) 0xff, 'd'
                      })),
          new Case(
              "room for less than any answer",
              0x95,
              d ->
                  connect(d)
                      .withProperties((byte) 0x27, (byte) 0, (byte) 0, (byte) 0, (byte) 255)
                      .bytes()),
          new Case(
              "another protocol",
              0x84,
              d -> RawMqtt.packet(0x10, new byte[] {0, 1, 'X', 5, 2, 0, 9, 0, 0, 0})),
          new Case(
              "a garbled CONNECT",
              0x81,
              d ->
                  RawMqtt.packet(
                      0x10, new byte[] {0, 4, 'M', 'Q', 'T', 'T', 5, 3, 0, 9, 0, 0, 0})));

  @ParameterizedTest
  @FieldSource("BAD_CONNECTS")
  void badConnectIsRefusedByItsCode(Case bad) throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(bad.bytes().of(device.id().text()));

      RawMqtt.Packet answer = client.read();

      assertThat(answer.type()).isEqualTo(2);
      assertThat(answer.connackCode()).isEqualTo(bad.code());
      assertThat(hub.await(HubEvent.Violated.class).device()).contains(device.id());
      assertThat(client.isClosedByHub()).isTrue();
    }
  }

  static final List<Case> BAD_PACKETS =
      List.of(
          new Case("publish for another", 0x87, d -> publish("tombolo/v1/" + OTHER + "/report")),
          new Case("publish down", 0x87, d -> publish("tombolo/v1/" + d + "/desired")),
          new Case("publish elsewhere", 0x90, d -> publish("somewhere/else")),
          new Case("publish to the hub's beacon", 0x90, d -> publish("tombolo/v1/hub")),
          new Case("publish to a wildcard", 0x81, d -> publish("tombolo/v1/+/report")),
          new Case("publish to a long topic", 0x90, d -> publish("tombolo/v1/" + "x".repeat(400))),
          new Case(
              "a property that reaches beyond the packet",
              0x81,
              d -> RawMqtt.publish(report(d), "{}", 0x02, 1, new byte[] {0x09, 0x7d, 0x7d, 'x'})),
          new Case("retained", 0x9a, d -> RawMqtt.publish(report(d), "{}", 0x03, 1)),
          new Case("QoS 2", 0x9b, d -> RawMqtt.publish(report(d), "{}", 0x04, 1)),
          new Case(
              "a topic alias",
              0x94,
              d -> RawMqtt.publish(report(d), "{}", 0x02, 1, new byte[] {0x23, 0, 1})),
          new Case("a report that is no JSON", 0x99, d -> publish(report(d))),
          new Case("a presence that is no JSON", 0x99, d -> publish(presence(d))),
          new Case("an answer that is no JSON", 0x99, d -> publish("tombolo/v1/" + d + "/answer")),
          new Case("subscribe to all", 0x8f, d -> RawMqtt.subscribe(1, "#")),
          new Case(
              "subscribe to every device", 0x8f, d -> RawMqtt.subscribe(1, "tombolo/v1/+/desired")),
          new Case(
              "a shared subscription",
              0x8f,
              d -> RawMqtt.subscribe(1, "$share/g/tombolo/v1/" + d + "/desired")),
          new Case(
              "subscribe to another's",
              0x87,
              d -> RawMqtt.subscribe(1, "tombolo/v1/" + OTHER + "/desired")),
          new Case(
              "own and another's",
              0x87,
              d ->
                  RawMqtt.subscribe(
                      1, "tombolo/v1/" + d + "/desired", "tombolo/v1/" + OTHER + "/desired")),
          new Case("subscribe to its own reports", 0x87, d -> RawMqtt.subscribe(1, report(d))),
          new Case("a second CONNECT", 0x82, d -> new RawMqtt.Connect(d).bytes()),
          new Case("PUBREL", 0x82, d -> RawMqtt.packet(0x62, new byte[] {0, 1})),
          new Case(
              "an oversized packet",
              0x95,
              d -> RawMqtt.publish(report(d), "x".repeat(Limits.PACKET_BYTES_MAX), 0x02, 1)),
          new Case("an unknown packet", 0x81, d -> new byte[] {0, 0}));

  @ParameterizedTest
  @FieldSource("BAD_PACKETS")
  void badPacketEndsTheConnectionWithItsCode(Case bad) throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      client.send(bad.bytes().of(device.id().text()));

      RawMqtt.Packet answer = client.read(14);

      assertThat(answer.disconnectCode()).isEqualTo(bad.code());
      HubEvent.Violated violated = hub.await(HubEvent.Violated.class);
      assertThat(violated.device()).contains(device.id());
      HubEvent.SessionClosed closed = hub.await(HubEvent.SessionClosed.class);
      assertThat(closed.clean()).isFalse();
      assertThat(client.isClosedByHub()).isTrue();
    }
  }

  @Test
  void clientWithoutCertificateIsNotAuthorized() throws Exception {
    try (RawMqtt client = RawMqtt.open(hub, Optional.empty())) {
      client.send(new RawMqtt.Connect(OTHER).bytes());

      assertThat(client.read().connackCode()).isEqualTo(0x87);
      assertThat(hub.await(HubEvent.Violated.class).device()).isEmpty();
    }
  }

  @Test
  void revokedDeviceIsNotAuthorized() throws Exception {
    TestHub.Device device = hub.newDevice();
    hub.revoked.add(device.issued().serial());
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(new RawMqtt.Connect(device.id().text()).bytes());

      assertThat(client.read().connackCode()).isEqualTo(0x87);
      assertThat(hub.await(HubEvent.Violated.class).reason())
          .isEqualTo(new Reason.DeviceRevoked(device.id().text()));
    }
  }

  @Test
  void expiredCertificateIsToldByCodeAndNotByABrokenHandshake() throws Exception {
    TestHub.Device device = hub.newDevice(Duration.ofMinutes(-1));
    try (RawMqtt client = RawMqtt.open(hub, Optional.of(device))) {
      client.send(new RawMqtt.Connect(device.id().text()).bytes());

      RawMqtt.Packet answer = client.read();
      assertThat(answer.connackCode()).isEqualTo(0x87);
      assertThat(answer.text()).contains("certificate-expired");
    }
  }

  @Test
  void packetIdentifierInUseIsAProtocolError() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      byte[] report = RawMqtt.publish(report(device.id().text()), MqttSessionTest.REPORT, 0x02, 7);
      client.send(report);
      client.send(report);

      assertThat(client.read(14).disconnectCode()).isEqualTo(0x82);
    }
  }

  @Test
  void moreThanTheReceiveMaximumIsRefused() throws Exception {
    TestHub.Device device = hub.newDevice();
    try (RawMqtt client = RawMqtt.connected(hub, device)) {
      for (int i = 1; i <= EdgeBounds.RECEIVE_MAX + 1; i++) {
        client.send(RawMqtt.publish(report(device.id().text()), MqttSessionTest.REPORT, 0x02, i));
      }

      assertThat(client.read(14).disconnectCode()).isEqualTo(0x93);
    }
  }

  private static RawMqtt.Connect connect(String device) {
    return new RawMqtt.Connect(device);
  }

  private static byte[] publish(String topic) {
    return RawMqtt.publish(topic, "hello", 0x02, 1);
  }

  private static String presence(String device) {
    return "tombolo/v1/" + device + "/presence";
  }

  private static String report(String device) {
    return "tombolo/v1/" + device + "/report";
  }
}
