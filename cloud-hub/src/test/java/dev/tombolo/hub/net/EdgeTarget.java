package dev.tombolo.hub.net;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.GivenBundles;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.SiteLine;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.CertificateRequests;
import dev.tombolo.hub.x509.DeviceCertificates;
import dev.tombolo.hub.x509.DocumentKey;
import dev.tombolo.hub.x509.RecoveryChallenges;
import dev.tombolo.hub.x509.SignedTimes;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What comes in by the edge port, behind TLS, through the handlers that a real line has: first
/// byte, HTTP, upgrade, WebSocket, CONNECT, session. An input's first byte says whether a device's
/// certificate was shown; where its pieces end follows from its content.
public final class EdgeTarget implements FuzzTarget {
  private static final String FILE = "the content of a release's file, a hundred bytes of it";
  private static final int PIECES_MAX = 4_096;

  /// How a target begins its inputs.
  public enum Kind {
    MQTT,
    WEBSOCKET,
    HTTP
  }

  private final Kind kind;
  private final CertificateAuthority authority;
  private final DocumentKey documentKey;
  private final KeyPair key;
  private final PeerIdentity peer;
  private final String devicePem;
  private final Path folder;
  private final Path file;
  private final Digest digest = Digest.ofText(FILE);

  public EdgeTarget(Kind kind) {
    this.kind = kind;
    try {
      folder = Files.createTempDirectory("fuzz-edge");
      authority = CertificateAuthority.open(folder.resolve("ca"), Instant.now());
      documentKey = authority.documentKey(Instant.now());
      key = theSameKey();
      DeviceId device = DeviceId.ofKey(key.getPublic().getEncoded());
      Instant end = Instant.now().plus(Duration.ofDays(20));
      var issued =
          authority.issueForDevice(
              device,
              key.getPublic().getEncoded(),
              "1001",
              end.minus(Duration.ofDays(45)).toEpochMilli(),
              end.toEpochMilli());
      devicePem = issued.pem();
      peer =
          PeerIdentity.of(dev.tombolo.protocol.sign.DocumentCertificate.certificate(devicePem))
              .orElseThrow();
      file = Files.writeString(folder.resolve("file"), FILE);
    } catch (Exception e) {
      throw new IllegalStateException("no hub to be fuzzed", e);
    }
  }

  /// The private key 1: the same device in each run, so that inputs that were kept mean the same.
  private static KeyPair theSameKey() throws GeneralSecurityException {
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    ECParameterSpec p256 = curve.getParameterSpec(ECParameterSpec.class);
    KeyFactory keys = KeyFactory.getInstance("EC");
    return new KeyPair(
        keys.generatePublic(new ECPublicKeySpec(p256.getGenerator(), p256)),
        keys.generatePrivate(new ECPrivateKeySpec(BigInteger.ONE, p256)));
  }

  @Override
  public String name() {
    return switch (kind) {
      case MQTT -> "edge-mqtt";
      case WEBSOCKET -> "edge-websocket";
      case HTTP -> "edge-http";
    };
  }

  @Override
  public long stackBytes() {
    return 1024 * 1024;
  }

  @Override
  public int quickRuns() {
    return 60;
  }

  @Override
  public int bytesMax() {
    return 32 * 1024;
  }

