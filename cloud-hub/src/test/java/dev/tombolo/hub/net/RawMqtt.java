package dev.tombolo.hub.net;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// An MQTT 5 client that sends whatever bytes the test wants.
final class RawMqtt implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  final OutputStream out;

  private RawMqtt(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    socket.setSoTimeout((int) TestHub.WAIT_SECONDS * 1_000);
    socket.setTcpNoDelay(true);
  }

  static RawMqtt open(TestHub hub, Optional<TestHub.Device> device)
      throws IOException, GeneralSecurityException {
    return new RawMqtt(hub.tls(device).getSocketFactory().createSocket("127.0.0.1", hub.port()));
  }

  /// Connected, with its CONNACK read.
  static RawMqtt connected(TestHub hub, TestHub.Device device)
      throws IOException, GeneralSecurityException {
    RawMqtt client = open(hub, Optional.of(device));
    client.send(new Connect(device.id().text()).bytes());
    Packet answer = client.read();
    if (answer.type() != 2 || answer.connackCode() != 0) {
      throw new AssertionError("refused: " + answer);
    }
    return client;
  }

  void send(byte[] packet) throws IOException {
    out.write(packet);
    out.flush();
  }

  /// @param head the first byte
  record Packet(int head, byte[] body) {
    int type() {
      return head >> 4;
    }

    int connackCode() {
      return body[1] & 0xff;
    }

    int disconnectCode() {
      return body.length == 0 ? 0 : body[0] & 0xff;
    }

    int packetId() {
      return (body[0] & 0xff) << 8 | (body[1] & 0xff);
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    String topic() {
      return new String(body, 2, packetId(), StandardCharsets.UTF_8);
    }

    int publishId() {
      int at = 2 + packetId();
      return (body[at] & 0xff) << 8 | (body[at + 1] & 0xff);
    }
  }

  Packet read() throws IOException {
    int head = in.read();
    if (head < 0) {
      throw new EOFException("closed");
    }
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int digit = in.read();
      length |= (digit & 0x7f) << shift;
      if ((digit & 0x80) == 0) {
        break;
      }
    }
    return new Packet(head, in.readNBytes(length));
  }

  /// The next packet of a type.
  Packet read(int type) throws IOException {
    for (Packet packet = read(); ; packet = read()) {
      if (packet.type() == type) {
        return packet;
      }
    }
  }

  /// True once the hub has closed the line.
  boolean isClosedByHub() throws IOException {
    try {
      while (in.read() >= 0) {
        // pass over what it still said
      }
      return true;
    } catch (SSLException | java.net.SocketException e) {
      return true;
    }
  }

  /// Breaks the line without a word.
  void breakLine() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /// A CONNECT to be varied.
  record Connect(
      String clientId,
      int version,
      int keepAliveSeconds,
      String willTopic,
      String willPayload,
      int willFlags,
      byte[] properties) {
    Connect(String clientId) {
      this(clientId, 5, 60, "", "", 0, new byte[0]);
    }

    Connect withVersion(int other) {
      return new Connect(
          clientId, other, keepAliveSeconds, willTopic, willPayload, willFlags, properties);
    }

    Connect withKeepAlive(int seconds) {
      return new Connect(clientId, version, seconds, willTopic, willPayload, willFlags, properties);
    }

    /// @param flags retain 0x20, QoS 0x08 or 0x10
    Connect withWill(String topic, String payload, int flags) {
      return new Connect(
          clientId, version, keepAliveSeconds, topic, payload, flags | 0x04, properties);
    }

    Connect withProperties(byte... more) {
      return new Connect(
          clientId, version, keepAliveSeconds, willTopic, willPayload, willFlags, more);
    }

    byte[] bytes() {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      text(body, "MQTT");
      body.write(version);
      body.write(0x02 | willFlags);
      body.write(keepAliveSeconds >> 8);
      body.write(keepAliveSeconds);
      if (version >= 5) {
        body.write(properties.length);
        body.writeBytes(properties);
      }
      text(body, clientId);
      if (willFlags != 0) {
        body.write(0);
        text(body, willTopic);
        text(body, willPayload);
      }
      return packet(0x10, body.toByteArray());
    }
  }

  static byte[] publish(String topic, String payload, int flags, int packetId) {
    return publish(topic, payload, flags, packetId, new byte[0]);
  }

  /// @param flags QoS 0x02, retain 0x01
  static byte[] publish(String topic, String payload, int flags, int packetId, byte[] properties) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    text(body, topic);
    if ((flags & 0x06) != 0) {
      body.write(packetId >> 8);
      body.write(packetId);
    }
    body.write(properties.length);
    body.writeBytes(properties);
    body.writeBytes(payload.getBytes(StandardCharsets.UTF_8));
    return packet(0x30 | flags, body.toByteArray());
  }

  static byte[] subscribe(int packetId, String... filters) {
    return subscribe(packetId, 1, filters);
  }

  static byte[] subscribe(int packetId, int qos, String... filters) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(packetId >> 8);
    body.write(packetId);
    body.write(0);
    for (String filter : filters) {
      text(body, filter);
      body.write(qos);
    }
    return packet(0x82, body.toByteArray());
  }

  static byte[] puback(int packetId) {
    return packet(0x40, new byte[] {(byte) (packetId >> 8), (byte) packetId});
  }

  static byte[] packet(int head, byte[] body) {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(head);
    int left = body.length;
    do {
      int digit = left & 0x7f;
      left >>= 7;
      packet.write(left > 0 ? digit | 0x80 : digit);
    } while (left > 0);
    packet.writeBytes(body);
    return packet.toByteArray();
  }

  private static void text(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    to.write(bytes.length >> 8);
    to.write(bytes.length);
    to.writeBytes(bytes);
  }
}
