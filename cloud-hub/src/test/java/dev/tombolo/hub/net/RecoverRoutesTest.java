package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.RecoveryProof;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.enrol.TimeResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.SignedTime;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoverRoutesTest {
  @TempDir Path folder;
  private TestHub hub;
  private TestHub.Device device;
  private Csr next;

  @BeforeEach
  void start() throws Exception {
    hub = TestHub.start(folder);
    device = hub.newDevice(Duration.ofDays(-300));
    next = Csr.of(hub.newDevice().pair(), "CN=next");
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void whoSignsTheChallengeWithTheOldKeyGetsANewCertificate() throws Exception {
    String challenge = challenge();

    CompletableFuture<HttpResponse<String>> answer =
        postAsync("/v1/recover", proof(challenge, device.pair().getPrivate()));
    HubEvent.RecoverAsked asked = hub.await(HubEvent.RecoverAsked.class);
    hub.edge.answer(new HubEffect.RenewGranted(asked.request(), new RenewResponse("fresh")));

    assertThat(answer.get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS).body())
        .isEqualTo(Json.write(new RenewResponse("fresh")));
    assertThat(asked.certificate().device()).isEqualTo(device.id());
    assertThat(asked.certificate().serial()).isEqualTo(device.issued().serial());
    assertThat(asked.certificate().notAfterMillis() / 1000)
        .isEqualTo(device.issued().notAfterMillis() / 1000);
    assertThat(asked.key().csr()).isEqualTo(Digest.of(next.der()));
  }

  @Test
  void aSignatureByAnotherKeyProvesNothing() throws Exception {
    HttpResponse<String> answer =
        post("/v1/recover", proof(challenge(), next.signer().getPrivate()));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(refusal(answer)).isInstanceOf(Reason.RecoveryRefused.class);
    assertThat(hub.events).noneMatch(HubEvent.RecoverAsked.class::isInstance);
  }

  @Test
  void aChallengeIsForOneRequestOnly() throws Exception {
    String challenge = challenge();
    next = Csr.of(hub.newDevice().pair(), "CN=another");

    assertThat(refusal(post("/v1/recover", proof(challenge, device.pair().getPrivate()))))
        .isInstanceOf(Reason.RecoveryRefused.class);
  }

  @Test
  void aChallengeIsForOneDeviceOnly() throws Exception {
    String challenge = challenge();
    device = hub.newDevice(Duration.ofDays(-10));

    assertThat(refusal(post("/v1/recover", proof(challenge, device.pair().getPrivate()))))
        .isInstanceOf(Reason.RecoveryRefused.class);
  }

  @Test
  void anInventedChallengeIsRefused() throws Exception {
    for (String invented : new String[] {"", "AAAA", "!", "A".repeat(75), "A".repeat(4_000)}) {
      assertThat(refusal(post("/v1/recover", proof(invented, device.pair().getPrivate()))))
          .isInstanceOf(Reason.RecoveryRefused.class);
    }
  }

  @Test
  void aCertificateOfAnotherHubGetsNoChallenge() throws Exception {
    try (TestHub other = TestHub.start(folder.resolve("other"))) {
      device = other.newDevice(Duration.ofDays(-300));

      HttpResponse<String> answer = post("/v1/recover/challenge", wanted());

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(refusal(answer)).isInstanceOf(Reason.RecoveryRefused.class);
    }
  }

  @Test
  void rubbishIsRefusedInWords() throws Exception {
    assertThat(refusal(post("/v1/recover/challenge", "{}"))).isInstanceOf(Reason.Malformed.class);
    assertThat(
            refusal(
                post(
                    "/v1/recover/challenge",
                    Json.write(new ChallengeRequest("no certificate", next.pem())))))
        .isInstanceOf(Reason.RecoveryRefused.class);
    assertThat(
            refusal(
                post(
                    "/v1/recover/challenge",
                    Json.write(new ChallengeRequest(leaf(), "no request")))))
        .isInstanceOf(Reason.CsrInvalid.class);
  }

  @Test
  void whoAsksTooOftenIsToldToComeBack() throws Exception {
    HttpResponse<String> answer = post("/v1/recover/challenge", wanted());
    for (int i = 0; i < EdgeBounds.RECOVERS_PER_MINUTE && answer.statusCode() == 200; i++) {
      answer = post("/v1/recover/challenge", wanted());
    }

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void anybodyIsToldTheTimeInAWayThatOnlyThisHubCan() throws Exception {
    String nonce = "0123456789abcdef".repeat(2);

    HttpResponse<String> answer = get("/v1/time/" + nonce);

    TimeResponse time = Json.read(TimeResponse.class, answer.body(), 20_000);
    Digest root = hub.authority.rootKeyDigest();
    assertThat(SignedTime.check(time, nonce, root))
        .isEqualTo(new SignedTime.Proved(time.hubMillis()));
    assertThat(SignedTime.check(time, "f".repeat(32), root)).isInstanceOf(SignedTime.Refused.class);
  }

  @Test
  void whoAskedWhileTheHubWasYearsAheadIsAnsweredAfterItsClockWasSetBack() throws Exception {
    String nonce = "0123456789abcdef".repeat(2);
    hub.clockOffset = Duration.ofDays(3 * 365);
    assertThat(get("/v1/time/" + nonce).statusCode()).isEqualTo(200);

    hub.clockOffset = Duration.ZERO;

    assertThat(get("/v1/time/" + nonce).statusCode()).isEqualTo(200);
  }

  @Test
  void theTimeIsSignedForNonceOnly() throws Exception {
    for (String nonce : List.of("", "1", "0123456789ABCDEF".repeat(2), "0".repeat(33))) {
      assertThat(get("/v1/time/" + nonce).statusCode()).isIn(400, 404);
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client().send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  private String challenge() throws Exception {
    HttpResponse<String> answer = post("/v1/recover/challenge", wanted());
    assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
    return Json.read(ChallengeResponse.class, answer.body(), 10_000).challenge();
  }

  private String wanted() {
    return Json.write(new ChallengeRequest(leaf(), next.pem()));
  }

  private String proof(String challenge, PrivateKey by) throws Exception {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(by);
    signature.update(RecoveryProof.text(device.id(), Digest.of(next.der()), challenge));
    String signed = Base64.getEncoder().encodeToString(signature.sign());
    return Json.write(new RecoverRequest(leaf(), next.pem(), challenge, signed));
  }

  private String leaf() {
    String pem = device.issued().pem();
    String end = "-----END CERTIFICATE-----\n";
    return pem.substring(0, pem.indexOf(end) + end.length());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return postAsync(path, body).get(TestHub.WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private CompletableFuture<HttpResponse<String>> postAsync(String path, String body)
      throws Exception {
    return client()
        .sendAsync(
            request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private HttpClient client() throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(hub.tls(Optional.empty()))
        .build();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + hub.port() + path));
  }

  private static Reason refusal(HttpResponse<String> answer) throws Exception {
    return Json.read(Refusal.class, answer.body(), 100_000).reason();
  }
}