  @Override
  public List<String> words() {
    return switch (kind) {
      case MQTT, WEBSOCKET ->
          List.of(
              peer.device().text(),
              "tombolo/v1/",
              "/report",
              "/presence",
              "/desired",
              "tombolo/v1/hub",
              "#",
              "+",
              "\u0000\u0004MQTT\u0005",
              "\u0000\u0004MQTT\u0004",
              "'\u0000\u0000\u0000\u0014",
              "!\u0000\u0001",
              "\u0011\u0000\u0000\u0000\u0000",
              "\u0023\u0000\u0001",
              "\u0026\u0000\u0001a\u0000\u0001b",
              "\u0015\u0000\u0001x",
              "\u0010",
              "0",
              "\u0082",
              "\u00c0\u0000",
              "\u00e0\u0000");
      case HTTP ->
          List.of(
              "GET ",
              "POST ",
              "HEAD ",
              "OPTIONS ",
              "CONNECT ",
              "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
              " HTTP/1.1\r\n",
              " HTTP/1.0\r\n",
              "\r\n\r\n",
              "Transfer-Encoding: chunked\r\n",
              "Content-Length: ",
              "Content-Length: -1\r\n",
              "Expect: 100-continue\r\n",
              "Range: bytes=--5\r\n",
              "Range: bytes=0-0,1-1\r\n",
              "Range: bytes=99999999999999999999-\r\n",
              "Range: bytes=-0\r\n",
              "If-Range: ",
              "Upgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: x\r\n",
              "Sec-WebSocket-Version: 8\r\n",
              "%2e%2e",
              "/packages/..",
              "?",
              "0\r\n\r\n",
              "ffffffffffffffff\r\n",
              "http://a/",
              "/mqtt",
              "/v1/recover",
              "\u0000");
    };
  }

  // ---- seeds

