package dev.tombolo.agent.lan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.https.FetchSettings;
import dev.tombolo.agent.https.HubFiles;
import dev.tombolo.agent.https.PeerQuestions;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.agent.x509.LanTls;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Devices that serve each other, over real TLS.
@Timeout(300)
@Tag("slow")
class LanServerTest {
  private static final byte[] CONTENT = content();
  private static final Digest DIGEST = Digest.of(CONTENT);

  /// Ten for the request that is never finished, one until somebody looks, and a slow machine.
  private static final int SERVED_SECONDS_MAX = 45;

  private static final long AGAIN_NANOS = 50_000_000;

  @TempDir static Path shared;
  private static TestCa ca;

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void makeCa() throws Exception {
    ca = TestCa.create(shared.resolve("ca"));
  }

  private static byte[] content() {
    byte[] bytes = new byte[(int) LanServer.SLICE_BYTES + 300_000];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void aPeerGetsAWholeContentInSlices() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    giver.has(CONTENT);

    taker.files.perform(taker.copyFrom(giver));

    assertThat(taker.events.await(AgentEvent.FetchFinished.class).file()).isEqualTo(DIGEST);
    assertThat(taker.whole()).isEqualTo(CONTENT);
  }

  @Test
  void aPeerGoesOnWhereItStoppedAndFollowsOneThatFetches() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    taker.hasPart(Arrays.copyOf(CONTENT, 1_000));
    giver.hasPart(Arrays.copyOf(CONTENT, 50_000));
    giver.server.perform(new AgentEffect.TellPeers(DIGEST, PeerStanding.FETCHES));

    taker.files.perform(taker.copyFrom(giver));
    Until.holds("the taker has as much", () -> taker.partBytes() == 50_000);
    giver.hasPart(Arrays.copyOf(CONTENT, 90_000));
    Until.holds("the taker has as much", () -> taker.partBytes() == 90_000);
    giver.hasPart(CONTENT);
    Files.move(giver.folders.partialFile(DIGEST), giver.folders.file(DIGEST));

