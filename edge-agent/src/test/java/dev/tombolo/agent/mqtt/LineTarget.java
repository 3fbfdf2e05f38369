package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttPublish;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/// What a hub, or whoever stands in its place, sends down a line: the HTTP answer, WebSocket
/// frames, the borders of MQTT packets, the packets as Paho reads them, and the messages in them.
/// An input's first byte says where it begins: 0 HTTP, 1 frames, 2 packets.
public final class LineTarget implements FuzzTarget {
  private static final DeviceId DEVICE = new DeviceId("dev-000000000000000000000000");
  private static final int PACKETS_MAX = 2_000;

  @Override
  public String name() {
    return "agent-line";
  }

  @Override
  public List<byte[]> seeds() {
    byte[] connack = packet(0x20, new byte[] {0, 0, 3, 0x21, 0, 16});
    byte[] refusal =
        packet(
            0x20,
            joined(
                new byte[] {0, (byte) 0x87},
                properties(
                    text(0x1f, "no certificate"),
                    pair("reason", Json.write(new Reason.DeviceRevoked("x"))),
                    pair("retry-after", "30"),
                    new byte[] {0x13, 0, 60})));
    byte[] goodbye = packet(0xe0, joined(new byte[] {(byte) 0x8b}, properties(text(0x1f, "bye"))));
    byte[] suback = packet(0x90, new byte[] {0, 1, 0, 1, 1, 1, 1});
    byte[] acked = publish("acked", Json.write(new Acked("outbox", 7, 1, 5L)), 0);
    byte[] ask = publish("ask", Json.write(new Ask("1", "why", Map.of())), 3);
    byte[] desired =
        publish(
            "desired",
            "{\"envelope\":{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[]},\"sections\":[]}",
            4);
    byte[] pong = packet(0xd0, new byte[0]);
    byte[] all =
        joined(
            connack, suback, acked, pong, ask, desired, packet(0x40, new byte[] {0, 1}), goodbye);
    byte[] upgrade =
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: x\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    return List.of(
        joined(new byte[] {2}, all),
        joined(new byte[] {2}, refusal),
        joined(new byte[] {1}, frame(0x82, all)),
        joined(
            new byte[] {1},
            frame(0x02, Arrays.copyOf(all, 20)),
            frame(0x89, new byte[] {1}),
            frame(0x80, Arrays.copyOfRange(all, 20, all.length)),
            frame(0x88, new byte[] {3, (byte) 0xe9, 'x'})),
        joined(new byte[] {0}, upgrade, frame(0x82, all)),
        joined(
            new byte[] {0},
            "HTTP/1.1 503 Busy\r\nRetry-After: 30\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public List<String> words() {
    return List.of(
        "HTTP/1.1 ",
        "HTTP/1.1 302 ",
        "Retry-After: ",
        "\r\n\r\n",
        "\u0026\u0000\u0006reason",
        "\u0026\u0000\u000bretry-after",
        "\u001f\u0000\u0001x",
        "tombolo/v1/" + DEVICE + "/acked",
        "/desired",
        "{\"code\":\"busy\",\"retryAfterSeconds\":-5}");
  }

  @Override
  public String run(byte[] input) throws Exception {
    if (input.length == 0) {
      return "nothing";
    }
    InputStream in = new ByteArrayInputStream(input, 1, input.length - 1);
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(answers, true, new SecureRandom());
    StringBuilder said = new StringBuilder();
    PacketInput packets = null;
    try {
      int from = input[0] % 3;
      if (from == 0) {
        HttpHead head = HttpHead.read(in);
        said.append(head.status() == 101 ? "101 " : "http ");
        if (head.status() != 101) {
          LinkRefusedException refused = WebSocketUpgrade.refused(head);
          return said + said(new LineEnd(refused.reason(), refused.retryAfterSeconds()));
        }
      }
      InputStream payload =
          from == 2 ? in : new WebSocketInput(in, writer, Limits.PACKET_BYTES_MAX + 4_096);
      packets = new PacketInput(payload, Limits.PACKET_BYTES_MAX);
      for (int i = 0; i < PACKETS_MAX; i++) {
        byte[] packet = next(packets);
        if (packet.length == 0) {
          break;
        }
        take(packet, said);
      }
      return said + "end";
    } catch (IOException e) {
      Contract.refused(e.getMessage());
      LineEnd end = LineEnd.of(e, packets == null ? null : packets.word());
      return said + said(end);
    } finally {
      Contract.holds(answers.size() <= 140 * (1 + input.length), "answers are bounded");
    }
  }

  private static String said(LineEnd end) {
    Contract.holds(
        end.retryAfterSeconds() >= 0 && end.retryAfterSeconds() <= RetryAfter.SECONDS_MAX,
        "a wait has its bound");
    Contract.holds(
        Json.write(end.reason()).length() <= 16 * 1024, "why a line ended fits a report row");
    return Contract.shape(ReasonText.say(end.reason()));
  }

  /// One packet, as Paho takes it from the stream; empty at the end.
  private static byte[] next(PacketInput in) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    int first = in.read();
    if (first < 0) {
      return new byte[0];
    }
    packet.write(first);
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = in.read();
      packet.write(digit);
      length |= (digit & 0x7f) << shift;
      shift += 7;
    } while ((digit & 0x80) != 0);
    Contract.holds(length <= Limits.PACKET_BYTES_MAX, "a packet has its bound");
    byte[] body = in.readNBytes(length);
    Contract.holds(body.length == length, "a packet is whole");
    packet.writeBytes(body);
    return packet.toByteArray();
  }

