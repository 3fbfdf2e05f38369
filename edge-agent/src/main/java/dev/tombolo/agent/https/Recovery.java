package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// `POST /v1/recover`: gets a new certificate for a device whose own has run out, by signing the
/// hub's challenge with the key it still has. Each call runs on a thread of its own.
public final class Recovery {
  private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
  private static final long STACK_BYTES = 192 * 1024;

  private final AgentInbox inbox;
  private final TlsSource tls;
  private final OldIdentity identity;
  private final Optional<InetSocketAddress> proxy;

  /// @param tls shows no certificate
  public Recovery(
      AgentInbox inbox, TlsSource tls, OldIdentity identity, Optional<InetSocketAddress> proxy) {
    this.inbox = inbox;
    this.tls = tls;
    this.identity = identity;
    this.proxy = proxy;
  }

  /// The part of the identity folder that a recovery needs.
  public interface OldIdentity {
    /// The certificate that has run out, PEM, leaf only.
    String certificate() throws IOException;

    /// The request for the next certificate, PEM; on the disk before it is returned.
    String request() throws IOException;

    /// Base64 of the signature over [dev.tombolo.protocol.enrol.RecoveryProof#text].
    String sign(String challenge) throws IOException;

    /// Keeps the certificate answered.
    ///
    /// @return how long it is good
    CertificateLife keep(String chainPem) throws IOException, RefusedException;

    /// The hub's CA certificates that are trusted by now.
    List<X509Certificate> roots() throws IOException;
  }

  public void perform(AgentEffect.Recover effect) {
    Thread thread =
        new Thread(null, () -> inbox.offer(recover(effect.url())), "recover", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
  }

  AgentEvent recover(String url) {
    try {
      String certificate = identity.certificate();
      String csr = identity.request();
      ChallengeResponse challenge =
          Json.read(
              ChallengeResponse.class,
              post(url + "/v1/recover/challenge", new ChallengeRequest(certificate, csr)),
              Limits.ENROL_BODY_BYTES_MAX);
      RecoverRequest proof =
          new RecoverRequest(
              certificate, csr, challenge.challenge(), identity.sign(challenge.challenge()));
      RenewResponse response =
          Json.read(
              RenewResponse.class, post(url + "/v1/recover", proof), Limits.SECTION_BYTES_MAX);
      CertificateLife life = identity.keep(response.certificate());
      return new AgentEvent.RenewalFinished(life, identity.roots());
    } catch (HubRefusalException e) {
      return new AgentEvent.RenewalFailed(e.refusal().reason(), e.retryAfterSeconds());
    } catch (RefusedException e) {
      return new AgentEvent.RenewalFailed(e.reason(), 0);
    } catch (MalformedException e) {
      return new AgentEvent.RenewalFailed(e.reason(), 0);
    } catch (IllegalArgumentException e) {
      return new AgentEvent.RenewalFailed(new Reason.InputInvalid("url", url, "an https URL"), 0);
    } catch (IOException e) {
      return new AgentEvent.RenewalFailed(HubConnection.reasonOf(e), 0);
    } catch (RuntimeException e) {
      // A bug, or a damaged identity: without an answer it would never be tried again.
      LOG.log(System.Logger.Level.WARNING, "recovery", e);
      return new AgentEvent.RenewalFailed(new Reason.IoFailed("recovery", e.toString()), 0);
    }
  }

  private String post(String url, Object body) throws IOException, HubRefusalException {
    return HubConnection.post(
        HubConnection.open(URI.create(url), tls.sockets(), proxy), Json.write(body));
  }
}
