package dev.tombolo.agent.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class MqttLinkTest {
  private static final DeviceId DEVICE = new DeviceId("dev-000000000000000000000000");
  private static final String TOPIC = "tombolo/v1/" + DEVICE + "/";
  private static final Presence.Will WILL = new Presence.Will("boot", 1);
  private static final String ACKED = Json.write(new Acked("outbox", 7, 0));

  @TempDir static Path temp;
  private static TlsSource tls;
  private static SSLContext server;

  private final Events events = new Events();
  private AutoCloseable hub = () -> {};
  private AutoCloseable link = () -> {};

  @BeforeAll
  static void enrol() throws Exception {
    TestCa ca = TestCa.create(temp.resolve("ca"));
    IdentityFolder identity = new IdentityFolder(temp.resolve("identity"));
    identity.keepEnrolled(
        ca.signDevice(identity.request(), DEVICE.text()), ca.rootKey(), "document");
    tls = () -> HubTls.mutual(identity, System::currentTimeMillis);
    server = ca.server();
  }

  @AfterEach
  void close() throws Exception {
    link.close();
    hub.close();
  }

  private SmallHub hub(SmallHub.Script script) throws IOException {
    SmallHub small = new SmallHub(server, script);
    hub = small;
    return small;
  }

  private MqttLink link() {
    return link(LinkSettings.USUAL);
  }

  private MqttLink link(LinkSettings settings) {
    MqttLink made = new MqttLink(events, DEVICE, tls, settings);
    link = made;
    return made;
  }

  private static AgentEffect.OpenLink to(String url) {
    return new AgentEffect.OpenLink(1, url, WILL);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void opensSubscribesPublishesAndHears(boolean webSocket) throws Exception {
    BlockingQueue<Peer.Packet> heard = new LinkedBlockingQueue<>();
    SmallHub small =
        hub(
            peer -> {
              if (webSocket) {
                assertThat(peer.upgrade()).startsWith("GET /mqtt HTTP/1.1\r\nHost: localhost:");
              }
              heard.add(peer.open());
              Peer.Packet published = peer.expect(Peer.PUBLISH);
              heard.add(published);
              peer.send(Peer.puback(published.packetId()));
              peer.send(Peer.publish(TOPIC + "acked", 5, ACKED));
              heard.add(peer.expect(Peer.PUBACK));
              peer.untilClosed();
            });
    MqttLink agent = link();

    agent.perform(to(webSocket ? small.webSocketUrl() : small.plainUrl()));
    events.await(AgentEvent.LinkOpened.class);
    agent.perform(
        new AgentEffect.Publish(
            1, 42, new AgentEffect.Outgoing.OfAnswer(new Answer("a", true, "body"))));

    assertThat(events.await(AgentEvent.Published.class)).isEqualTo(new AgentEvent.Published(1, 42));
    assertThat(events.await(AgentEvent.AckedArrived.class))
        .isEqualTo(new AgentEvent.AckedArrived(1, 5, new Acked("outbox", 7, 0)));
    agent.perform(new AgentEffect.AcknowledgePacket(1, 5));
    Peer.Packet connect = take(heard);
    assertThat(connect.text()).contains(DEVICE.text(), TOPIC + "presence", "\"type\":\"will\"");
    Peer.Packet published = take(heard);
    assertThat(published.topic()).isEqualTo(TOPIC + "answer");
    assertThat(published.flags()).isEqualTo(2);
    assertThat(take(heard).packetId()).isEqualTo(5);
  }

  /// Paho reads no text with a control character in it, and its reader dies of one.
  @Test
  void aPacketThatPahoCannotReadEndsTheLineAtOnce() throws Exception {
    ByteArrayOutputStream properties = new ByteArrayOutputStream();
    properties.write(0x1f);
    properties.writeBytes(Peer.string("no \u007f certificate"));
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.send(Peer.publish(TOPIC + "acked", 5, ACKED));
              ByteArrayOutputStream body = new ByteArrayOutputStream();
              body.write(0x00);
              body.write(properties.size());
              body.writeBytes(properties.toByteArray());
              peer.send(Peer.packet(14, 0, body.toByteArray()));
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    AgentEvent.LinkClosed closed = events.await(AgentEvent.LinkClosed.class);
    assertThat(closed.reason()).isInstanceOf(Reason.LineDown.class);
    assertThat(closed.reason().toString()).contains("IllegalArgumentException");
  }

  @Test
  void nothingIsAcknowledgedBeforeItIsPersisted() throws Exception {
    BlockingQueue<Integer> order = new LinkedBlockingQueue<>();
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.send(Peer.publish(TOPIC + "acked", 5, ACKED));
              order.add(peer.expect(Peer.PUBLISH).type());
              order.add(peer.expect(Peer.PUBACK).type());
            });
    MqttLink agent = link();
    agent.perform(to(small.webSocketUrl()));
    events.await(AgentEvent.AckedArrived.class);

    agent.perform(
        new AgentEffect.Publish(
            1, 1, new AgentEffect.Outgoing.OfAnswer(new Answer("a", true, ""))));
    assertThat(take(order)).isEqualTo(Peer.PUBLISH);
    agent.perform(new AgentEffect.AcknowledgePacket(1, 5));

    assertThat(take(order)).isEqualTo(Peer.PUBACK);
  }

  @Test
  void aRefusedConnectTellsTheReasonAndWhenToComeBack() throws Exception {
    ByteArrayOutputStream properties = new ByteArrayOutputStream();
    properties.write(0x1f);
    properties.writeBytes(Peer.string("full"));
    properties.write(0x26);
    properties.writeBytes(Peer.string("retry-after"));
    properties.writeBytes(Peer.string("17"));
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.expect(Peer.CONNECT);
              peer.send(Peer.connack(0x89, properties.toByteArray()));
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(events.await(AgentEvent.LinkClosed.class))
        .isEqualTo(new AgentEvent.LinkClosed(1, new Reason.Busy(17), 17));
  }

  @Test
  void aRefusedConnectMayCarryAReasonOfOurs() throws Exception {
    Reason revoked = new Reason.DeviceRevoked(DEVICE.text());
    ByteArrayOutputStream properties = new ByteArrayOutputStream();
    properties.write(0x26);
    properties.writeBytes(Peer.string("reason"));
    properties.writeBytes(Peer.string(Json.write(revoked)));
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.expect(Peer.CONNECT);
              peer.send(Peer.connack(0x87, properties.toByteArray()));
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(events.await(AgentEvent.LinkClosed.class).reason()).isEqualTo(revoked);
  }

  @Test
  void aDisconnectOfTheHubTellsItsReason() throws Exception {
    byte[] text = Peer.string("taken over");
    byte[] body = new byte[3 + text.length];
    body[0] = (byte) 0x8e;
    body[1] = (byte) (1 + text.length);
    body[2] = 0x1f;
    System.arraycopy(text, 0, body, 3, text.length);
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.send(Peer.packet(14, 0, body));
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(detail(events.await(AgentEvent.LinkClosed.class)))
        .isEqualTo("taken over (MQTT reason code 0x8e)");
  }

  @Test
  void aBusyHubMayRefuseTheUpgrade() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.readHead();
              peer.write("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 9\r\n\r\n");
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(events.await(AgentEvent.LinkClosed.class))
        .isEqualTo(new AgentEvent.LinkClosed(1, new Reason.Busy(9), 9));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Accept: wrong\r\n\r\n",
        "\u0000\u0001\u0002\n\n\n"
      })
  void garbageInPlaceOfTheUpgradeEndsTheAttempt(String answer) throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.readHead();
              peer.write(answer);
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(detail(events.await(AgentEvent.LinkClosed.class))).contains("answer");
  }

  @Test
  void anEndlessAnswerToTheUpgradeIsCut() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.readHead();
              peer.write("HTTP/1.1 101 Switching Protocols\r\n");
              for (int i = 0; i < 10_000; i++) {
                peer.write("X-" + i + ": y\r\n");
              }
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(detail(events.await(AgentEvent.LinkClosed.class))).contains("exceeds 8192 bytes");
  }

  @Test
  void anOversizeFrameEndsTheLine() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.write(new byte[] {(byte) 0x82, 127, 0, 0, 0, 0, 127, 0, 0, 0});
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(detail(events.await(AgentEvent.LinkClosed.class))).contains("WebSocket frame of");
  }

  @Test
  void anOversizePacketEndsTheLineBeforeItIsRead() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.open();
              peer.write(new byte[] {0x32, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
              peer.untilClosed();
            });

    link().perform(to(small.plainUrl()));

    assertThat(detail(events.await(AgentEvent.LinkClosed.class)))
        .contains("packet of 268435455 bytes; at most " + Limits.PACKET_BYTES_MAX);
  }

  @Test
  void framesMayStallBeInPiecesAndHavePingsBetween() throws Exception {
    byte[] message = Peer.publish(TOPIC + "acked", 5, ACKED);
    BlockingQueue<Peer.Frame> pongs = new LinkedBlockingQueue<>();
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              byte[] begin = Peer.frame(Peer.BINARY, false, Arrays.copyOf(message, 3));
              peer.write(Arrays.copyOf(begin, 1));
              TimeUnit.MILLISECONDS.sleep(1100);
              peer.write(Arrays.copyOfRange(begin, 1, begin.length - 1));
              TimeUnit.MILLISECONDS.sleep(1100);
              peer.write(Arrays.copyOfRange(begin, begin.length - 1, begin.length));
              peer.write(Peer.frame(Peer.PING, true, new byte[] {1, 2}));
              peer.write(Peer.frame(Peer.CONTINUATION, false, new byte[0]));
              peer.write(
                  Peer.frame(
                      Peer.CONTINUATION, true, Arrays.copyOfRange(message, 3, message.length)));
              peer.expect(Peer.PUBACK);
              pongs.addAll(peer.controlFrames());
              peer.untilClosed();
            });
    MqttLink agent = link();
    agent.perform(to(small.webSocketUrl()));

    assertThat(events.await(AgentEvent.AckedArrived.class).acked().through()).isEqualTo(7);
    agent.perform(new AgentEffect.AcknowledgePacket(1, 5));

    Peer.Frame pong = take(pongs);
    assertThat(pong.opcode()).isEqualTo(Peer.PONG);
    assertThat(pong.payload()).containsExactly(1, 2);
    assertThat(events.rest()).isEmpty();
  }

  @Test
  void largeMessagesPassBothWays() throws Exception {
    String large = "x".repeat(200 * 1024);
    String ask = "{\"id\":\"1\",\"question\":\"logs\",\"arguments\":{\"a\":\"" + large + "\"}}";
    BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.send(Peer.publish(TOPIC + "ask", 5, ask));
              sizes.add(peer.expect(Peer.PUBLISH).body().length);
              peer.untilClosed();
            });
    MqttLink agent = link();
    agent.perform(to(small.webSocketUrl()));

    assertThat(events.await(AgentEvent.AskArrived.class).ask().arguments())
        .containsEntry("a", large);
    agent.perform(
        new AgentEffect.Publish(
            1, 1, new AgentEffect.Outgoing.OfAnswer(new Answer("1", true, large))));

    assertThat(take(sizes)).isGreaterThan(large.length());
  }

  @Test
  void aMessageThatIsNoneOfOursIsSetAside() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.send(Peer.publish(TOPIC + "acked", 4, "{"));
              assertThat(peer.expect(Peer.PUBACK).packetId()).isEqualTo(4);
              peer.send(Peer.publish(TOPIC + "acked", 5, ACKED));
              peer.untilClosed();
            });

    link().perform(to(small.webSocketUrl()));

    assertThat(events.await(AgentEvent.AckedArrived.class).packet()).isEqualTo(5);
  }

  @Test
  void anIdleLinePingsAndStaysOpen() throws Exception {
    BlockingQueue<Integer> pings = new LinkedBlockingQueue<>();
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              for (int i = 0; i < 3; i++) {
                Peer.Packet packet = peer.readPacket();
                peer.send(Peer.packet(13, 0, new byte[0]));
                pings.add(packet.type());
              }
              peer.send(Peer.publish(TOPIC + "acked", 5, ACKED));
              peer.untilClosed();
            });

    // Longer than a busy machine keeps the hub from answering.
    Duration keepAlive = Duration.ofSeconds(3);
    link(new LinkSettings(keepAlive, Duration.ofSeconds(30), Optional.empty()))
        .perform(to(small.webSocketUrl()));

    for (int i = 0; i < 3; i++) {
      assertThat(take(pings)).isEqualTo(Peer.PINGREQ);
    }
    events.await(AgentEvent.AckedArrived.class);
    assertThat(events.taken()).noneMatch(AgentEvent.LinkClosed.class::isInstance);
  }

  @Test
  void aHubThatFallsSilentIsLeft() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.untilClosed();
            });

    link(brisk()).perform(to(small.webSocketUrl()));

    assertThat(detail(events.await(AgentEvent.LinkClosed.class)))
        .startsWith("no byte from the hub for");
  }

  @Test
  void aHubThatReadsNothingHoldsUpNobody() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              over.await();
            });
    MqttLink agent = link();
    agent.perform(to(small.webSocketUrl()));
    events.await(AgentEvent.LinkOpened.class);
    Answer large = new Answer("a", true, "x".repeat(200 * 1024));
    for (int i = 0; i < 60; i++) {
      agent.perform(new AgentEffect.Publish(1, i, new AgentEffect.Outgoing.OfAnswer(large)));
    }

    long begun = System.nanoTime();
    agent.perform(new AgentEffect.CloseLink(1));

    events.await(AgentEvent.LinkClosed.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("before the hub's silence is noticed")
        .isLessThan(LinkSettings.USUAL.keepAlive());
    awaitNoThreads();
    over.countDown();
  }

  @Test
  void aLineIsClosedWhileItStillOpens() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(1);
    SmallHub small =
        hub(
            peer -> {
              peer.readHead();
              reached.countDown();
              over.await();
            });
    MqttLink agent = link();
    agent.perform(to(small.webSocketUrl()));
    reached.await();

    agent.perform(new AgentEffect.CloseLink(1));

    events.await(AgentEvent.LinkClosed.class);
    awaitNoThreads();
    assertThat(events.rest()).isEmpty();
    over.countDown();
  }

  @Test
  void nobodyThereIsTold() throws Exception {
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = unused.getLocalPort();
      unused.close();

      link().perform(to("wss://localhost:" + port + "/mqtt"));

      assertThat(detail(events.await(AgentEvent.LinkClosed.class))).contains("refused");
    }
  }

  @Test
  void aProxyIsAskedToJoin() throws Exception {
    SmallHub small =
        hub(
            peer -> {
              peer.upgrade();
              peer.open();
              peer.untilClosed();
            });
    BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    try (ServerSocket proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> join(proxy, asked));
      InetSocketAddress address =
          InetSocketAddress.createUnresolved("localhost", proxy.getLocalPort());

      link(LinkSettings.USUAL.withProxy(address)).perform(to(small.webSocketUrl()));

      events.await(AgentEvent.LinkOpened.class);
      assertThat(take(asked)).startsWith("CONNECT localhost:" + small.port() + " HTTP/1.1\r\n");
    }
  }

  private static void join(ServerSocket proxy, BlockingQueue<String> asked) {
    try {
      Socket agent = proxy.accept();
      Peer peer = new Peer(agent.getInputStream(), agent.getOutputStream());
      String head = peer.readHead();
      asked.add(head);
      int port = Integer.parseInt(head.substring(head.indexOf(':') + 1, head.indexOf(" HTTP")));
      Socket hub = new Socket(InetAddress.getLoopbackAddress(), port);
      peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
      Thread.ofPlatform().daemon().start(() -> copy(agent, hub));
      copy(hub, agent);
    } catch (IOException e) {
      asked.add(e.toString());
    }
  }

  private static void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // One side has closed.
    }
  }

  private static LinkSettings brisk() {
    return new LinkSettings(Duration.ofSeconds(1), Duration.ofSeconds(5), Optional.empty());
  }

  private static String detail(AgentEvent.LinkClosed closed) {
    return closed.reason() instanceof Reason.LineDown(var since, var detail)
        ? detail
        : closed.reason().toString();
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T taken = queue.poll(Events.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (taken == null) {
      throw new AssertionError("nothing came");
    }
    return taken;
  }

  private static void awaitNoThreads() throws Exception {
    Until.holds("no thread is left", () -> linkThreads().isEmpty());
  }

  private static List<String> linkThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("link") || name.contains("MQTT"))
        .toList();
  }
}