  @Override
  public List<byte[]> seeds() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    switch (kind) {
      case MQTT -> mqtt().forEach(session -> seeds.add(joined(new byte[] {1}, session)));
      case WEBSOCKET -> {
        for (byte[] session : mqtt()) {
          seeds.add(joined(new byte[] {1}, upgrade(), frame(0x82, session)));
          int half = session.length / 2;
          seeds.add(
              joined(
                  new byte[] {1},
                  upgrade(),
                  frame(0x02, Arrays.copyOf(session, half)),
                  frame(0x89, new byte[] {1, 2, 3}),
                  frame(0x80, Arrays.copyOfRange(session, half, session.length)),
                  frame(0x8a, new byte[0]),
                  frame(0x88, new byte[] {3, (byte) 0xe8})));
        }
        seeds.add(joined(new byte[] {0}, upgrade(), frame(0x81, new byte[] {'h', 'i'})));
      }
      case HTTP -> {
        String csr = Csr.of(key, "CN=x").pem();
        String token = "tmb1_" + "0".repeat(200);
        for (String head :
            List.of(
                "GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n",
                "GET /v1/ca.pem HTTP/1.1\r\nHost: hub\r\n\r\nGET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n",
                "HEAD /v1/files/"
                    + digest.hex()
                    + " HTTP/1.1\r\nHost: hub\r\nRange: bytes=5-\r\n\r\n",
                "GET /v1/files/"
                    + digest.hex()
                    + " HTTP/1.1\r\nHost: hub\r\nRange: bytes=5-9\r\nIf-Range: \""
                    + digest.hex()
                    + "\"\r\n\r\n",
                "GET /v1/files/"
                    + digest.hex()
                    + " HTTP/1.1\r\nHost: hub\r\nRange: bytes=-7\r\n\r\n",
                "GET /install.sh HTTP/1.1\r\n\r\n",
                "GET /packages/tombolo-agent.tar.gz HTTP/1.1\r\n\r\n",
                "GET /nowhere?a=b HTTP/1.0\r\n\r\n",
                "POST /v1/enroll HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"tok\r\n0\r\n\r\n",
                post(
                    "/v1/enroll",
                    Json.write(
                        new dev.tombolo.protocol.enrol.EnrolRequest(
                            token, csr, java.util.Map.of("host", "x")))),
                post("/v1/renew", Json.write(new dev.tombolo.protocol.enrol.RenewRequest(csr))),
                post(
                    "/v1/recover/challenge",
                    Json.write(new dev.tombolo.protocol.enrol.ChallengeRequest(devicePem, csr))),
                post(
                    "/v1/recover",
                    Json.write(
                        new dev.tombolo.protocol.enrol.RecoverRequest(
                            devicePem, csr, "A".repeat(75), "MEUC"))))) {
          seeds.add(joined(new byte[] {1}, head.getBytes(StandardCharsets.ISO_8859_1)));
          seeds.add(joined(new byte[] {0}, head.getBytes(StandardCharsets.ISO_8859_1)));
        }
      }
    }
    return seeds;
  }

  private static String post(String path, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: hub\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private List<byte[]> mqtt() {
    String id = peer.device().text();
    String own = "tombolo/v1/" + id + "/";
    RawMqtt.Connect plain = new RawMqtt.Connect(id);
    String will = Json.write(new dev.tombolo.protocol.message.Presence.Will("boot", 1));
    byte[] birth =
        RawMqtt.publish(
            own + "presence",
            Json.write(
                new dev.tombolo.protocol.message.Presence.Birth(
                    "boot", 1, null, 0, null, List.of(), null, "outbox", 0, "1", List.of("v1"), 5)),
            2,
            1);
    byte[] report =
        RawMqtt.publish(
            own + "report",
            Json.write(
                new dev.tombolo.protocol.message.Report(
                    "outbox",
                    "boot",
                    5,
                    6,
                    List.of(
                        new dev.tombolo.protocol.message.Report.Row(
                            1,
                            "boot",
                            5,
                            6,
                            new dev.tombolo.protocol.message.ReportBody.Happened(
                                "booted", null, null, null))))),
            2,
            2);
    byte[] answer =
        RawMqtt.publish(own + "answer", "{\"id\":\"a\",\"ok\":true,\"body\":\"\"}", 0, 0);
    byte[] topics =
        RawMqtt.subscribe(3, own + "desired", own + "acked", own + "ask", "tombolo/v1/hub");
    byte[] un =
        RawMqtt.packet(
            0xa2,
            joined(
                new byte[] {0, 4, 0, 0, (byte) (own.length() + 3)},
                (own + "ask").getBytes(StandardCharsets.US_ASCII)));
    byte[] ping = {(byte) 0xc0, 0};
    byte[] bye = {(byte) 0xe0, 0};
    byte[] badBye = {(byte) 0xe0, 2, 4, 0};
    return List.of(
        plain.bytes(),
        joined(plain.bytes(), topics, birth, report, answer, ping, un, RawMqtt.puback(9), bye),
        joined(plain.withWill(own + "presence", will, 0x08).bytes(), topics, birth, badBye),
        joined(
            plain.withProperties((byte) 0x27, (byte) 0, (byte) 0, (byte) 0, (byte) 20).bytes(),
            birth,
            ping),
        joined(
            plain
                .withProperties(
                    (byte) 0x27,
                    (byte) 0,
                    (byte) 0,
                    (byte) 0,
                    (byte) 100,
                    (byte) 0x21,
                    (byte) 0,
                    (byte) 1)
                .bytes(),
            topics,
            report,
            RawMqtt.publish("x", "", 0, 0)),
        joined(
            plain
                .withProperties((byte) 0x11, (byte) 0, (byte) 0, (byte) 0, (byte) 9)
                .withKeepAlive(0)
                .bytes(),
            topics),
        joined(plain.withVersion(4).bytes(), ping),
        joined(plain.bytes(), RawMqtt.publish(own + "report", "{}", 2, 2, new byte[] {0x23, 0, 1})),
        joined(plain.bytes(), RawMqtt.packet(0xf0, new byte[0])));
  }

  private static byte[] upgrade() {
    return ("GET /mqtt HTTP/1.1\r\nHost: hub:8443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\n\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Masked by zeros, so that changes of the content stay small.
  private static byte[] frame(int head, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(head);
    if (content.length < 126) {
      out.write(0x80 | content.length);
    } else {
      out.write(0x80 | 126);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(new byte[4]);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  // ---- a run

  @Override
  public String run(byte[] input) throws Exception {
    boolean isDevice = input.length > 0 && (input[0] & 1) == 1;
    UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(memory);
    EdgeCounters counters = new EdgeCounters();
    Hub hub = new Hub();
    LineSweep sweep = new LineSweep(channel.eventLoop(), hub, counters);
    Edge edge = edge(hub, counters);
    hub.edge = edge;
    Line line = new Line(sweep, counters);
    channel.pipeline().addLast(line, new FirstByte(line, edge));
    line.identified(isDevice ? Optional.of(peer) : Optional.empty());
    byte[] sent = input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    feed(channel, sent, said);
    boolean wasOpen = channel.isOpen();
    channel.finishAndReleaseAll();
    channel.runPendingTasks();
    drain(channel, said);
    channel.checkException();
    Contract.same(0L, counters.faults.sum());
    Contract.same(0, counters.lines.get());
    Contract.same(0, counters.halfOpen.get());
    Contract.same(0, counters.sessions.get());
    Contract.same(0L, counters.queuedBytes.get());
    Contract.same(0, edge.sessions().size());
    Contract.same(0L, memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory());
    hub.judge(isDevice);
    return answers(said.toByteArray(), Peer.packetBytesMax(sent))
        + hub.kinds
        + (wasOpen ? " open" : " closed");
  }

  private Edge edge(Hub hub, EdgeCounters counters) {
    EdgeSettings settings =
        new EdgeSettings("127.0.0.1", 0, 10_000, 60_000, 120, Optional.of(folder));
    CertificateRequests requests = new CertificateRequests();
    return new Edge(
        settings,
        new EdgeServices(
            hub,
            hub,
            requests,
            new RecoveryChallenges(new DeviceCertificates(authority.roots()), requests),
            new SignedTimes(documentKey, List.of()),
            wanted -> wanted.equals(digest) ? Optional.of(file) : Optional.empty(),
            bundles(),
            () -> new SessionId(1),
            InstantSource.system()),
        authority.rootPem(),
        counters);
  }

  private GivenBundles bundles() {
    GivenBundles bundles = new GivenBundles();
    bundles.offers.put(
        BundlePair.fromNothing(new BundlePair.Side(digest, 0)),
        new BundleDesk.Offer.Made(new BundleOffer(digest, 1)));
    bundles.files.put(digest, file);
    return bundles;
  }

  private static void feed(EmbeddedChannel channel, byte[] sent, ByteArrayOutputStream said) {
    Random pieces = new Random(Arrays.hashCode(sent));
    int largest = new int[] {16, 300, 5_000, Integer.MAX_VALUE}[pieces.nextInt(4)];
    if (sent.length / 8 > PIECES_MAX && largest == 16) {
      largest = 5_000;
    }
    for (int at = 0; at < sent.length && channel.isOpen(); ) {
      int length =
          Math.min(
              sent.length - at,
              largest == Integer.MAX_VALUE ? largest : 1 + pieces.nextInt(largest));
      ByteBuf piece = Unpooled.copiedBuffer(sent, at, length);
      channel.writeInbound(piece);
      channel.runPendingTasks();
      drain(channel, said);
      at += length;
    }
  }

  private static void drain(EmbeddedChannel channel, ByteArrayOutputStream said) {
    for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      if (!(out instanceof ByteBuf bytes)) {
        throw new AssertionError("does not hold: only bytes leave, not " + out.getClass());
      }
      byte[] copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy);
      bytes.release();
      said.writeBytes(copy);
    }
    for (Object in = channel.readInbound(); in != null; in = channel.readInbound()) {
      io.netty.util.ReferenceCountUtil.release(in);
      throw new AssertionError("does not hold: nothing passes the last handler, not " + in);
    }
  }

  /// What the hub said, taken apart.
  private static String answers(byte[] said, long packetBytesMax) throws MalformedException {
    if (said.length == 0) {
      return "silent";
    }
    return said[0] == 'H' ? http(said, packetBytesMax) : packets(said, packetBytesMax);
  }

  private static String http(byte[] said, long packetBytesMax) throws MalformedException {
    StringBuilder statuses = new StringBuilder();
    int at = 0;
    while (at < said.length) {
      String rest = new String(said, at, said.length - at, StandardCharsets.ISO_8859_1);
      int end = rest.indexOf("\r\n\r\n");
      Contract.holds(rest.startsWith("HTTP/1.1 ") && end > 0, "an answer begins like one");
      String head = rest.substring(0, end);
      int status = Integer.parseInt(head.substring(9, 12));
      statuses.append(' ').append(status);
      at += end + 4;
      if (status == 101) {
        return statuses + " " + packets(unframed(said, at), packetBytesMax);
      }
      if (status == 100) {
        continue;
      }
      int length = Integer.parseInt(field(head, "content-length"));
      int there = Math.min(length, said.length - at);
      if (status >= 400
          && status != 416
          && there > 0
          && there == length
          && rest.charAt(end + 4) == '{') {
        byte[] body = Arrays.copyOfRange(said, at, at + length);
        Refusal refusal = Json.read(Refusal.class, body, 64 * 1024);
        Contract.refused(refusal.message());
        Contract.same(refusal.message(), ReasonText.say(refusal.reason()));
        statuses.append(refusal.reason().getClass().getSimpleName());
      }
      // The answer to a HEAD has no body.
      boolean hasBody = at < said.length && said[at] != 'H';
      at += hasBody ? there : 0;
    }
    return statuses.toString();
  }

  private static String field(String head, String name) {
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    throw new AssertionError("does not hold: an answer has " + name + ": " + head);
  }

  private static byte[] unframed(byte[] said, int from) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int at = from;
    while (at < said.length) {
      int opcode = said[at] & 0x0f;
      int length = said[at + 1] & 0xff;
      Contract.holds(length < 0x80, "a hub's frame is not masked");
      at += 2;
      if (length == 126) {
        length = (said[at] & 0xff) << 8 | said[at + 1] & 0xff;
        at += 2;
      }
      Contract.holds(
          length < 126 || opcode == 2 || length > 125 && opcode < 8, "a control frame is short");
      if (opcode < 8) {
        content.write(said, at, length);
      }
      at += length;
    }
    Contract.same(said.length, at);
    return content.toByteArray();
  }

  private static String packets(byte[] said, long packetBytesMax) {
    StringBuilder types = new StringBuilder();
    int at = 0;
    while (at < said.length) {
      int begin = at;
      int type = (said[at] & 0xff) >> 4;
      int length = 0;
      int shift = 0;
      int digit;
      do {
        digit = said[++at];
        length |= (digit & 0x7f) << shift;
        shift += 7;
      } while ((digit & 0x80) != 0);
      at += 1 + length;
      Contract.holds(at <= said.length, "a packet is whole");
      Contract.holds(
          // 0 is no size at all.
          at - begin <= packetBytesMax || packetBytesMax == 0,
          "the peer's Maximum Packet Size "
              + packetBytesMax
              + " is honoured by type "
              + type
              + " of "
              + (at - begin));
      if (types.length() < 60) {
        types.append(' ').append(type);
        if ((type == 2 || type == 14) && length >= 2) {
          types
              .append(':')
              .append(Integer.toHexString(said[at - length + (type == 2 ? 1 : 0)] & 0xff));
        }
      }
    }
    return types.toString();
  }

  /// The hub behind the port.
  private final class Hub implements HubInbox, EdgeDirectory {
    private final Set<String> kinds = new TreeSet<>();
    private final List<HubEvent> events = new ArrayList<>();
    private @Nullable Edge edge;

    @Override
    public boolean offer(HubEvent event) {
      events.add(event);
      kinds.add(event.getClass().getSimpleName());
      switch (event) {
        case HubEvent.SessionOpened opened ->
            execute(new HubEffect.SessionAdmitted(opened.session()));
        case HubEvent.ReportSaid said -> {
          execute(
              new HubEffect.SendAcked(
                  said.session(), said.device(), new Acked(said.report().incarnation(), 1, 1)));
          execute(new HubEffect.PacketTaken(said.session(), said.packet()));
        }
        case HubEvent.EnrolAsked asked ->
            edge()
                .requests()
                .answer(
                    asked.request(),
                    new HubEffect.RequestRefused(asked.request(), new Reason.TokenUnknown("0")));
        case HubEvent.RenewAsked asked ->
            edge()
                .requests()
                .answer(
                    asked.request(),
                    new HubEffect.RenewGranted(asked.request(), new RenewResponse("x")));
        case HubEvent.RecoverAsked asked ->
            edge()
                .requests()
                .answer(
                    asked.request(),
                    new HubEffect.RequestRefused(asked.request(), new Reason.Busy(1)));
        default -> {}
      }
      return true;
    }

    @Override
    public boolean offer(HubEvent event, int bytes, Runnable taken) {
      boolean isIn = offer(event);
      taken.run();
      return isIn;
    }

    @Override
    public Optional<SiteLine> line(DeviceId device) {
      return Optional.empty();
    }

    private Edge edge() {
      return Objects.requireNonNull(edge, "events before the port");
    }

    private void execute(HubEffect.ToSession effect) {
      MqttSession session = edge().sessions().get(effect.session());
      if (session != null) {
        session.execute(effect);
      }
    }

    @Override
    public Optional<Reason> whyNotServed(DeviceId device, String serial, long nowMillis) {
      return Optional.empty();
    }

    @Override
    public boolean mayRead(DeviceId device, Digest wanted) {
      return wanted.equals(digest);
    }

    @Override
    public boolean mayHave(DeviceId device, Digest release) {
      return release.equals(digest);
    }

    /// Who shows no certificate gets nothing done that needs one; a session ends as often as it
    /// begins.
    void judge(boolean isDevice) {
      Contract.same(count(HubEvent.SessionOpened.class), count(HubEvent.SessionClosed.class));
      Contract.holds(count(HubEvent.SessionOpened.class) <= 1, "one session a line");
      for (HubEvent event : events) {
        boolean open =
            event instanceof HubEvent.EnrolAsked
                || event instanceof HubEvent.RecoverAsked
                || event instanceof HubEvent.Violated;
        Contract.holds(isDevice || open, "a stranger gets no further: " + event.getClass());
        if (event instanceof HubEvent.Violated violated) {
          Contract.refused(violated.what() + ": " + ReasonText.say(violated.reason()));
        }
      }
    }

    private long count(Class<? extends HubEvent> type) {
      return events.stream().filter(type::isInstance).count();
    }
  }

  /// What the peer asked for in its CONNECT.
  private static final class Peer {
    private static final long ANY = Long.MAX_VALUE;

    static long packetBytesMax(byte[] sent) {
      EmbeddedChannel decoder =
          new EmbeddedChannel(new io.netty.handler.codec.mqtt.MqttDecoder(8 * 1024));
      try {
        byte[] packet = sent.length > 0 && sent[0] == 'G' ? content(sent) : sent;
        decoder.writeInbound(Unpooled.copiedBuffer(packet));
        return decoder.readInbound()
                    instanceof io.netty.handler.codec.mqtt.MqttConnectMessage connect
                && connect.decoderResult().isSuccess()
                && connect.variableHeader().version() == 5
                && connect.variableHeader().properties().getProperty(0x27)
                    instanceof io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty max
            ? Integer.toUnsignedLong(max.value())
            : ANY;
      } catch (RuntimeException e) {
        return ANY;
      } finally {
        decoder.finishAndReleaseAll();
      }
    }

    /// Of a first frame that is not masked by more than zeros.
    private static byte[] content(byte[] sent) {
      int end = new String(sent, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
      int at = end + 4;
      if (end < 0 || at + 8 > sent.length || (sent[at] & 0x0f) != 2) {
        return new byte[0];
      }
      int length = sent[at + 1] & 0x7f;
      at += 2;
      if (length == 126) {
        length = (sent[at] & 0xff) << 8 | sent[at + 1] & 0xff;
        at += 2;
      }
      boolean isPlain =
          sent[at] == 0 && sent[at + 1] == 0 && sent[at + 2] == 0 && sent[at + 3] == 0;
      return isPlain && length < 127 + 65536
          ? Arrays.copyOfRange(sent, at + 4, Math.min(sent.length, at + 4 + length))
          : new byte[0];
    }
  }
}
