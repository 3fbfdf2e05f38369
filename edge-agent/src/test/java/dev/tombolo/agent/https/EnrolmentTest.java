package dev.tombolo.agent.https;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.RecoveryProof;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class EnrolmentTest {
  private static final String DEVICE = "dev-000000000000000000000000";

  @TempDir Path temp;
  private final Enrolment enrolment = new Enrolment(Optional.empty());
  private TestCa ca;
  private IdentityFolder identity;
  private AutoCloseable open = () -> {};

  @BeforeEach
  void make() throws IOException {
    ca = TestCa.create(temp.resolve("ca"));
    identity = new IdentityFolder(temp.resolve("identity"));
  }

  @AfterEach
  void close() throws Exception {
    open.close();
  }

  private FileHub hub(TestCa authority, Function<FileHub.Request, FileHub.Answer> answers)
      throws Exception {
    FileHub made = new FileHub(authority.server(), answers);
    open = made;
    return made;
  }

  private static FileHub.Answer json(int status, Object body) {
    return FileHub.Answer.of(status, "", Json.write(body).getBytes(StandardCharsets.UTF_8));
  }

  private EnrolResponse response(String requestPem) {
    try {
      return new EnrolResponse(
          new DeviceId(DEVICE),
          new Name("shops"),
          new Name("store-1"),
          new Name("counter-1"),
          ca.signDevice(requestPem, DEVICE),
          "document",
          new History(1, "h"),
          List.of("wss://localhost:8443/mqtt"),
          "https://localhost:8443");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private EnrolOutcome enrol(FileHub at) throws Exception {
    EnrolRequest request = new EnrolRequest("tmb1_x", identity.request(), Map.of("os", "linux"));
    return enrolment.call(
        at.endpoint(), HubTls.pinned(ca.rootKey(), System::currentTimeMillis), request);
  }

  private static <T> T read(Class<T> type, FileHub.Request request) {
    try {
      return Json.read(type, request.body(), 16 * 1024);
    } catch (dev.tombolo.protocol.codec.MalformedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void joinsTheHubOfTheToken() throws Exception {
    FileHub small =
        hub(ca, request -> json(200, response(read(EnrolRequest.class, request).csr())));

    EnrolOutcome outcome = enrol(small);

    assertThat(small.requests().getFirst().head()).startsWith("POST /v1/enroll HTTP/1.1\r\n");
    assertThat(outcome)
        .isInstanceOfSatisfying(
            EnrolOutcome.Enrolled.class,
            enrolled -> assertThat(enrolled.response().device().text()).isEqualTo(DEVICE));
  }

  @Test
  void anotherHubGetsNeitherTokenNorRequest() throws Exception {
    TestCa stranger = TestCa.create(temp.resolve("stranger"));
    FileHub small = hub(stranger, request -> json(200, response(identityRequest())));

    EnrolOutcome outcome = enrol(small);

    assertThat(outcome)
        .isEqualTo(
            new EnrolOutcome.NotReached(
                new Reason.PinMismatch(ca.rootKey().text(), stranger.rootKey().text())));
    assertThat(small.requests()).isEmpty();
  }

  private String identityRequest() {
    try {
      return identity.request();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRefusalIsHandedOn() throws Exception {
    Refusal refusal = new Refusal(new Reason.TokenUsed("0123", 1), "the token is used up");
    FileHub small = hub(ca, request -> json(403, refusal));

    assertThat(enrol(small)).isEqualTo(new EnrolOutcome.Refused(403, refusal, 0));
  }

  @Test
  void aLostAnswerIsAskedForAgainWithTheSameKey() throws Exception {
    FileHub small =
        hub(
            ca,
            request -> {
              FileHub.Answer answer = json(200, response(read(EnrolRequest.class, request).csr()));
              return answer.cut(0);
            });
    assertThat(enrol(small)).isInstanceOf(EnrolOutcome.NotReached.class);
    identity = new IdentityFolder(temp.resolve("identity"));
    assertThat(enrol(small)).isInstanceOf(EnrolOutcome.NotReached.class);

    assertThat(small.requests().stream().map(request -> read(EnrolRequest.class, request).csr()))
        .hasSizeGreaterThanOrEqualTo(2)
        .containsOnly(identity.request());
  }

  @Test
  void aCertificateIsRenewedWithANewKey() throws Exception {
    String first = identity.request();
    identity.keepEnrolled(ca.signDevice(first, DEVICE), ca.rootKey(), "document");
    FileHub small =
        hub(
            ca,
            request ->
                json(
                    200,
                    new RenewResponse(
                        response(read(RenewRequest.class, request).csr()).certificate())));
    Events events = new Events();

    renewal(events).perform(new AgentEffect.Renew(small.url() + "/v1/renew"));

    AgentEvent.RenewalFinished finished = events.await(AgentEvent.RenewalFinished.class);
    assertThat(finished.life()).isEqualTo(identity.load().life());
    assertThat(identity.request()).isNotEqualTo(first);
    assertThat(small.requests().getFirst().head()).startsWith("POST /v1/renew HTTP/1.1\r\n");
  }

  @Test
  void aRenewalThatIsRefusedKeepsTheOldIdentity() throws Exception {
    String first = identity.request();
    identity.keepEnrolled(ca.signDevice(first, DEVICE), ca.rootKey(), "document");
    Reason revoked = new Reason.DeviceRevoked(DEVICE);
    FileHub small = hub(ca, request -> json(403, new Refusal(revoked, "revoked")));
    Events events = new Events();

    renewal(events).perform(new AgentEffect.Renew(small.url() + "/v1/renew"));

    assertThat(events.await(AgentEvent.RenewalFailed.class))
        .isEqualTo(new AgentEvent.RenewalFailed(revoked, 0));
    assertThat(identity.request()).isEqualTo(first);
  }

  @Test
  void aCertificateThatRanOutIsRecoveredBySigningTheHubsChallenge() throws Exception {
    String first = identity.request();
    identity.keepEnrolled(ca.signDevice(first, DEVICE), ca.rootKey(), "document");
    PublicKey old = identity.load().chain().getFirst().getPublicKey();
    DeviceId device = identity.load().device();
    FileHub small =
        hub(
            ca,
            request -> {
              if (request.head().startsWith("POST /v1/recover/challenge ")) {
                assertThat(read(ChallengeRequest.class, request).certificate())
                    .isEqualTo(unchecked(identity::certificate));
                return json(200, new ChallengeResponse("once", 120));
              }
              RecoverRequest proof = read(RecoverRequest.class, request);
              assertThat(isSigned(old, device, proof)).isTrue();
              return json(200, new RenewResponse(response(proof.csr()).certificate()));
            });
    Events events = new Events();

    recovery(events).perform(new AgentEffect.Recover(small.url()));

    AgentEvent.RenewalFinished finished = events.await(AgentEvent.RenewalFinished.class);
    assertThat(finished.life()).isEqualTo(identity.load().life());
    assertThat(identity.request()).isNotEqualTo(first);
  }

  @Test
  void aRefusedRecoveryKeepsTheOldIdentity() throws Exception {
    String first = identity.request();
    identity.keepEnrolled(ca.signDevice(first, DEVICE), ca.rootKey(), "document");
    Reason needed = new Reason.ApprovalNeeded(DEVICE, "away too long");
    FileHub small = hub(ca, request -> json(403, new Refusal(needed, "wait")));
    Events events = new Events();

    recovery(events).perform(new AgentEffect.Recover(small.url()));

    assertThat(events.await(AgentEvent.RenewalFailed.class))
        .isEqualTo(new AgentEvent.RenewalFailed(needed, 0));
    assertThat(identity.request()).isEqualTo(first);
  }

  private static boolean isSigned(PublicKey key, DeviceId device, RecoverRequest proof) {
    try {
      byte[] csr =
          Base64.getMimeDecoder().decode(proof.csr().replaceAll("-----[A-Z ]+-----", "").strip());
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initVerify(key);
      signature.update(RecoveryProof.text(device, Digest.of(csr), proof.challenge()));
      return signature.verify(Base64.getDecoder().decode(proof.signature()));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T unchecked(Callable<T> call) {
    try {
      return call.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Recovery recovery(Events events) {
    return new Recovery(
        events,
        () -> HubTls.unidentified(identity, System::currentTimeMillis),
        new Recovery.OldIdentity() {
          @Override
          public String certificate() throws IOException {
            return identity.certificate();
          }

          @Override
          public String request() throws IOException {
            return identity.nextRequest();
          }

          @Override
          public String sign(String challenge) throws IOException {
            return identity.prove(challenge);
          }

          @Override
          public CertificateLife keep(String chainPem) throws IOException, RefusedException {
            identity.keepRenewed(chainPem);
            return identity.load().life();
          }

          @Override
          public List<X509Certificate> roots() throws IOException {
            return identity.load().roots();
          }
        },
        Optional.empty());
  }

  private Renewal renewal(Events events) {
    return new Renewal(
        events,
        () -> HubTls.mutual(identity, System::currentTimeMillis),
        new Renewal.NextIdentity() {
          @Override
          public String request() throws IOException {
            return identity.nextRequest();
          }

          @Override
          public CertificateLife keep(String chainPem) throws IOException, RefusedException {
            identity.keepRenewed(chainPem);
            return identity.load().life();
          }

          @Override
          public List<X509Certificate> roots() throws IOException {
            return identity.load().roots();
          }
        },
        Optional.empty());
  }
}
