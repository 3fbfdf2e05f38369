package dev.tombolo.hub.mqtt;

import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.HubBeacon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/// One connection to the broker: used once. Nothing is resent behind our back: a fresh client, a
/// clean start, no reconnecting by the library.
final class BrokerConnection implements MqttCallback, AutoCloseable {
  private static final int QOS = 1;
  private static final long WAIT_MILLIS = 20_000;
  private static final int KEEP_ALIVE_SECONDS = 20;

  /// Publishes on their way; below the 20 that brokers usually allow.
  private static final int WINDOW = 16;

  /// Over how long devices spread their answers to a new beacon.
  private static final int SPREAD_SECONDS = 10;

  private final BrokerSettings settings;
  private final History history;
  private final Arrived arrived;
  private final Semaphore window = new Semaphore(WINDOW);
  private final CountDownLatch lost = new CountDownLatch(1);
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private @Nullable MqttAsyncClient client;

  /// Told of each message; true when it may be acknowledged at once.
  interface Arrived {
    boolean message(String topic, byte[] payload, int packet);
  }

  BrokerConnection(BrokerSettings settings, History history, Arrived arrived) {
    this.settings = settings;
    this.history = history;
    this.arrived = arrived;
  }

  void open() throws MqttException, IOException, InterruptedException {
    MqttAsyncClient fresh =
        new MqttAsyncClient(
            settings.serverUri(), "tombolo-hub-" + history.id(), new MemoryPersistence());
    client = fresh;
    fresh.setManualAcks(true);
    fresh.setCallback(this);
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(true);
    options.setAutomaticReconnect(false);
    options.setUseSubscriptionIdentifiers(false);
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    if (settings.isTls()) {
      options.setSocketFactory(BrokerTls.sockets(settings));
    }
    fresh.connect(options).waitForCompletion(WAIT_MILLIS);
    String[] filters = {
      Topics.PRESENCE.ofEveryDevice(), Topics.REPORT.ofEveryDevice(), Topics.ANSWER.ofEveryDevice()
    };
    fresh.subscribe(filters, new int[] {QOS, QOS, QOS}).waitForCompletion(WAIT_MILLIS);
    announce();
  }

  /// Publishes the beacon, retained: devices that see another boot id than before say their birth
  /// again.
  void announce() throws MqttException, InterruptedException {
    HubBeacon beacon = new HubBeacon(history, UUID.randomUUID().toString(), SPREAD_SECONDS);
    publish(Topics.HUB_BEACON, beacon, true, new Outcome(1, () -> {}, () -> {}));
  }

  boolean isUp() {
    MqttAsyncClient now = client;
    return now != null && now.isConnected();
  }

  void awaitLoss() throws InterruptedException {
    lost.await();
  }

  void publish(String topic, Object message) throws MqttException, InterruptedException {
    publish(topic, message, false, new Outcome(1, () -> {}, () -> {}));
  }

  /// @param done run when the broker has taken the last one
  /// @param failed run when one of them was not taken
  void publishAll(String topic, List<?> messages, Runnable done, Runnable failed)
      throws MqttException, InterruptedException {
    Outcome outcome = new Outcome(messages.size(), done, failed);
    for (Object each : messages) {
      publish(topic, each, false, outcome);
    }
  }

  private void publish(String topic, Object content, boolean isRetained, Outcome outcome)
      throws MqttException, InterruptedException {
    MqttMessage message = new MqttMessage(Json.write(content).getBytes(StandardCharsets.UTF_8));
    message.setQos(QOS);
    message.setRetained(isRetained);
    window.acquire();
    try {
      running().publish(topic, message, null, outcome);
    } catch (MqttException e) {
      window.release();
      throw e;
    }
  }

  /// What becomes of a few messages that belong together.
  private final class Outcome implements MqttActionListener {
    private final AtomicInteger left;
    private final Runnable done;
    private final Runnable failed;

    Outcome(int messages, Runnable done, Runnable failed) {
      this.left = new AtomicInteger(messages);
      this.done = done;
      this.failed = failed;
    }

    @Override
    public void onSuccess(IMqttToken token) {
      window.release();
      if (left.decrementAndGet() == 0) {
        done.run();
      }
    }

    @Override
    public void onFailure(IMqttToken token, @Nullable Throwable thrown) {
      window.release();
      failed.run();
    }
  }

  void acknowledge(int packet) throws MqttException {
    if (packet != 0) {
      running().messageArrivedComplete(packet, QOS);
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) throws MqttException {
    int packet = message.getQos() == 0 ? 0 : message.getId();
    // Nothing of a device is retained by rights: such a one speaks of a device that may be gone.
    if (message.isRetained()) {
      acknowledge(packet);
    } else if (arrived.message(topic, message.getPayload(), packet)) {
      acknowledge(packet);
    }
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    lost.countDown();
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    // Told by disconnected() too, where it matters.
  }

  @Override
  public void deliveryComplete(IMqttToken token) {
    // Each publish has its own listener.
  }

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {
    // open() waits for it.
  }

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {
    // Not used.
  }

  @Override
  public void close() {
    lost.countDown();
    MqttAsyncClient last = client;
    // By the link's thread and by who stops the hub, maybe at once, which the library cannot bear.
    if (last == null || !isClosed.compareAndSet(false, true)) {
      return;
    }
    try {
      // close() alone during a connect hangs: first by force, then for good.
      last.disconnectForcibly(0, 200, false);
      last.close();
    } catch (MqttException e) {
      // It was down already.
    }
  }

  private MqttAsyncClient running() throws MqttException {
    MqttAsyncClient now = client;
    if (now == null) {
      throw new MqttException(MqttClientException.REASON_CODE_CLIENT_CLOSED);
    }
    return now;
  }
}
