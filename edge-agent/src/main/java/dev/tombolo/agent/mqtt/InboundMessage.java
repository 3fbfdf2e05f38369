package dev.tombolo.agent.mqtt;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// Makes events of what the hub publishes.
final class InboundMessage {
  private InboundMessage() {}

  /// @throws MalformedException when the message is none that a hub sends to this device
  static AgentEvent parse(DeviceId device, long line, int packet, String topic, byte[] payload)
      throws MalformedException {
    Optional<Topics.Parsed> parsed = Topics.parse(topic);
    if (parsed.isEmpty() || !parsed.get().device().equals(device)) {
      throw unexpected(topic);
    }
    int max = Limits.PACKET_BYTES_MAX;
    return switch (parsed.get().topic()) {
      case DESIRED ->
          new AgentEvent.DesiredArrived(line, packet, Json.read(DesiredUpdate.class, payload, max));
      case ACKED -> new AgentEvent.AckedArrived(line, packet, Json.read(Acked.class, payload, max));
      case ASK -> new AgentEvent.AskArrived(line, packet, Json.read(Ask.class, payload, max));
      case REPORT, ANSWER, PRESENCE -> throw unexpected(topic);
    };
  }

  private static MalformedException unexpected(String topic) {
    return new MalformedException(
        new Reason.Malformed(
            "topic", "a message on " + Quoted.of(topic) + ", which is not for this device"));
  }
}
