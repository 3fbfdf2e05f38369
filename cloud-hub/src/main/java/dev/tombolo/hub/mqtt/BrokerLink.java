package dev.tombolo.hub.mqtt;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/// Keeps the hub connected to a broker, and devices' sessions over it. When the connection is lost,
/// all sessions end; the beacon of the next connection makes devices say their births again.
public final class BrokerLink implements AutoCloseable {
  private static final Logger LOG = System.getLogger(BrokerLink.class.getName());
  private static final String REMOTE = "broker";
  private static final int SENDS_MAX = 100_000;
  private static final long BACKOFF_MIN_MILLIS = 500;
  private static final long BACKOFF_MAX_MILLIS = 30_000;
  private static final long INBOX_RETRY_NANOS = 2_000_000;

  private final BrokerSettings settings;
  private final HubInbox inbox;
  private final History history;
  private final BrokerSessions sessions;
  private final BlockingQueue<HubEffect.ToSession> sends = new LinkedBlockingQueue<>(SENDS_MAX);
  private final Thread connecting = new Thread(this::keepConnected, "broker-link");
  private final Thread sending = new Thread(this::send, "broker-send");
  private volatile @Nullable BrokerConnection connection;
  private volatile boolean isClosing;

  public BrokerLink(
      BrokerSettings settings, HubInbox inbox, History history, Supplier<SessionId> sessionIds) {
    this.settings = settings;
    this.inbox = inbox;
    this.history = history;
    this.sessions = new BrokerSessions(sessionIds);
    connecting.setDaemon(true);
    sending.setDaemon(true);
  }

  public void start() {
    connecting.start();
    sending.start();
  }

  public boolean isConnected() {
    BrokerConnection now = connection;
    return now != null && now.isUp();
  }

  /// Never blocks.
  public void execute(HubEffect.ToSession effect) {
    if (!sends.offer(effect)) {
      LOG.log(Level.WARNING, "the broker is too slow: a message was dropped and its session ended");
      end(effect.session());
    }
  }

  @Override
  public void close() {
    isClosing = true;
    connecting.interrupt();
    sending.interrupt();
    BrokerConnection last = connection;
    if (last != null) {
      last.close();
    }
  }

  // ---- connecting

  private void keepConnected() {
    long backoff = BACKOFF_MIN_MILLIS;
    while (!isClosing) {
      BrokerConnection attempt = new BrokerConnection(settings, history, this::arrived);
      try {
        connection = attempt;
        attempt.open();
        LOG.log(Level.INFO, "connected to the broker " + settings.url());
        backoff = BACKOFF_MIN_MILLIS;
        attempt.awaitLoss();
        LOG.log(Level.WARNING, "lost the broker " + settings.url());
      } catch (MqttException | IOException e) {
        String why = e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
        LOG.log(Level.WARNING, "cannot connect to the broker " + settings.url() + ": " + why);
      } catch (InterruptedException e) {
        break;
      } finally {
        attempt.close();
        endAll();
      }
      try {
        Thread.sleep(ThreadLocalRandom.current().nextLong(backoff) + 1);
      } catch (InterruptedException e) {
        break;
      }
      backoff = Math.min(backoff * 2, BACKOFF_MAX_MILLIS);
    }
  }

  private void endAll() {
    sends.clear();
    sessions
        .closeAll()
        .forEach(
            (session, device) ->
                hand(new HubEvent.SessionClosed(session, device, false, "the broker was lost")));
  }

  // ---- up

  /// Called on Paho's thread, which waits while the inbox is full: so the broker waits too. True
  /// when the packet may be acknowledged at once.
  private boolean arrived(String topic, byte[] payload, int packet) {
    Optional<Topics.Parsed> parsed = Topics.parse(topic);
    if (parsed.isEmpty() || !parsed.get().topic().isUp()) {
      return true;
    }
    DeviceId device = parsed.get().device();
    try {
      if (parsed.get().topic() == Topics.REPORT) {
        Report report = Json.read(Report.class, payload, Limits.PACKET_BYTES_MAX);
        hand(new HubEvent.ReportSaid(sessionOf(device), device, report, packet));
        return packet == 0;
      } else if (parsed.get().topic() == Topics.PRESENCE) {
        Presence presence = Json.read(Presence.class, payload, Limits.PACKET_BYTES_MAX);
        SessionId session = presence instanceof Presence.Birth ? opened(device) : sessionOf(device);
        hand(new HubEvent.PresenceSaid(session, device, presence));
      } else {
        Answer answer = Json.read(Answer.class, payload, Limits.PACKET_BYTES_MAX);
        hand(new HubEvent.AnswerSaid(sessionOf(device), device, answer));
      }
    } catch (MalformedException e) {
      hand(new HubEvent.Violated(Optional.of(device), REMOTE, "publish to " + topic, e.reason()));
    }
    return true;
  }

  /// A device may go on reporting over a hub's restart: its first word opens its session.
  private SessionId sessionOf(DeviceId device) {
    return sessions.of(device).orElseGet(() -> opened(device));
  }

  private SessionId opened(DeviceId device) {
    SessionId session = sessions.open(device);
    hand(new HubEvent.SessionOpened(session, device, "", null, REMOTE));
    hand(new HubEvent.SessionSubscribed(session, device));
    return session;
  }

  private void hand(HubEvent event) {
    while (!inbox.offer(event) && !isClosing) {
      LockSupport.parkNanos(INBOX_RETRY_NANOS);
    }
  }

  // ---- down

  private void send() {
    while (!isClosing) {
      try {
        send(sends.take());
      } catch (InterruptedException e) {
        return;
      } catch (MqttException e) {
        LOG.log(Level.DEBUG, "not sent: the broker is gone", e);
      }
    }
  }

  private void send(HubEffect.ToSession effect) throws MqttException, InterruptedException {
    BrokerConnection line = connection;
    if (line == null || !sessions.isOpen(effect.session())) {
      return;
    }
    switch (effect) {
      case HubEffect.SessionAdmitted _ -> {}
      case HubEffect.SessionRefused refused -> sessions.close(refused.session());
      case HubEffect.CloseSession close -> {
        sessions.close(close.session());
        if (close.reason() instanceof Reason.Busy) {
          // The hub has lost its memory of this session: births must be said again.
          line.announce();
        }
      }
      case HubEffect.SendDesired desired ->
          line.publishAll(
              Topics.DESIRED.of(desired.device()),
              desired.updates(),
              () ->
                  hand(
                      new HubEvent.DesiredTaken(
                          desired.session(), desired.device(), desired.manifest())));
      case HubEffect.SendAcked acked ->
          line.publish(Topics.ACKED.of(acked.device()), acked.acked());
      case HubEffect.SendAsk ask -> line.publish(Topics.ASK.of(ask.device()), ask.ask());
      case HubEffect.PacketTaken taken -> line.acknowledge(taken.packet());
    }
  }

  private void end(SessionId session) {
    sessions.close(session);
  }
}
