package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import dev.tombolo.protocol.token.TokenSecret;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRoutesTest {
  private static final byte[] CONTENT = new byte[300_000];

  @TempDir static Path folder;
  private static TestHub hub;
  private static Digest file;

  @BeforeAll
  static void start() throws Exception {
    new Random(1).nextBytes(CONTENT);
    hub = TestHub.start(folder);
    file = Digest.of(CONTENT);
    Files.write(hub.files.resolve(file.hex()), CONTENT);
    Files.createDirectories(folder.resolve("share/packages"));
    Files.writeString(folder.resolve("share/install.sh"), "#!/bin/sh\n");
    Files.write(folder.resolve("share/packages/agent.tar.gz"), CONTENT);
    Files.createSymbolicLink(
        folder.resolve("share/packages/link"), folder.resolve("ca/root-key.pem"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  @BeforeEach
  void forgetEarlierEvents() {
    hub.events.clear();
    hub.readable.clear();
  }

  @Test
  void whoAsksForMqttWithoutAWebSocketIsToldToUpgrade() throws Exception {
    HttpResponse<String> answer = get("/mqtt");

    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.headers().firstValue("Upgrade")).contains("websocket");
    assertThat(answer.headers().firstValue("Sec-WebSocket-Version")).contains("13");
    assertThat(answer.headers().allValues("Connection"))
        .anyMatch("upgrade"::equalsIgnoreCase)
        .contains("close");
  }

  @Test
  void anybodyMayAskForHealthAndTheRoot() throws Exception {
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
    assertThat(get("/v1/ca.pem").body()).isEqualTo(hub.authority.rootPem());
  }

  @Test
  void anybodyMayHaveTheInstallerAndItsPackages() throws Exception {
    assertThat(get("/install.sh").body()).isEqualTo("#!/bin/sh\n");
    assertThat(bytes(stranger(), "/packages/agent.tar.gz").body()).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/packages/link",
        "/packages/../install.sh",
        "/packages/%2e%2e%2finstall.sh",
        "/packages/",
        "/packages/.hidden",
        "/packages/none",
        "/v1/files/abc",
        "/",
        "/etc/passwd"
      })
  void nothingElseIsThere(String path) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(refusal(answer)).isInstanceOf(Reason.NotFound.class);
  }

  @Test
  void wrongMethodIsToldSo() throws Exception {
    assertThat(get("/v1/enroll").statusCode()).isEqualTo(405);
    assertThat(post(stranger(), "/healthz", "{}").statusCode()).isEqualTo(405);
  }

  @Test
  void enrolmentIsPassedOnWithItsKeyAndAnswered() throws Exception {
    TestHub.Device device = hub.newDevice();
    Csr csr = Csr.of(device.pair(), "O=system:masters");
    CompletableFuture<HttpResponse<String>> answer = postAsync("/v1/enroll", enrolment(csr.pem()));
    HubEvent.EnrolAsked asked = hub.await(HubEvent.EnrolAsked.class);
    assertThat(asked.key().spkiDer()).isEqualTo(device.pair().getPublic().getEncoded());
    assertThat(asked.token()).isEqualTo(token());
    EnrolResponse granted =
        new EnrolResponse(
            device.id(),
            new Name("retail"),
            new Name("store-1"),
            new Name("counter-1"),
            "certificate",
            "document",
            new History(1, "h"),
            List.of("wss://hub:1/mqtt"),
            "https://hub:1");

    hub.edge.answer(new HubEffect.EnrolGranted(asked.request(), granted));

    HttpResponse<String> got = answer.get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(Json.read(EnrolResponse.class, got.body(), 100_000)).isEqualTo(granted);
  }

  @Test
  void refusedEnrolmentHasTheStatusThatFits() throws Exception {
    Map<Reason, Integer> expected =
        Map.of(
            new Reason.TokenUnknown("t"), 401,
            new Reason.TokenExpired("t", 1), 403,
            new Reason.TokenUsed("t", 1), 403,
            new Reason.TokenOtherKey("t"), 403,
            new Reason.SlotTaken("a/b", "d"), 409,
            new Reason.Busy(5), 503);
    String body = enrolment(Csr.of(hub.newDevice().pair(), "CN=x").pem());
    for (Map.Entry<Reason, Integer> each : expected.entrySet()) {
      CompletableFuture<HttpResponse<String>> answer = postAsync("/v1/enroll", body);
      HubEvent.EnrolAsked asked = hub.await(HubEvent.EnrolAsked.class);

      hub.edge.answer(new HubEffect.RequestRefused(asked.request(), each.getKey()));

      HttpResponse<String> got = answer.get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(got.statusCode()).isEqualTo(each.getValue());
      assertThat(refusal(got)).isEqualTo(each.getKey());
      assertThat(got.headers().firstValue("Retry-After").isPresent())
          .isEqualTo(each.getKey() instanceof Reason.Busy);
    }
  }

  @Test
  void badEnrolmentsAreRefusedAtOnce() throws Exception {
    Csr good = Csr.of(hub.newDevice().pair(), "CN=x");
    Csr forged = good.withKeyOf(hub.newDevice().pair());

    assertThat(refusal(post(stranger(), "/v1/enroll", "{"))).isInstanceOf(Reason.Malformed.class);
    assertThat(refusal(post(stranger(), "/v1/enroll", enrolment(forged.pem()))))
        .isEqualTo(new Reason.CsrInvalid("its signature was not made with its key"));
    assertThat(refusal(post(stranger(), "/v1/enroll", enrolment("hello"))))
        .isInstanceOf(Reason.CsrInvalid.class);
    String garbled =
        Json.write(new EnrolRequest(tokenText().replace("tmb1_0", "tmb1_1"), good.pem(), Map.of()));
    assertThat(refusal(post(stranger(), "/v1/enroll", garbled)))
        .isInstanceOf(Reason.TokenGarbled.class);
    assertThat(hub.events).noneMatch(HubEvent.EnrolAsked.class::isInstance);
  }

  @Test
  void bodyAboveTheBoundIsRefusedByItsName() throws Exception {
    String body = "x".repeat(Limits.ENROL_BODY_BYTES_MAX + 1);

    HttpResponse<String> answer = post(stranger(), "/v1/enroll", body);

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(refusal(answer))
        .isEqualTo(
            new Reason.LimitExceeded(
                "bodyBytes", Limits.ENROL_BODY_BYTES_MAX, Limits.ENROL_BODY_BYTES_MAX + 1L));
  }

  @Test
  void renewalNeedsACertificateThatIsServed() throws Exception {
    TestHub.Device device = hub.newDevice();
    String body = Json.write(new RenewRequest(Csr.of(device.pair(), "CN=x").pem()));
    assertThat(post(stranger(), "/v1/renew", body).statusCode()).isEqualTo(401);
    CompletableFuture<HttpResponse<String>> answer =
        as(device)
            .sendAsync(
                request("/v1/renew").POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    HubEvent.RenewAsked asked = hub.await(HubEvent.RenewAsked.class);
    assertThat(asked.device()).isEqualTo(device.id());
    assertThat(asked.presented()).isEqualTo(device.issued().serial());

    hub.edge.answer(new HubEffect.RenewGranted(asked.request(), new RenewResponse("pem")));

    assertThat(answer.get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS).body()).contains("pem");
  }

  @Test
  void fullInboxTellsToComeBackLater() throws Exception {
    hub.isFull = true;
    try {
      HttpResponse<String> answer =
          post(stranger(), "/v1/enroll", enrolment(Csr.of(hub.newDevice().pair(), "CN=x").pem()));

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    } finally {
      hub.isFull = false;
    }
  }

  @Test
  void fileIsForDevicesThatMayReadIt() throws Exception {
    TestHub.Device device = hub.newDevice();
    String path = "/v1/files/" + file.hex();
    assertThat(bytes(stranger(), path).statusCode()).isEqualTo(401);
    assertThat(bytes(as(device), path).statusCode()).isEqualTo(403);
    hub.readable.add(file);

    HttpResponse<byte[]> answer = bytes(as(device), path);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(CONTENT);
    assertThat(answer.headers().firstValue("ETag")).contains('"' + file.hex() + '"');
    hub.revoked.add(device.issued().serial());
    assertThat(bytes(as(device), path).statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 206, 0, 1",
    "bytes=100-199, 206, 100, 200",
    "bytes=299999-, 206, 299999, 300000",
    "bytes=299000-999999, 206, 299000, 300000",
    "bytes=-10, 206, 299990, 300000",
    "bytes=-999999, 206, 0, 300000",
    "bytes=300000-, 416, 0, 0",
    "bytes=-0, 416, 0, 0",
    "'bytes=0-1,5-6', 200, 0, 300000",
    "bytes=5-1, 200, 0, 300000",
    "lines=1-2, 200, 0, 300000"
  })
  void rangeIsWhatWasAskedFor(String range, int status, int from, int to) throws Exception {
    hub.readable.add(file);
    HttpResponse<byte[]> answer =
        as(hub.newDevice())
            .send(
                request("/v1/files/" + file.hex()).header("Range", range).build(),
                HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(CONTENT, from, to));
    if (status == 206) {
      assertThat(answer.headers().firstValue("Content-Range"))
          .contains("bytes " + from + "-" + (to - 1) + "/300000");
    } else if (status == 416) {
      assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */300000");
    }
  }

  /// Sparse on the disk.
  @Test
  void rangesReachBeyondTwoGibibytes() throws Exception {
    long size = 5L << 30;
    Digest large = Digest.ofText("5 GiB");
    Path path = hub.files.resolve(large.hex());
    byte[] last = Arrays.copyOf(CONTENT, 1_000);
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.seek((1L << 31) - 500);
      sparse.write(last);
      sparse.seek(size - last.length);
      sparse.write(last);
    }
    hub.readable.add(large);
    TestHub.Device device = hub.newDevice();
    for (long from : List.of((1L << 31) - 500, size - last.length)) {
      long to = from + last.length - 1;
      HttpResponse<byte[]> answer =
          as(device)
              .send(
                  request("/v1/files/" + large.hex())
                      .header("Range", "bytes=" + from + "-" + to)
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());

      assertThat(answer.body()).isEqualTo(last);
      assertThat(answer.headers().firstValue("Content-Range"))
          .contains("bytes " + from + "-" + to + "/" + size);
    }
    Files.delete(path);
  }

  /// Bytes are counted, and time is only what they are divided by: a slow machine makes them fewer.
  @Test
  void devicesOfOneSiteTogetherKeepToItsBound() throws Exception {
    hub.readable.add(file);
    List<TestHub.Device> devices = List.of(hub.newDevice(), hub.newDevice());
    for (TestHub.Device device : devices) {
      hub.lines.put(device.id(), SiteLaneTest.line("store-1", "00:00-24:00 2Mbit/s"));
    }
    List<HttpClient> clients = List.of(as(devices.get(0)), as(devices.get(1)));
    HttpRequest asked = request("/v1/files/" + file.hex()).build();

    for (HttpClient client : clients) {
      client.send(request("/healthz").build(), HttpResponse.BodyHandlers.discarding());
    }
    long began = System.nanoTime();
    List<CompletableFuture<HttpResponse<byte[]>>> answers =
        clients.stream()
            .map(it -> it.sendAsync(asked, HttpResponse.BodyHandlers.ofByteArray()))
            .toList();
    for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
      assertThat(answer.get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS).body()).isEqualTo(CONTENT);
    }
    double seconds = (System.nanoTime() - began) / 1e9;

    double atOnce = 250_000 * SiteLane.CREDIT_MILLIS / 1e3 + 2 * EdgeBounds.FILE_CHUNK_BYTES;
    assertThat(2.0 * CONTENT.length).isLessThanOrEqualTo(250_000 * seconds * 1.1 + atOnce);
  }

  /// At the old bound, what is left would take more than half a minute.
  @Test
  void aBoundThatIsLiftedHoldsADownloadNoLonger() throws Exception {
    hub.readable.add(file);
    TestHub.Device device = hub.newDevice();
    hub.lines.put(device.id(), SiteLaneTest.line("store-2", "00:00-24:00 64kbit/s"));
    HttpResponse<InputStream> answer =
        as(device)
            .send(
                request("/v1/files/" + file.hex()).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = answer.body()) {
      assertThat(body.read()).isEqualTo(CONTENT[0] & 0xff);

      hub.lines.remove(device.id());

      byte[] rest =
          CompletableFuture.supplyAsync(() -> readAll(body))
              .get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS);
      assertThat(rest).isEqualTo(Arrays.copyOfRange(CONTENT, 1, CONTENT.length));
    }
  }

  private static byte[] readAll(InputStream body) {
    try {
      return body.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void partOfAnotherFileIsNeverSent() throws Exception {
    hub.readable.add(file);
    HttpRequest.Builder asked = request("/v1/files/" + file.hex()).header("Range", "bytes=5-");

    HttpResponse<byte[]> other =
        as(hub.newDevice())
            .send(
                asked.copy().header("If-Range", "\"another\"").build(),
                HttpResponse.BodyHandlers.ofByteArray());
    HttpResponse<byte[]> same =
        as(hub.newDevice())
            .send(
                asked.copy().header("If-Range", '"' + file.hex() + '"').build(),
                HttpResponse.BodyHandlers.ofByteArray());

    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(same.statusCode()).isEqualTo(206);
  }

  /// A name is one content, for ever; and who may have it is this hub's to say each time somebody
  /// else asks.
  @Test
  void contentsMayBeKeptByWhoeverMayReadThem() throws Exception {
    hub.readable.add(file);

    HttpResponse<byte[]> answer = bytes(as(hub.newDevice()), "/v1/files/" + file.hex());

    assertThat(answer.headers().firstValue("Cache-Control"))
        .contains("private, max-age=31536000, immutable");
    assertThat(bytes(stranger(), "/install.sh").headers().firstValue("Cache-Control"))
        .contains("no-cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"FILE\"", "W/\"FILE\"", "\"another\", \"FILE\"", "*"})
  void whatIsThereAlreadyIsNotSentAgain(String tags) throws Exception {
    hub.readable.add(file);

    HttpResponse<byte[]> answer = askedWith("If-None-Match", tags.replace("FILE", file.hex()));

    assertThat(answer.statusCode()).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("ETag")).contains('"' + file.hex() + '"');
    assertThat(answer.headers().firstValue("Cache-Control")).isPresent();
  }

  @Test
  void anotherContentIsNoneOfIt() throws Exception {
    hub.readable.add(file);

    assertThat(askedWith("If-None-Match", "\"another\"").statusCode()).isEqualTo(206);
  }

  @Test
  void whoMayNotReadItIsNotToldThatItIsTheSame() throws Exception {
    assertThat(askedWith("If-None-Match", "*").statusCode()).isEqualTo(403);
  }

  /// The condition comes before the range (RFC 9110 s. 13.2.2).
  private HttpResponse<byte[]> askedWith(String header, String value) throws Exception {
    return as(hub.newDevice())
        .send(
            request("/v1/files/" + file.hex())
                .header("Range", "bytes=5-")
                .header(header, value)
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void headTellsTheLengthOnly() throws Exception {
    hub.readable.add(file);
    HttpResponse<byte[]> answer =
        as(hub.newDevice())
            .send(
                request("/v1/files/" + file.hex()).HEAD().build(),
                HttpResponse.BodyHandlers.ofByteArray());

    assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(CONTENT.length);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void endlessHeaderIsRefused() throws Exception {
    HttpResponse<String> answer =
        stranger()
            .send(
                request("/healthz").header("X-Long", "x".repeat(20_000)).build(),
                HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(431);
  }

  // ---- small words

  @Test
  void whoShowsNoCertificateKeepsNoLine() throws Exception {
    try (HttpClient stranger = stranger();
        HttpClient device = as(hub.newDevice())) {
      assertThat(bytes(stranger, "/healthz").headers().firstValue("connection")).contains("close");
      assertThat(bytes(device, "/healthz").headers().firstValue("connection"))
          .contains("keep-alive");
    }
  }

  @Test
  void bundleIsOfferedAndGivenToWhoMayHaveBothEnds() throws Exception {
    Digest target = Digest.ofText("target");
    Digest base = Digest.ofText("base");
    Digest bundle = Digest.ofText("bundle");
    BundlePair pair =
        new BundlePair(new BundlePair.Side(target, 0), Optional.of(new BundlePair.Side(base, 1)));
    hub.bundles.offers.put(
        pair, new BundleDesk.Offer.Made(new BundleOffer(bundle, CONTENT.length)));
    hub.bundles.files.put(bundle, hub.files.resolve(file.hex()));
    String question = "/v1/bundles/for/" + target.hex() + ".0/" + base.hex() + ".1";
    String answer = "/v1/bundles/" + bundle.hex();
    HttpClient device = as(hub.newDevice());

    assertThat(bytes(stranger(), question).statusCode()).isEqualTo(401);
    assertThat(bytes(stranger(), answer).statusCode()).isEqualTo(401);
    hub.readable.add(target);
    assertThat(bytes(device, question).statusCode()).isEqualTo(403);
    assertThat(bytes(device, answer).statusCode()).isEqualTo(403);
    hub.readable.add(base);
    HttpResponse<byte[]> offered = bytes(device, question);
    assertThat(Json.read(BundleOffer.class, offered.body(), 1_000))
        .isEqualTo(new BundleOffer(bundle, CONTENT.length));
    HttpResponse<byte[]> part =
        device.send(
            request(answer)
                .header("Range", "bytes=7-")
                .header("If-Range", '"' + bundle.hex() + '"')
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo(Arrays.copyOfRange(CONTENT, 7, CONTENT.length));
    assertThat(part.headers().firstValue("ETag")).contains('"' + bundle.hex() + '"');
  }

  @Test
  void bundleToComeIsLaterAndOneThatIsNotIsNot() throws Exception {
    Digest target = Digest.ofText("another target");
    hub.readable.add(target);
    String question = "/v1/bundles/for/" + target.hex() + ".0";
    HttpClient device = as(hub.newDevice());

    assertThat(bytes(device, question).statusCode()).isEqualTo(404);
    hub.bundles.offers.put(
        BundlePair.fromNothing(new BundlePair.Side(target, 0)), new BundleDesk.Offer.Awaited(7));
    HttpResponse<byte[]> later = bytes(device, question);
    assertThat(later.statusCode()).isEqualTo(503);
    assertThat(later.headers().firstValue("Retry-After")).contains("7");
    assertThat(bytes(device, "/v1/bundles/" + target.hex()).statusCode()).isEqualTo(404);
  }

  private static HttpClient stranger() throws GeneralSecurityException, IOException {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(hub.tls(Optional.empty()))
        .build();
  }

  private static HttpClient as(TestHub.Device device) throws GeneralSecurityException, IOException {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(hub.tls(Optional.of(device)))
        .build();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + hub.port() + path));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return stranger().send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<byte[]> bytes(HttpClient client, String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static HttpResponse<String> post(HttpClient client, String path, String body)
      throws Exception {
    return client.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static CompletableFuture<HttpResponse<String>> postAsync(String path, String body)
      throws Exception {
    return stranger()
        .sendAsync(
            request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static Reason refusal(HttpResponse<String> answer) throws Exception {
    return Json.read(Refusal.class, answer.body(), 100_000).reason();
  }

  private static String enrolment(String csr) {
    return Json.write(new EnrolRequest(tokenText(), csr, Map.of("host", "shop")));
  }

  private static String tokenText() {
    return JoinTokenCodec.encode(token());
  }

  private static JoinToken token() {
    return new JoinToken(
        "0123456789abcdef",
        new TokenSecret("0123456789abcdefghij".getBytes(StandardCharsets.US_ASCII)),
        hub.authority.rootKeyDigest(),
        Digest.ofText("publisher"),
        2_000_000_000L,
        List.of("localhost:8443"));
  }
}
