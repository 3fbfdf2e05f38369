package dev.tombolo.agent.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/// The hub's side of one connection, byte for byte.
final class Peer {
  static final int CONTINUATION = 0;
  static final int BINARY = 2;
  static final int PING = 9;
  static final int PONG = 10;

  static final int CONNECT = 1;
  static final int PUBLISH = 3;
  static final int PUBACK = 4;
  static final int SUBSCRIBE = 8;
  static final int PINGREQ = 12;

  final DataInputStream in;
  final OutputStream out;
  private boolean webSocket;
  private final Deque<Frame> frames = new ArrayDeque<>();

  record Frame(int opcode, byte[] payload) {}

  /// An MQTT packet: its type, its first byte's flags and what follows the length.
  record Packet(int type, int flags, byte[] body) {
    /// Of a PUBLISH with QoS 1.
    String topic() {
      int length = (body[0] & 0xff) << 8 | body[1] & 0xff;
      return new String(body, 2, length, StandardCharsets.UTF_8);
    }

    int packetId() {
      int at = type == PUBLISH ? 2 + ((body[0] & 0xff) << 8 | body[1] & 0xff) : 0;
      return (body[at] & 0xff) << 8 | body[at + 1] & 0xff;
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  Peer(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  /// Reads the head of a request.
  String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /// Reads the upgrade and gives the answer that fits.
  String upgrade() throws IOException {
    String head = readHead();
    write(upgradeAnswer(head));
    webSocket = true;
    return head;
  }

  static String upgradeAnswer(String head) {
    String field = "Sec-WebSocket-Key: ";
    int at = head.indexOf(field) + field.length();
    String key = head.substring(at, head.indexOf("\r\n", at));
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: "
        + WebSocketUpgrade.acceptOf(key)
        + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
  }

  void webSocketFromHereOn() {
    webSocket = true;
  }

  void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /// CONNECT, CONNACK 0, SUBSCRIBE, SUBACK.
  Packet open() throws IOException {
    Packet connect = expect(CONNECT);
    send(connack(0, new byte[0]));
    Packet subscribe = expect(SUBSCRIBE);
    int id = subscribe.packetId();
    send(packet(9, 0, new byte[] {(byte) (id >> 8), (byte) id, 0, 1, 1, 1, 1}));
    return connect;
  }

  static byte[] connack(int code, byte[] properties) {
    byte[] body = new byte[3 + properties.length];
    body[1] = (byte) code;
    body[2] = (byte) properties.length;
    System.arraycopy(properties, 0, body, 3, properties.length);
    return packet(2, 0, body);
  }

  static byte[] puback(int id) {
    return packet(PUBACK, 0, new byte[] {(byte) (id >> 8), (byte) id});
  }

  static byte[] publish(String topic, int id, String payload) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(string(topic));
    body.write(id >> 8);
    body.write(id);
    body.write(0);
    body.writeBytes(payload.getBytes(StandardCharsets.UTF_8));
    return packet(PUBLISH, 2, body.toByteArray());
  }

  static byte[] string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] both = new byte[2 + bytes.length];
    both[0] = (byte) (bytes.length >> 8);
    both[1] = (byte) bytes.length;
    System.arraycopy(bytes, 0, both, 2, bytes.length);
    return both;
  }

  static byte[] packet(int type, int flags, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(type << 4 | flags);
    int left = body.length;
    do {
      out.write(left >= 128 ? left % 128 | 128 : left);
      left /= 128;
    } while (left > 0);
    out.writeBytes(body);
    return out.toByteArray();
  }

  /// Sends a packet, in one frame where there are frames.
  void send(byte[] packet) throws IOException {
    write(webSocket ? frame(BINARY, true, packet) : packet);
  }

  static byte[] frame(int opcode, boolean fin, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write((fin ? 0x80 : 0) | opcode);
    if (payload.length < 126) {
      out.write(payload.length);
    } else if (payload.length < 0x10000) {
      out.write(126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    } else {
      out.write(127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) payload.length >> shift));
      }
    }
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /// The next packet, which must be of this type; pings before it are answered.
  Packet expect(int type) throws IOException {
    while (true) {
      Packet packet = readPacket();
      if (packet.type() == type) {
        return packet;
      }
      if (packet.type() != PINGREQ) {
        throw new IOException("expected packet type " + type + ", got " + packet.type());
      }
      send(packet(13, 0, new byte[0]));
    }
  }

  /// The next packet; with frames, one frame must be one packet.
  Packet readPacket() throws IOException {
    if (!webSocket) {
      return parse(in);
    }
    Frame frame = readFrame();
    while (frame.opcode() != BINARY) {
      frames.add(frame);
      frame = readFrame();
    }
    DataInputStream packet = new DataInputStream(new java.io.ByteArrayInputStream(frame.payload()));
    Packet parsed = parse(packet);
    if (packet.available() > 0) {
      throw new IOException("more than one packet in a frame");
    }
    return parsed;
  }

  /// Control frames seen while packets were read.
  Deque<Frame> controlFrames() {
    return frames;
  }

  Frame readFrame() throws IOException {
    int opcode = in.readUnsignedByte() & 0x0f;
    int second = in.readUnsignedByte();
    if ((second & 0x80) == 0) {
      throw new IOException("unmasked frame from a client");
    }
    long length = second & 0x7f;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] mask = new byte[4];
    in.readFully(mask);
    byte[] payload = new byte[(int) length];
    in.readFully(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
    return new Frame(opcode, payload);
  }

  private static Packet parse(DataInputStream in) throws IOException {
    int first = in.readUnsignedByte();
    int length = 0;
    for (int shift = 0, b = 0x80; (b & 0x80) != 0; shift += 7) {
      b = in.readUnsignedByte();
      length |= (b & 0x7f) << shift;
    }
    byte[] body = new byte[length];
    in.readFully(body);
    return new Packet(first >> 4, first & 0x0f, body);
  }

  /// Reads until the agent closes.
  void untilClosed() throws IOException {
    try {
      while (in.read() >= 0) {
        // What still comes does not matter.
      }
    } catch (EOFException e) {
      // That is the end, too.
    }
  }
}
