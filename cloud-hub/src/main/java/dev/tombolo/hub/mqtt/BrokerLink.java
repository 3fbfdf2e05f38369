package dev.tombolo.hub.mqtt;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.MessageBounds;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /// Devices of which something is remembered between their sessions. Who is forgotten may be
  /// called once more.
  private static final int NOTED_MAX = 100_000;

  private static final long INBOX_RETRY_NANOS = 2_000_000;

  /// At most one beacon in so long: each one makes every device say its birth.
  private static final long BEACON_MILLIS_MIN = 10_000;

  /// So long after a beacon all that heard it have said their birth.
  private static final long BIRTHS_MILLIS = 30_000;

  /// How soon the sending thread notices that something other than a message is due.
  private static final long SEND_POLL_MILLIS = 200;

  private final BrokerSettings settings;
  private final HubInbox inbox;
  private final History history;
  private final BrokerSessions sessions;
  private final BlockingQueue<HubEffect.ToSession> sends = new LinkedBlockingQueue<>(SENDS_MAX);

  /// Sessions to be ended by the sending thread: who finds out must not wait for the inbox.
  private final Queue<SessionId> ending = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean isBeaconDue = new AtomicBoolean();

  /// A device that reports without a birth is asked for it no more often: all others hear it, too.
  private static final long ASK_AGAIN_MILLIS = 600_000;

  /// When devices that report without a birth were asked for it. Only of Paho's thread. Whose last
  /// report could not be taken: nobody is called for them.
  private final Set<DeviceId> unreadable = new HashSet<>();

  private final Map<DeviceId, Long> askedNanos = new HashMap<>();

  private volatile long announcedNanos = System.nanoTime();
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
      ending.add(effect.session());
    }
  }

  /// The hub has lost its memory of all sessions: births must be said again. Never blocks.
  public void startedOver() {
    isBeaconDue.set(true);
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
        announcedNanos = System.nanoTime();
        LOG.log(Level.INFO, "connected to the broker " + settings.url());
        backoff = BACKOFF_MIN_MILLIS;
        attempt.awaitLoss();
        LOG.log(Level.WARNING, "lost the broker " + settings.url());
      } catch (MqttException | IOException e) {
        String why = e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
        LOG.log(Level.WARNING, "cannot connect to the broker " + settings.url() + ": " + why);
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "the link to the broker failed; it is made anew", e);
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
      return switch (parsed.get().topic()) {
        case REPORT ->
            reported(
                device,
                Json.read(Report.class, payload, Limits.PACKET_BYTES_MAX),
                payload.length,
                packet);
        case PRESENCE -> {
          said(device, Json.read(Presence.class, payload, Limits.PACKET_BYTES_MAX));
          yield true;
        }
        case ANSWER -> {
          Answer answer = Json.read(Answer.class, payload, Limits.PACKET_BYTES_MAX);
          sessions
              .of(device)
              .ifPresent(session -> hand(new HubEvent.AnswerSaid(session, device, answer)));
          yield true;
        }
        case DESIRED, ACKED, ASK -> true;
      };
    } catch (MalformedException e) {
      hand(new HubEvent.Violated(Optional.of(device), REMOTE, "publish to " + topic, e.reason()));
      if (parsed.get().topic() == Topics.REPORT) {
        endOf(device);
      }
    }
    return true;
  }

  /// After a report that is not taken: the acknowledgement of a later one would cover its rows.
  private void endOf(DeviceId device) {
    if (unreadable.size() < NOTED_MAX) {
      unreadable.add(device);
    }
    sessions.of(device).ifPresent(this::end);
  }

  /// True when the packet is not to wait for the commit.
  private boolean reported(DeviceId device, Report report, int bytes, int packet) {
    if (isRefused(device, MessageBounds.check(report))) {
      endOf(device);
      return true;
    }
    SessionId session = sessions.of(device).orElse(null);
    if (session == null) {
      askForBirths(device);
      return true;
    }
    boolean waits = packet != 0 && sessions.awaits(session, packet);
    hand(new HubEvent.ReportSaid(session, device, report, packet), bytes);
    return !waits;
  }

  private boolean isRefused(DeviceId device, @Nullable Reason reason) {
    if (reason != null) {
      hand(new HubEvent.Violated(Optional.of(device), REMOTE, "publish", reason));
    }
    return reason != null;
  }

  private void said(DeviceId device, Presence presence) {
    if (isRefused(device, MessageBounds.check(presence))) {
      return;
    }
    switch (presence) {
      case Presence.Birth birth -> hand(new HubEvent.PresenceSaid(opened(device), device, birth));
      // A will speaks of a line that is over: it never begins a session.
      case Presence.Will will ->
          sessions
              .of(device)
              .ifPresent(session -> hand(new HubEvent.PresenceSaid(session, device, will)));
    }
  }

  /// A report without a birth before it is not taken: the broker may have taken others, and dropped
  /// them while the hub was away, which the acknowledgement of this one would acknowledge. After
  /// its birth the device sends all of them again. Devices say their births when they see the
  /// beacon; one that goes on without is asked by another beacon.
  private void askForBirths(DeviceId device) {
    long now = System.nanoTime();
    Long asked = askedNanos.get(device);
    boolean isJustAsked =
        asked != null && now - asked < TimeUnit.MILLISECONDS.toNanos(ASK_AGAIN_MILLIS);
    if (unreadable.contains(device)) {
      // It would say its birth and the same report again, and all others would with it.
      return;
    }
    if (now - announcedNanos > TimeUnit.MILLISECONDS.toNanos(BIRTHS_MILLIS) && !isJustAsked) {
      if (askedNanos.size() == NOTED_MAX) {
        askedNanos.clear();
      }
      askedNanos.put(device, now);
      isBeaconDue.set(true);
    }
  }

  private SessionId opened(DeviceId device) {
    unreadable.remove(device);
    BrokerSessions.Opened opened = sessions.open(device);
    acknowledge(connection, opened.replaced());
    hand(new HubEvent.SessionOpened(opened.session(), device, "", null, REMOTE));
    hand(new HubEvent.SessionSubscribed(opened.session(), device));
    return opened.session();
  }

  private void hand(HubEvent event) {
    hand(event, 0);
  }

  private void hand(HubEvent event, int bytes) {
    while (!inbox.offer(event, bytes, () -> {}) && !isClosing) {
      LockSupport.parkNanos(INBOX_RETRY_NANOS);
    }
  }

  // ---- down

  private void send() {
    long beaconAtNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(BEACON_MILLIS_MIN);
    while (!isClosing) {
      try {
        HubEffect.ToSession next = sends.poll(SEND_POLL_MILLIS, TimeUnit.MILLISECONDS);
        for (SessionId over = ending.poll(); over != null; over = ending.poll()) {
          end(over);
        }
        if (next != null) {
          send(next);
        }
        long sinceBeacon = System.nanoTime() - beaconAtNanos;
        if (sinceBeacon >= TimeUnit.MILLISECONDS.toNanos(BEACON_MILLIS_MIN)
            && isBeaconDue.compareAndSet(true, false)) {
          beaconAtNanos = System.nanoTime();
          announce();
        }
      } catch (InterruptedException e) {
        return;
      } catch (MqttException e) {
        LOG.log(Level.DEBUG, "not sent: the broker is gone", e);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a message to the broker failed", e);
      }
    }
  }

  private void announce() throws MqttException, InterruptedException {
    BrokerConnection line = connection;
    if (line != null && line.isUp()) {
      line.announce();
      announcedNanos = System.nanoTime();
    }
  }

  private void send(HubEffect.ToSession effect) throws MqttException, InterruptedException {
    BrokerConnection line = connection;
    if (line == null || !sessions.isOpen(effect.session())) {
      return;
    }
    switch (effect) {
      case HubEffect.SessionAdmitted _ -> {}
      case HubEffect.SessionRefused refused -> acknowledge(line, sessions.close(refused.session()));
      case HubEffect.CloseSession close -> end(close.session());
      case HubEffect.SendDesired desired -> sendDesired(line, desired);
      case HubEffect.SendAcked acked ->
          line.publish(Topics.ACKED.of(acked.device()), acked.acked());
      case HubEffect.SendAsk ask -> line.publish(Topics.ASK.of(ask.device()), ask.ask());
      case HubEffect.PacketTaken taken -> {
        if (sessions.isTaken(taken.session(), taken.packet())) {
          line.acknowledge(taken.packet());
        }
      }
    }
  }

  private void sendDesired(BrokerConnection line, HubEffect.SendDesired desired)
      throws MqttException, InterruptedException {
    SessionId session = desired.session();
    try {
      line.publishAll(
          Topics.DESIRED.of(desired.device()),
          desired.updates(),
          // The broker has it; what the device reports will tell whether it has it too.
          () -> hand(new HubEvent.DesiredSent(session, desired.device(), desired.manifest())),
          () -> ending.add(session));
    } catch (MqttException e) {
      ending.add(session);
      throw e;
    }
  }

  /// The session is over, and the hub's loop is told so; the device's next word opens another.
  private void end(SessionId session) {
    BrokerConnection line = connection;
    BrokerSessions.Ended ended = sessions.close(session);
    acknowledge(line, ended);
    ended
        .device()
        .ifPresent(
            device -> hand(new HubEvent.SessionClosed(session, device, false, "ended by the hub")));
  }

  /// What was sent in a session that is over is not waited for any more. Its rows are not lost: the
  /// device sends them again until `acked` names them.
  private static void acknowledge(@Nullable BrokerConnection line, BrokerSessions.Ended ended) {
    if (line == null) {
      return;
    }
    for (int packet : ended.untaken()) {
      try {
        line.acknowledge(packet);
      } catch (MqttException e) {
        LOG.log(Level.DEBUG, "not acknowledged: the broker is gone", e);
        return;
      }
    }
  }
}
