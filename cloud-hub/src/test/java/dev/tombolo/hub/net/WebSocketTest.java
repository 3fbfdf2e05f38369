package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.protocol.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same port speaks MQTT over WebSocket and plain, with clients that are not ours.
class WebSocketTest {
  @TempDir static Path folder;
  private static TestHub hub;

  @BeforeAll
  static void start() throws Exception {
    hub = TestHub.start(folder);
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  @BeforeEach
  void forgetEarlierEvents() {
    hub.events.clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ssl://127.0.0.1:%d", "wss://127.0.0.1:%d/mqtt"})
  void stockClientSpeaksOverBoth(String url) throws Exception {
    TestHub.Device device = hub.newDevice();
    MqttAsyncClient client =
        new MqttAsyncClient(url.formatted(hub.port()), device.id().text(), new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setSocketFactory(hub.tls(Optional.of(device)).getSocketFactory());
    options.setUseSubscriptionIdentifiers(false);
    client.connect(options).waitForCompletion(5_000);

    client.subscribe(Topics.DESIRED.of(device.id()), 1).waitForCompletion(5_000);
    client.publish(
        Topics.REPORT.of(device.id()),
        MqttSessionTest.REPORT.getBytes(StandardCharsets.UTF_8),
        1,
        false);

    assertThat(hub.await(HubEvent.ReportSaid.class).device()).isEqualTo(device.id());
    client.disconnectForcibly(0, 200, false);
    client.close();
  }

  @Test
  void clientWithoutCertificateIsUpgradedAndThenRefusedInItsOwnWords() throws Exception {
    MqttAsyncClient client =
        new MqttAsyncClient(
            "wss://127.0.0.1:" + hub.port() + "/mqtt", "stranger", new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setSocketFactory(hub.tls(Optional.empty()).getSocketFactory());
    try {
      client.connect(options).waitForCompletion(5_000);
    } catch (MqttException e) {
      assertThat(e.getReasonCode()).isEqualTo(0x87);
    }
    assertThat(client.isConnected()).isFalse();
    client.disconnectForcibly(0, 200, false);
    client.close();
  }

  @Test
  void packetMayComeInManyFramesAndFragments() throws Exception {
    TestHub.Device device = hub.newDevice();
    Received received = new Received();
    WebSocket socket = open(device, received);
    byte[] connect = new RawMqtt.Connect(device.id().text()).bytes();
    for (int i = 0; i < 3; i++) {
      socket.sendBinary(ByteBuffer.wrap(connect, i, 1), true).join();
    }
    socket.sendBinary(ByteBuffer.wrap(connect, 3, 4), false).join();
    socket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
    socket.sendBinary(ByteBuffer.wrap(connect, 7, connect.length - 7), true).join();

    ByteBuffer connack = received.next();

    assertThat(connack.get(0)).isEqualTo((byte) 0x20);
    assertThat(connack.get(3)).isZero();
    socket.abort();
  }

  @Test
  void pingsBeforeAnybodyIsLetInAreAnsweredAFewTimesOnly() throws Exception {
    Received received = new Received();
    WebSocket socket = open(hub.newDevice(), received);

    try {
      for (int i = 0; i < 1_000; i++) {
        socket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
      }
    } catch (CompletionException e) {
      // The hub has closed the line meanwhile.
    }

    assertThat(received.ended.await(TestHub.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(received.pongs.get()).isLessThanOrEqualTo(EdgeBounds.EARLY_PINGS_MAX);
  }

  private static WebSocket open(TestHub.Device device, WebSocket.Listener listener)
      throws GeneralSecurityException, IOException {
    return HttpClient.newBuilder()
        .sslContext(hub.tls(Optional.of(device)))
        .build()
        .newWebSocketBuilder()
        .subprotocols("mqtt")
        .buildAsync(URI.create("wss://127.0.0.1:" + hub.port() + "/mqtt"), listener)
        .join();
  }

  private static final class Received implements WebSocket.Listener {
    private final BlockingQueue<ByteBuffer> frames = new LinkedBlockingQueue<>();
    final AtomicInteger pongs = new AtomicInteger();
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
      pongs.incrementAndGet();
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String why) {
      ended.countDown();
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended.countDown();
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      ByteBuffer copy = ByteBuffer.allocate(data.remaining());
      copy.put(data);
      frames.add(copy.flip());
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    ByteBuffer next() throws InterruptedException {
      ByteBuffer frame = frames.poll(TestHub.WAIT_SECONDS, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("nothing came");
      }
      return frame;
    }
  }
}
