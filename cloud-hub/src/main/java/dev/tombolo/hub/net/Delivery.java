package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What goes down to one device: in order, within its window, only on topics it has subscribed to,
/// and only while its line takes bytes. Little can pile up: a newer `acked` or desired document
/// stands for those before it, and parts of a document are encoded when their turn comes.
final class Delivery {
  /// Stands for a publish that is no part of a document.
  private static final Document NONE = new Document(null, List.of());

  private final DeviceId device;
  private final int receiveMax;
  private final long packetBytesMax;
  private final Wire wire;
  private final EdgeCounters counters;
  private final Map<Topics, Integer> subscribed = new EnumMap<>(Topics.class);
  private final Queue<byte[]> asks = new ArrayDeque<>(0);
  private @Nullable Acked acked;
  private @Nullable Document document;
  private @Nullable Map<Integer, Document> unacknowledged;
  private int askBytes;
  private int lastPacket;

  /// The line, as delivery sees it.
  interface Wire {
    boolean takesBytes();

    void send(MqttMessage message);

    /// The device has acknowledged the whole document.
    void taken(Digest manifest);

    /// The document went out, and the device will not tell whether it took it.
    void sent(Digest manifest);

    /// A document has a part that the client does not want to take.
    void isTooLarge(int bytes, long bytesMax);
  }

  /// A desired document on its way.
  private static final class Document {
    final @Nullable Digest manifest;
    final Queue<DesiredUpdate> parts;
    int inFlight;
    boolean isRefused;

    Document(@Nullable Digest manifest, List<DesiredUpdate> parts) {
      this.manifest = manifest;
      this.parts = new ArrayDeque<>(parts);
    }
  }

  Delivery(DeviceId device, int receiveMax, long packetBytesMax, Wire wire, EdgeCounters counters) {
    this.device = device;
    this.receiveMax = receiveMax;
    this.packetBytesMax = packetBytesMax;
    this.wire = wire;
    this.counters = counters;
  }

  void subscribe(Topics topic, int qos) {
    subscribed.put(topic, qos);
  }

  boolean isSubscribed(Topics topic) {
    return subscribed.containsKey(topic);
  }

  boolean unsubscribe(Topics topic) {
    return subscribed.remove(topic) != null;
  }

  void desired(HubEffect.SendDesired send) {
    document = new Document(send.manifest(), send.updates());
    pump();
  }

  void acked(Acked newest) {
    acked = newest;
    pump();
  }

  /// False when the device is too slow and must be cut off.
  boolean ask(byte[] payload) {
    if (counters.queuedBytes.get() + payload.length > Limits.ALL_QUEUES_BYTES_MAX) {
      // Others fill the memory, not this device: the question is lost, as one that meets no line.
      return true;
    }
    askBytes += payload.length;
    counters.queuedBytes.addAndGet(payload.length);
    asks.add(payload);
    pump();
    return askBytes <= Limits.DEVICE_QUEUE_BYTES_MAX;
  }

  /// A PUBACK.
  ///
  /// @param isRefused by its reason code
  void acknowledged(int packet, boolean isRefused) {
    Document sent = unacknowledged == null ? null : unacknowledged.remove(packet);
    if (sent != null && sent.manifest != null) {
      sent.inFlight--;
      sent.isRefused |= isRefused;
      if (sent.inFlight == 0 && sent.parts.isEmpty()) {
        if (sent.equals(document)) {
          document = null;
        }
        if (sent.isRefused) {
          wire.sent(sent.manifest);
        } else {
          wire.taken(sent.manifest);
        }
      }
    }
    pump();
  }

  boolean isWaiting() {
    return acked != null || document != null || !asks.isEmpty();
  }

  /// Sends what may be sent now.
  void pump() {
    if (acked != null && wire.takesBytes() && subscribed.containsKey(Topics.ACKED)) {
      // QoS 0: a lost one is said again when the device repeats its report on its next line.
      byte[] payload = encode(acked);
      acked = null;
      publish(Topics.ACKED, payload, NONE);
    }
    while (!asks.isEmpty() && mayPublish(Topics.ASK)) {
      byte[] payload = asks.remove();
      askBytes -= payload.length;
      counters.queuedBytes.addAndGet(-payload.length);
      publish(Topics.ASK, payload, NONE);
    }
    pumpDocument();
  }

  void forget() {
    counters.queuedBytes.addAndGet(-askBytes);
    askBytes = 0;
    asks.clear();
    document = null;
    acked = null;
  }

  private void pumpDocument() {
    Document sending = document;
    while (sending != null
        && !sending.parts.isEmpty()
        && sending.inFlight < EdgeBounds.PARTS_IN_FLIGHT_MAX
        && mayPublish(Topics.DESIRED)) {
      byte[] payload = encode(sending.parts.remove());
      if (!publish(Topics.DESIRED, payload, sending)) {
        // It can never be delivered to this client; its other parts alone are of no use.
        document = null;
        if (sending.manifest != null) {
          wire.sent(sending.manifest);
        }
        return;
      }
    }
    if (sending != null && sending.parts.isEmpty() && sending.inFlight == 0) {
      // Subscribed with QoS 0: nobody will tell that it was taken.
      document = null;
      if (sending.manifest != null) {
        wire.sent(sending.manifest);
      }
    }
  }

  private boolean mayPublish(Topics topic) {
    Integer qos = subscribed.get(topic);
    int inFlight = unacknowledged == null ? 0 : unacknowledged.size();
    return qos != null && wire.takesBytes() && (qos == 0 || inFlight < receiveMax);
  }

  /// False when the client takes no packet of this size; it is left out, as MQTT 5 s. 3.1.2.11.4
  /// wants.
  private boolean publish(Topics topic, byte[] payload, Document part) {
    String name = topic.of(device);
    int bytes = MqttPackets.publishBytes(name, payload);
    if (bytes > packetBytesMax) {
      wire.isTooLarge(bytes, packetBytesMax);
      return false;
    }
    int packet = 0;
    if (!topic.equals(Topics.ACKED) && subscribed.getOrDefault(topic, 0) > 0) {
      if (unacknowledged == null) {
        unacknowledged = new HashMap<>(4);
      }
      packet = nextPacket(unacknowledged.keySet());
      unacknowledged.put(packet, part);
      part.inFlight += part.equals(NONE) ? 0 : 1;
    }
    wire.send(MqttPackets.publish(name, payload, packet));
    return true;
  }

  private int nextPacket(Set<Integer> taken) {
    do {
      lastPacket = lastPacket == 0xffff ? 1 : lastPacket + 1;
    } while (taken.contains(lastPacket));
    return lastPacket;
  }

  private static byte[] encode(Object message) {
    return Json.write(message).getBytes(StandardCharsets.UTF_8);
  }
}
