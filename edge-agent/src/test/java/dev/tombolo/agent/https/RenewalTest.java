package dev.tombolo.agent.https;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.testing.Events;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Renewal and recovery always answer: without that they are never tried again.
class RenewalTest {
  private static final TlsSource BROKEN =
      () -> {
        throw new IllegalStateException("a bug");
      };

  private final Events events = new Events();

  @Test
  void aBugInARenewalIsAnAnswerToo() throws Exception {
    Identity identity = new Identity();

    new Renewal(events, BROKEN, identity, Optional.empty())
        .perform(new AgentEffect.Renew("https://localhost:1/v1/renew"));

    assertThat(events.await(AgentEvent.RenewalFailed.class).reason().toString()).contains("a bug");
  }

  @Test
  void aBugInARecoveryIsAnAnswerToo() throws Exception {
    Identity identity = new Identity();

    new Recovery(events, BROKEN, identity, Optional.empty())
        .perform(new AgentEffect.Recover("https://localhost:1"));

    assertThat(events.await(AgentEvent.RenewalFailed.class).reason().toString()).contains("a bug");
  }

  private static final class Identity implements Renewal.NextIdentity, Recovery.OldIdentity {
    @Override
    public String certificate() {
      return "certificate";
    }

    @Override
    public String request() {
      return "request";
    }

    @Override
    public String sign(String challenge) {
      return "signature";
    }

    @Override
    public CertificateLife keep(String chainPem) {
      return new CertificateLife(0, 1);
    }

    @Override
    public List<X509Certificate> roots() {
      return List.of();
    }
  }
}
