package dev.tombolo.agent.mqtt;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.HubBeacon;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/// One attempt at a line to the hub, from the first SYN to the last byte. Never used twice, so that
/// nothing is sent again behind the agent's back. Tells its end exactly once.
final class Line implements MqttCallback {
  private static final System.Logger LOG = System.getLogger(Line.class.getName());
  private static final int QOS_AT_LEAST_ONCE = 1;
  private static final int FAILURE = 0x80;

  /// Connect, receive, send, call back; and one for pings and the watchdog each, which must run
  /// though all others hang.
  private static final int THREADS = 6;

  private static final long STACK_BYTES = 192 * 1024;
  private static final int DISCONNECT_WAIT_MILLIS = 200;
  private static final int PULSE_MILLIS = 500;
  private static final int SPREAD_SECONDS_MAX = 600;

  private final long number;
  private final DeviceId device;
  private final AgentInbox inbox;
  private final LineTransport transport;
  private final ScheduledThreadPoolExecutor threads;
  private final LineClient client;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final HubAtBroker hub = new HubAtBroker();
  private volatile Duration keepAlive;

  Line(
      long number,
      LinkUrl url,
      DeviceId device,
      AgentInbox inbox,
      TlsSource tls,
      LinkSettings settings)
      throws MqttException {
    this.number = number;
    this.device = device;
    this.inbox = inbox;
    this.keepAlive = settings.keepAlive();
    transport = new LineTransport(url, tls, settings);
    threads = new Threads();
    threads.setRemoveOnCancelPolicy(true);
    client = new LineClient(device.text(), transport, threads);
    client.setManualAcks(true);
    client.setCallback(this);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "link", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  long number() {
    return number;
  }

  void open(byte[] will) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(true);
    options.setAutomaticReconnect(false);
    options.setUseSubscriptionIdentifiers(false);
    options.setKeepAliveInterval(Math.toIntExact(keepAlive.toSeconds()));
    options.setWill(Topics.PRESENCE.of(device), message(will));
    try {
      client.connect(options, null, answered(this::subscribe));
    } catch (MqttException e) {
      end(LineEnd.of(e, transport.word()));
    }
    threads.scheduleWithFixedDelay(this::watch, PULSE_MILLIS, PULSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  void publish(String topic, byte[] payload, long publication) {
    try {
      client.publish(
          topic,
          message(payload),
          null,
          answered(token -> inbox.offer(new AgentEvent.Published(number, publication))));
    } catch (MqttException e) {
      end(LineEnd.of(e, transport.word()));
    }
  }

  void acknowledge(int packet) {
    if (!client.isConnected()) {
      // Paho forgets where to acknowledge when the line ends, and fails with a
      // NullPointerException.
      return;
    }
    try {
      client.messageArrivedComplete(packet, QOS_AT_LEAST_ONCE);
    } catch (MqttException e) {
      end(LineEnd.of(e, transport.word()));
    }
  }

  /// Ends the line from our side.
  void close(String why) {
    end(new LineEnd(new Reason.LineDown(0, why), 0));
  }

  private void subscribe(IMqttToken connected) {
    HubWord word = transport.word();
    if (word != null && word.keepAliveSeconds() > 0) {
      keepAlive = Duration.ofSeconds(word.keepAliveSeconds());
    }
    threads.scheduleWithFixedDelay(this::ping, PULSE_MILLIS, PULSE_MILLIS, TimeUnit.MILLISECONDS);
    MqttSubscription[] wanted = {
      new MqttSubscription(Topics.DESIRED.of(device), QOS_AT_LEAST_ONCE),
      new MqttSubscription(Topics.ACKED.of(device), QOS_AT_LEAST_ONCE),
      new MqttSubscription(Topics.ASK.of(device), QOS_AT_LEAST_ONCE),
      new MqttSubscription(Topics.HUB_BEACON, QOS_AT_LEAST_ONCE)
    };
    try {
      client.subscribe(wanted, null, answered(this::subscribed), new MqttProperties());
    } catch (MqttException e) {
      end(LineEnd.of(e, transport.word()));
    }
  }

  private void subscribed(IMqttToken token) {
    inbox.offer(new AgentEvent.LinkOpened(number));
  }

  /// Goes on with `next` when the hub agreed; ends the line when it did not.
  private MqttActionListener answered(java.util.function.Consumer<IMqttToken> next) {
    return new MqttActionListener() {
      @Override
      public void onSuccess(IMqttToken token) {
        int[] codes = token.getReasonCodes();
        if (codes != null) {
          for (int code : codes) {
            if (code >= FAILURE) {
              end(LineEnd.refused(code));
              return;
            }
          }
        }
        next.accept(token);
      }

      @Override
      public void onFailure(IMqttToken token, @Nullable Throwable thrown) {
        end(LineEnd.of(thrown, transport.word()));
      }
    };
  }

  private void ping() {
    if (System.nanoTime() - transport.lastWriteNanos() < keepAlive.toNanos() * 2 / 3) {
      return;
    }
    try {
      transport.ping();
    } catch (java.io.IOException e) {
      end(LineEnd.of(e, transport.word()));
    }
  }

  private void watch() {
    long silentNanos = System.nanoTime() - transport.lastReadNanos();
    if (silentNanos > 2 * keepAlive.toNanos()) {
      close("no byte from the hub for " + Duration.ofNanos(silentNanos).toSeconds() + " s");
      transport.cut();
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    try {
      if (topic.equals(Topics.HUB_BEACON)) {
        heardOfHub(message);
        return;
      }
      inbox.offer(
          InboundMessage.parse(device, number, message.getId(), topic, message.getPayload()));
    } catch (MalformedException e) {
      LOG.log(System.Logger.Level.WARNING, "ignored a message of the hub: {0}", e.getMessage());
      acknowledge(message.getId());
    }
  }

  /// Only at an external broker: there the line outlives the hub.
  private void heardOfHub(MqttMessage message) throws MalformedException {
    HubBeacon beacon = Json.read(HubBeacon.class, message.getPayload(), Limits.CONNECT_BYTES_MAX);
    if (message.getQos() > 0) {
      acknowledge(message.getId());
    }
    if (hub.isAnother(beacon.bootId(), message.isRetained())) {
      int spreadMillis = Math.clamp(beacon.spreadSeconds(), 0, SPREAD_SECONDS_MAX) * 1000 + 1;
      threads.schedule(
          () -> close("another hub came to the broker, so that it hears a birth"),
          ThreadLocalRandom.current().nextInt(spreadMillis),
          TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    end(LineEnd.of(response.getException(), transport.word()));
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    end(LineEnd.of(exception, transport.word()));
  }

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {}

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {}

  private void end(LineEnd end) {
    if (ended.compareAndSet(false, true)) {
      inbox.offer(new AgentEvent.LinkClosed(number, end.reason(), end.retryAfterSeconds()));
      Thread teardown = new Thread(null, this::tearDown, "link-end", STACK_BYTES);
      teardown.setDaemon(true);
      teardown.start();
    }
  }

  /// On a thread of its own: Paho forbids it on its callbacks, and each step may block a moment.
  private void tearDown() {
    try {
      client.disconnectForcibly(0, DISCONNECT_WAIT_MILLIS, false);
    } catch (MqttException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "line {0} was down already: {1}", number, e.getMessage());
    }
    transport.stop();
    try {
      client.close();
    } catch (MqttException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "line {0} did not close: {1}", number, e.getMessage());
    }
    threads.shutdownNow();
  }

  /// Paho's threads and ours. One that dies of bytes that Paho does not expect ends the line at
  /// once: without it nothing would be read any more, and only the watchdog would see that.
  private final class Threads extends ScheduledThreadPoolExecutor {
    Threads() {
      super(THREADS, Line::thread);
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
      super.afterExecute(task, thrown);
      if (task instanceof Future<?> work && work.state() == Future.State.FAILED) {
        end(LineEnd.of(work.exceptionNow(), transport.word()));
      }
    }
  }

  private static MqttMessage message(byte[] payload) {
    return new MqttMessage(payload, QOS_AT_LEAST_ONCE, false, new MqttProperties());
  }
}
