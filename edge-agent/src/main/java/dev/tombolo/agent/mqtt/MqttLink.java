package dev.tombolo.agent.mqtt;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/// Opens and closes lines to the hub and publishes on them, as the loop says. At most one line is
/// open; what the loop asks of an older one is ignored, because it has been told that it ended.
///
/// Called by the loop's thread alone; never blocks.
public final class MqttLink implements AutoCloseable {
  private final AgentInbox inbox;
  private final DeviceId device;
  private final TlsSource tls;
  private final LinkSettings settings;
  private @Nullable Line current;

  public MqttLink(AgentInbox inbox, DeviceId device, TlsSource tls, LinkSettings settings) {
    this.inbox = inbox;
    this.device = device;
    this.tls = tls;
    this.settings = settings;
  }

  public void perform(AgentEffect.OpenLink effect) {
    close();
    try {
      LinkUrl url = LinkUrl.parse(effect.url());
      Line line = new Line(effect.line(), url, device, inbox, tls, settings);
      current = line;
      line.open(json(effect.will()));
    } catch (IllegalArgumentException e) {
      Reason reason =
          new Reason.InputInvalid("links", Quoted.of(effect.url()), String.valueOf(e.getMessage()));
      inbox.offer(new AgentEvent.LinkClosed(effect.line(), reason, 0));
    } catch (MqttException e) {
      LineEnd end = LineEnd.of(e, null);
      inbox.offer(new AgentEvent.LinkClosed(effect.line(), end.reason(), 0));
    }
  }

  public void perform(AgentEffect.CloseLink effect) {
    Line line = current;
    if (line != null && line.number() == effect.line()) {
      close();
    }
  }

  public void perform(AgentEffect.Publish effect) {
    Line line = current;
    if (line == null || line.number() != effect.line()) {
      return;
    }
    switch (effect.message()) {
      case AgentEffect.Outgoing.OfPresence(var presence) ->
          line.publish(Topics.PRESENCE.of(device), json(presence), effect.publication());
      case AgentEffect.Outgoing.OfReport(var report) ->
          line.publish(Topics.REPORT.of(device), json(report), effect.publication());
      case AgentEffect.Outgoing.OfAnswer(var answer) ->
          line.publish(Topics.ANSWER.of(device), json(answer), effect.publication());
    }
  }

  public void perform(AgentEffect.AcknowledgePacket effect) {
    Line line = current;
    if (line != null && line.number() == effect.line() && effect.packet() > 0) {
      line.acknowledge(effect.packet());
    }
  }

  @Override
  public void close() {
    Line line = current;
    current = null;
    if (line != null) {
      line.close("closed by the agent");
    }
  }

  private static byte[] json(Object message) {
    return Json.write(message).getBytes(StandardCharsets.UTF_8);
  }
}