    taker.events.await(AgentEvent.FetchFinished.class);
    assertThat(taker.whole()).isEqualTo(CONTENT);
  }

  /// The shop has been dark for longer than certificates last. Peers are known by the keys in the
  /// signed document (DESIGN section 6), so sharing goes on, in both roles.
  @Test
  void peersWhoseCertificatesHaveRunOutShareAsBefore() throws Exception {
    Box giver = new Box("giver", true);
    Box taker = new Box("taker", true);
    acquaint(giver, taker);
    giver.has(CONTENT);
    Until.holds("both have run out", () -> giver.hasRunOut() && taker.hasRunOut());

    taker.files.perform(taker.copyFrom(giver));

    taker.events.await(AgentEvent.FetchFinished.class);
    assertThat(taker.whole()).isEqualTo(CONTENT);
  }

  /// At the edges of slices, of pages, and of the content.
  @Test
  void whereverTheOneThatFetchesDiesTheCopyGoesOnAtAnother() throws Exception {
    int slice = (int) LanServer.SLICE_BYTES;
    List<Integer> ends =
        List.of(0, 1, 4_095, 4_096, slice - 1, slice, slice + 1, CONTENT.length - 1);
    for (int end : ends) {
      Box dying = new Box("dying-" + end);
      Box other = new Box("other-" + end);
      Box taker = new Box("taker-" + end);
      acquaint(dying, other, taker);
      dying.hasPart(Arrays.copyOf(CONTENT, end));
      dying.server.perform(new AgentEffect.TellPeers(DIGEST, PeerStanding.FETCHES));
      other.has(CONTENT);

      taker.files.perform(taker.copyFrom(dying));
      Until.holds("the taker has " + end, () -> taker.partBytes() == end);
      dying.server.close();
      assertThat(taker.events.await(AgentEvent.CopyEnded.class).bytes()).isEqualTo(end);
      taker.files.perform(taker.copyFrom(other));

      taker.events.await(AgentEvent.FetchFinished.class);
      assertThat(taker.whole()).as("after " + end).isEqualTo(CONTENT);
    }
  }

  /// Of a model of 5 GiB, sparse on the disk.
  @Test
  void whatLiesBeyondTwoGibibytesIsServedToo() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    long size = 5L << 30;
    try (RandomAccessFile whole = new RandomAccessFile(giver.folders.file(DIGEST).toFile(), "rw")) {
      whole.setLength(size);
    }
    String path = "/v1/content/" + DIGEST.hex();

    assertThat(taker.call(giver, "GET", path, "bytes=" + ((1L << 31) - 5) + "-")).isEqualTo(206);
    assertThat(taker.call(giver, "GET", path, "bytes=" + (size - 1) + "-")).isEqualTo(206);
    assertThat(taker.call(giver, "GET", path, "bytes=" + size + "-")).isEqualTo(416);
  }

  @Test
  void aPeerThatDoesNotFetchGivesWhatItHas() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    giver.hasPart(Arrays.copyOf(CONTENT, 50_000));

    taker.files.perform(taker.copyFrom(giver));

    assertThat(taker.events.await(AgentEvent.CopyEnded.class))
        .isEqualTo(
            new AgentEvent.CopyEnded(
                DIGEST, 50_000, new PeerAnswer(giver.id, PeerStanding.HOLDS, 50_000)));
  }

  @Test
  void aPeerThatGoesAwayIsKnownAtOnce() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    giver.hasPart(Arrays.copyOf(CONTENT, 50_000));
    giver.server.perform(new AgentEffect.TellPeers(DIGEST, PeerStanding.FETCHES));

    taker.files.perform(taker.copyFrom(giver));
    Until.holds("the taker has as much", () -> taker.partBytes() == 50_000);
    giver.server.perform(new AgentEffect.ShareWith(List.of()));

    assertThat(taker.events.await(AgentEvent.CopyEnded.class).told())
        .isEqualTo(PeerAnswer.unreachable(giver.id));
  }

  @Test
  void aPeerThatTricklesItsHandshakeHoldsUpNoQuestion() throws Exception {
    Box giver = new Box("giver");
    Box slow = new Box("slow");
    Box taker = new Box("taker");
    acquaint(giver, slow, taker);
    giver.has(CONTENT);
    slow.has(CONTENT);

    taker.questions.perform(
        new AgentEffect.AskPeers(DIGEST, 1, List.of(trickling(slow, 0), giver.peer), 0));

    assertThat(taker.events.await(AgentEvent.PeersAnswered.class).answers())
        .containsExactlyInAnyOrder(
            PeerAnswer.unreachable(slow.id),
            new PeerAnswer(giver.id, PeerStanding.WHOLE, CONTENT.length));
  }

  @Test
  void aPeerThatTricklesOneRecordIsGivenUp() throws Exception {
    Box slow = new Box("slow");
    Box taker = new Box("taker");
    acquaint(slow, taker);
    slow.has(CONTENT);

    taker.files.perform(
        new AgentEffect.CopyFromPeer(DIGEST, CONTENT.length, trickling(slow, 100_000)));

    assertThat(taker.events.await(AgentEvent.CopyEnded.class).told())
        .isEqualTo(PeerAnswer.unreachable(slow.id));
    assertThat(taker.partBytes()).isBetween(1L, 100_000L);
  }

  @Test
  void aPeerThatTricklesTheHeadOfAnAnswerIsGivenUp() throws Exception {
    Box slow = new Box("slow");
    Box taker = new Box("taker");
    acquaint(slow, taker);
    slow.has(CONTENT);

    taker.files.perform(
        new AgentEffect.CopyFromPeer(DIGEST, CONTENT.length, trickling(slow, 2_000)));

    assertThat(taker.events.await(AgentEvent.CopyEnded.class).told())
        .isEqualTo(PeerAnswer.unreachable(slow.id));
    assertThat(taker.partBytes()).isZero();
  }

  /// Eight threads serve all peers; who takes one and says no more gives it back.
  @Test
  void whoStopsHalfWayKeepsNobodyElseFromBeingServed() throws Exception {
    Box giver = new Box("giver");
    Box slow = new Box("slow");
    Box taker = new Box("taker");
    acquaint(giver, slow, taker);
    giver.has(CONTENT);
    for (int i = 0; i < 4; i++) {
      Socket line = slow.open(giver);
      open.add(line);
      line.getOutputStream().write("GET /v1/content/".getBytes(StandardCharsets.US_ASCII));
    }
    byte[] beginOfHandshake = {0x16, 3};
    for (int i = 0; i < 76; i++) {
      Socket line = new Socket("127.0.0.1", giver.server.port());
      open.add(line);
      line.getOutputStream().write(beginOfHandshake);
    }
    long begun = System.nanoTime();

    Until.holds("the taker is answered", () -> taker.isAnswered(giver));

    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isLessThan(Duration.ofSeconds(SERVED_SECONDS_MAX));
  }

  /// More than can wait for a thread know at once that they are not served.
  @Test
  void oneTooManyIsToldAtOnce() throws Exception {
    Box giver = new Box("giver");
    acquaint(giver, new Box("other"));
    List<Socket> lines = new ArrayList<>();
    for (int i = 0; i < LanServer.AT_ONCE_MAX + 1; i++) {
      Socket line = new Socket("127.0.0.1", giver.server.port());
      open.add(line);
      lines.add(line);
      line.getOutputStream().write(0x16);
    }
    long begun = System.nanoTime();

    Until.holds(
        "one of them is turned away", () -> lines.stream().anyMatch(LanServerTest::hasEnded));

    // Those that are served are given up after ten.
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(9));
  }

  private static boolean hasEnded(Socket line) {
    try {
      line.setSoTimeout(1);
      return line.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private Peer trickling(Box box, int freely) throws IOException {
    Trickle trickle = new Trickle(box.server.port(), freely);
    open.add(trickle);
    return new Peer(box.id, box.peer.slot(), box.peer.keys(), List.of(trickle.address()));
  }

  @Test
  void whatIsWrongIsThrownAway() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    byte[] wrong = CONTENT.clone();
    wrong[100_000] ^= 1;
    giver.has(wrong);

    taker.files.perform(taker.copyFrom(giver));

    assertThat(taker.events.await(AgentEvent.FetchFailed.class).reason())
        .isEqualTo(new Reason.DigestMismatch("giver", DIGEST, Digest.of(wrong)));
    assertThat(taker.folders.partialFile(DIGEST)).doesNotExist();
    assertThat(taker.folders.file(DIGEST)).doesNotExist();
  }

  @Test
  void allAreAskedAtOnceHowTheyStand() throws Exception {
    Box one = new Box("one");
    Box whole = new Box("whole");
    Box part = new Box("part");
    Box waiting = new Box("waiting");
    Box maker = new Box("maker");
    Box gone = new Box("gone");
    acquaint(one, whole, part, waiting, maker, gone);
    whole.has(CONTENT);
    part.hasPart(Arrays.copyOf(CONTENT, 7));
    part.server.perform(new AgentEffect.TellPeers(DIGEST, PeerStanding.CLAIMS));
    waiting.server.perform(new AgentEffect.TellPeers(DIGEST, PeerStanding.WANTS));
    maker.server.perform(new AgentEffect.TellMaking(Set.of(DIGEST)));
    gone.server.close();
    one.hasPart(Arrays.copyOf(CONTENT, 3));

    one.questions.perform(
        new AgentEffect.AskPeers(
            DIGEST, 4711, List.of(whole.peer, part.peer, waiting.peer, maker.peer, gone.peer), 0));

    AgentEvent.PeersAnswered said = one.events.await(AgentEvent.PeersAnswered.class);
    assertThat(said.question()).isEqualTo(4711);
    assertThat(said.bytes()).isEqualTo(3);
    assertThat(said.answers())
        .containsExactlyInAnyOrder(
            new PeerAnswer(whole.id, PeerStanding.WHOLE, CONTENT.length),
            new PeerAnswer(part.id, PeerStanding.CLAIMS, 7),
            new PeerAnswer(waiting.id, PeerStanding.WANTS, 0),
            new PeerAnswer(maker.id, PeerStanding.MAKES, 0),
            PeerAnswer.unreachable(gone.id));
  }

  @Test
  void aStrangerIsRefusedByTheHandshake() throws Exception {
    Box giver = new Box("giver");
    Box stranger = new Box("stranger");
    giver.knows(giver);
    stranger.knows(giver, stranger);
    giver.has(CONTENT);

    assertThatThrownBy(() -> stranger.call(giver, "GET", "/v1/content/" + DIGEST.hex(), null))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whoIsAPeerNoLongerGetsNothingMoreOnAnOpenLine() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    giver.has(CONTENT);
    assertThat(taker.call(giver, "HEAD", "/v1/content/" + DIGEST.hex(), null)).isEqualTo(200);

    giver.tls.shareWith(giver.keys());

    assertThatThrownBy(
            () -> {
              int status = taker.call(giver, "HEAD", "/v1/content/" + DIGEST.hex(), null);
              if (status == 403) {
                throw new IOException("refused");
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void aServerWithAnotherKeyIsNotTakenForThePeer() throws Exception {
    Box giver = new Box("giver");
    Box other = new Box("other");
    Box taker = new Box("taker");
    acquaint(giver, other, taker);
    giver.has(CONTENT);
    Peer disguised =
        new Peer(other.id, other.peer.slot(), other.peer.keys(), giver.peer.addresses());

    taker.files.perform(new AgentEffect.CopyFromPeer(DIGEST, CONTENT.length, disguised));

    assertThat(taker.events.await(AgentEvent.CopyEnded.class).told())
        .isEqualTo(PeerAnswer.unreachable(other.id));
    assertThat(taker.partBytes()).isZero();
  }

  @Test
  void onlyContentsAreServedAndOnlyRead() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    giver.has(CONTENT);
    Files.writeString(giver.folders.data().resolve("secret"), "secret");

    for (String path :
        List.of(
            "/",
            "/v1/content/",
            "/v1/content/../secret",
            "/v1/content/" + DIGEST.hex() + "/../../secret",
            "/v1/content/" + DIGEST.hex() + ".part",
            "/v1/content/%2e%2e/secret",
            "/v1/content/" + Digest.ofText("another").hex(),
            "/v1/content/" + DIGEST.hex().toUpperCase(java.util.Locale.ROOT))) {
      assertThat(taker.call(giver, "GET", path, null)).as(path).isEqualTo(404);
    }
    String path = "/v1/content/" + DIGEST.hex();
    for (String method : List.of("POST", "PUT", "DELETE")) {
      assertThat(taker.call(giver, method, path, null)).as(method).isEqualTo(405);
    }
    assertThat(taker.call(giver, "GET", path, "bytes=10-")).isEqualTo(206);
    for (String range :
        List.of(
            "bytes=" + CONTENT.length + "-",
            "bytes=-5",
            "bytes=1-2",
            "bytes=99999999999999999999-",
            "lines=1-")) {
      assertThat(taker.call(giver, "GET", path, range)).as(range).isEqualTo(416);
    }
  }

  @Test
  void aPortThatIsTakenIsPassedOver() throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(0));
      AgentFolders folders = new AgentFolders(folder.resolve("next"));
      try (LanServer server = new LanServer(folders, new Box("any").tls, taken.getLocalPort())) {
        assertThat(server.port()).isNotEqualTo(taken.getLocalPort());
      }
    }
  }

  /// What the hub tells others of it stays true; the system keeps ended lines for a minute.
  @Test
  void thePortIsTheSameAfterARestartThoughAPeerHasJustBeenHere() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    try (Socket line = taker.open(giver)) {
      giver.server.close();
      ends(line);
    }

    try (LanServer next = new LanServer(giver.folders, giver.tls, giver.server.port())) {
      assertThat(next.port()).isEqualTo(giver.server.port());
    }
  }

  @Test
  void thePortIsTheSameWhenTheLastPeerIsGone() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    int port = giver.server.port();
    try (Socket line = taker.open(giver)) {
      giver.server.perform(new AgentEffect.ShareWith(List.of()));
      ends(line);
    }

    assertThat(giver.server.port()).isEqualTo(port);
    acquaint(giver, taker);
    assertThat(taker.call(giver, "HEAD", "/", null)).isEqualTo(404);
  }

  @Test
  void twoAgentsOfOneMachineShareNoPort() throws Exception {
    Box giver = new Box("giver");
    Box taker = new Box("taker");
    acquaint(giver, taker);
    try (Socket line = taker.open(giver)) {
      giver.server.perform(new AgentEffect.ShareWith(List.of()));
      ends(line);
    }

    try (LanServer other = new LanServer(taker.folders, taker.tls, giver.server.port())) {
      assertThat(other.port()).isNotEqualTo(giver.server.port());
      other.perform(new AgentEffect.ShareWith(List.of(giver.peer)));
      assertThat(other.port()).isNotEqualTo(giver.server.port());
    }
    giver.knows(giver, taker);
    assertThat(taker.call(giver, "HEAD", "/", null)).isEqualTo(404);
  }

  private static void ends(Socket line) {
    try (InputStream in = line.getInputStream()) {
      assertThat(in.read()).isEqualTo(-1);
    } catch (IOException e) {
      assertThat(line.isConnected()).isTrue();
    }
  }

  private void acquaint(Box... boxes) throws IOException {
    for (Box box : boxes) {
      box.knows(boxes);
    }
  }

  /// One device.
  private final class Box {
    final Events events = new Events();
    final AgentFolders folders;
    final LanTls tls;
    final LanServer server;
    final HubFiles files;
    final PeerQuestions questions;
    final DeviceId id;
    final Peer peer;

    private final IdentityFolder identity;

    Box(String name) throws Exception {
      this(name, false);
    }

    Box(String name, boolean isExpired) throws Exception {
      folders = new AgentFolders(folder.resolve(name));
      Files.createDirectories(folders.files());
      identity = new IdentityFolder(folders.identity());
      String name24 = "dev-000000000000000000000000";
      identity.keepEnrolled(
          isExpired
              ? ca.signExpiredDevice(identity.request(), name24)
              : ca.signDevice(identity.request(), name24),
          ca.rootKey(),
          "document");
      Digest key = SpkiPin.of(identity.load().chain().getFirst());
      id = DeviceId.ofKey(key.text().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      tls = new LanTls(identity);
      server = new LanServer(folders, tls, 20_000 + new Random().nextInt(30_000));
      files =
          new HubFiles(
              events,
              folders,
              () -> {
                throw new IOException("the hub is asked nothing");
              },
              tls,
              FetchSettings.of("https://localhost:1"));
      questions = new PeerQuestions(events, folders, tls);
      peer = new Peer(id, new Name(name), List.of(key), List.of("127.0.0.1:" + server.port()));
      open.addAll(List.of(server, files, questions));
    }

    boolean hasRunOut() throws Exception {
      return identity.load().chain().getFirst().getNotAfter().getTime()
          < System.currentTimeMillis();
    }

    java.util.Set<Digest> keys() {
      return java.util.Set.copyOf(peer.keys());
    }

    void knows(Box... boxes) throws IOException {
      List<Peer> peers = Arrays.stream(boxes).map(it -> it.peer).toList();
      java.util.Set<Digest> all = new java.util.HashSet<>();
      peers.forEach(it -> all.addAll(it.keys()));
      tls.shareWith(all);
      server.perform(new AgentEffect.ShareWith(peers));
    }

    void has(byte[] bytes) throws IOException {
      Files.write(folders.file(DIGEST), bytes);
    }

    /// What was there stays: whoever reads along sees it grow, and never gone.
    void hasPart(byte[] bytes) throws IOException {
      Files.write(
          folders.partialFile(DIGEST),
          Arrays.copyOfRange(bytes, (int) partBytes(), bytes.length),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }

    byte[] whole() throws IOException {
      return Files.readAllBytes(folders.file(DIGEST));
    }

    long partBytes() throws IOException {
      Path part = folders.partialFile(DIGEST);
      return Files.exists(part) ? Files.size(part) : 0;
    }

    AgentEffect.CopyFromPeer copyFrom(Box other) {
      return new AgentEffect.CopyFromPeer(DIGEST, CONTENT.length, other.peer);
    }

    /// A line to the other, past its handshake.
    Socket open(Box other) throws IOException {
      SSLSocket line = (SSLSocket) tls.sockets().createSocket("127.0.0.1", other.server.port());
      line.startHandshake();
      return line;
    }

    /// Gives up soon, and is asked again.
    boolean isAnswered(Box other) throws IOException {
      try (SSLSocket line =
          (SSLSocket) tls.sockets().createSocket("127.0.0.1", other.server.port())) {
        line.setSoTimeout(1_000);
        line.startHandshake();
        line.getOutputStream()
            .write(
                ("HEAD /v1/content/" + DIGEST.hex() + " HTTP/1.1\r\nHost: peer\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        byte[] begin = line.getInputStream().readNBytes(12);
        return new String(begin, StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
      } catch (SocketException | SocketTimeoutException | SSLException e) {
        LockSupport.parkNanos(AGAIN_NANOS);
        return false;
      }
    }

    int call(Box other, String method, String path, @Nullable String range) throws IOException {
      HttpsURLConnection call =
          (HttpsURLConnection)
              URI.create("https://" + other.peer.addresses().getFirst() + path)
                  .toURL()
                  .openConnection();
      call.setSSLSocketFactory(tls.sockets());
      call.setHostnameVerifier((host, session) -> true);
      call.setRequestMethod(method);
      if (range != null) {
        call.setRequestProperty("Range", range);
      }
      int status = call.getResponseCode();
      call.disconnect();
      return status;
    }
  }
}