  private static void take(byte[] packet, StringBuilder said) throws IOException {
    try {
      MqttWireMessage message = MqttWireMessage.createWireMessage(packet);
      if (said.length() < 100) {
        said.append(message.getClass().getSimpleName()).append(' ');
      }
      if (message instanceof MqttPublish publish) {
        said.append(
            InboundMessage.parse(
                    DEVICE,
                    1,
                    publish.getMessageId(),
                    publish.getTopicName(),
                    publish.getMessage().getPayload())
                .getClass()
                .getSimpleName());
      }
    } catch (MalformedException e) {
      Contract.refused(e.getMessage());
    } catch (MqttException e) {
      throw new IOException("Paho: " + e.getReasonCode(), e);
    } catch (RuntimeException e) {
      // Paho's receiver dies of these; Line then ends, see Line.Threads.
      if (e.getStackTrace().length > 0
          && e.getStackTrace()[0].getClassName().startsWith("dev.tombolo")) {
        throw e;
      }
      throw new IOException("Paho: " + e.getClass().getSimpleName(), e);
    }
  }

  // ---- bytes

  private static byte[] packet(int head, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(head);
    int left = body.length;
    do {
      int digit = left & 0x7f;
      left >>= 7;
      out.write(left > 0 ? digit | 0x80 : digit);
    } while (left > 0);
    out.writeBytes(body);
    return out.toByteArray();
  }

  private static byte[] publish(String leaf, String payload, int id) {
    byte[] topic = utf8("tombolo/v1/" + DEVICE + "/" + leaf);
    byte[] rest = payload.getBytes(StandardCharsets.UTF_8);
    return id == 0
        ? packet(0x30, joined(topic, new byte[] {0}, rest))
        : packet(0x32, joined(topic, new byte[] {0, (byte) id, 0}, rest));
  }

  private static byte[] utf8(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return joined(new byte[] {(byte) (bytes.length >> 8), (byte) bytes.length}, bytes);
  }

  private static byte[] text(int id, String text) {
    return joined(new byte[] {(byte) id}, utf8(text));
  }

  private static byte[] pair(String name, String value) {
    return joined(new byte[] {0x26}, utf8(name), utf8(value));
  }

  private static byte[] properties(byte[]... all) {
    byte[] joined = joined(all);
    return joined(
        new byte[] {(byte) (joined.length & 0x7f | (joined.length > 127 ? 0x80 : 0))},
        joined.length > 127 ? new byte[] {(byte) (joined.length >> 7)} : new byte[0],
        joined);
  }

  private static byte[] frame(int head, byte[] content) {
    return content.length < 126
        ? joined(new byte[] {(byte) head, (byte) content.length}, content)
        : joined(
            new byte[] {(byte) head, 126, (byte) (content.length >> 8), (byte) content.length},
            content);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /// Where a hub says it is to be reached.
  public record Links() implements FuzzTarget {
    @Override
    public String name() {
      return "link-urls";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of("wss://hub.example:8443/mqtt", "mqtts://[::1]:8883", "wss://hub/").stream()
          .map(text -> text.getBytes(StandardCharsets.UTF_8))
          .toList();
    }

    @Override
    public int bytesMax() {
      return 8 * 1024;
    }

    @Override
    public List<String> words() {
      return List.of(
          "wss://", "mqtts://", ":65535", ":65536", "@", "%", "[", "]", "/", "\r\n", "?", "#");
    }

    @Override
    public String run(byte[] input) {
      try {
        LinkUrl url = LinkUrl.parse(new String(input, StandardCharsets.UTF_8));
        Contract.holds(url.port() >= 1 && url.port() <= 65_535, "a port is one");
        Contract.holds(!url.host().isEmpty() && url.path().startsWith("/"), "host and path");
        Contract.holds(
            (url.authority() + url.path()).chars().noneMatch(c -> c <= ' '),
            "nothing slips into the request");
        return "taken " + url.webSocket();
      } catch (IllegalArgumentException e) {
        return Contract.refused(String.valueOf(e.getMessage()));
      }
    }
  }
}
