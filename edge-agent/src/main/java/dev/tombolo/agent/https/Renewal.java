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
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// `POST /v1/renew`: asks for the next certificate and has it kept. Each call runs on a thread of
/// its own.
public final class Renewal {
  private static final System.Logger LOG = System.getLogger(Renewal.class.getName());
  private static final long STACK_BYTES = 192 * 1024;

  private final AgentInbox inbox;
  private final TlsSource tls;
  private final NextIdentity identity;
  private final Optional<InetSocketAddress> proxy;

  public Renewal(
      AgentInbox inbox, TlsSource tls, NextIdentity identity, Optional<InetSocketAddress> proxy) {
    this.inbox = inbox;
    this.tls = tls;
    this.identity = identity;
    this.proxy = proxy;
  }

  /// The part of the identity folder that a renewal needs.
  public interface NextIdentity {
    /// The request for the next certificate, PEM; on the disk before it is returned.
    String request() throws IOException;

    /// Keeps the certificate answered.
    ///
    /// @return how long it is good
    CertificateLife keep(String chainPem) throws IOException, RefusedException;

    /// The hub's CA certificates that are trusted by now.
    List<X509Certificate> roots() throws IOException;
  }

  public void perform(AgentEffect.Renew effect) {
    Thread thread = new Thread(null, () -> inbox.offer(renew(effect.url())), "renew", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
  }

  AgentEvent renew(String url) {
    try {
      HttpURLConnection connection = HubConnection.open(URI.create(url), tls.sockets(), proxy);
      String answer =
          HubConnection.post(connection, Json.write(new RenewRequest(identity.request())));
      RenewResponse response = Json.read(RenewResponse.class, answer, Limits.SECTION_BYTES_MAX);
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
      LOG.log(System.Logger.Level.WARNING, "renewal", e);
      return new AgentEvent.RenewalFailed(new Reason.IoFailed("renewal", e.toString()), 0);
    }
  }
}
