package dev.tombolo.agent.x509;

import dev.tombolo.agent.core.HubClock;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// Trusts servers whose chain leads to the hub's root, which is known either as a certificate or by
/// the hash of its key. Not an X509ExtendedTrustManager on purpose: for a plain one the JDK itself
/// adds the check of the host name.
final class HubTrust implements X509TrustManager {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final X509Certificate[] NO_ISSUERS = {};

  private final Digest rootKey;
  private final @Nullable X509Certificate root;
  private final @Nullable HubClock clock;

  private HubTrust(Digest rootKey, @Nullable X509Certificate root, @Nullable HubClock clock) {
    this.rootKey = rootKey;
    this.root = root;
    this.clock = clock;
  }

  static HubTrust pinned(Digest rootKey, HubClock clock) {
    return new HubTrust(rootKey, null, clock);
  }

  static HubTrust stored(X509Certificate root, HubClock clock) {
    return new HubTrust(Chains.keyDigest(root), root, clock);
  }

  /// Whatever the certificate's dates are.
  static HubTrust dateless(Digest rootKey) {
    return new HubTrust(rootKey, null, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] shown, String authType)
      throws CertificateException {
    List<X509Certificate> chain = List.of(shown);
    try {
      X509Certificate anchor = root != null ? root : Chains.rootWith(rootKey, chain);
      checkDates(Chains.verify(chain, anchor));
    } catch (RefusedException e) {
      throw new CertificateException("the hub is not the one that the join token names", e);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("the hub's certificate is not trusted: " + e.getMessage(), e);
    }
    List<String> usages = chain.getFirst().getExtendedKeyUsage();
    if (usages == null || !usages.contains(SERVER_AUTH)) {
      throw new CertificateException("the certificate shown is not one for a server");
    }
  }

  private void checkDates(Chains.Dates dates) throws CertificateException {
    if (clock == null) {
      return;
    }
    long now = clock.nowMillis();
    if (!dates.contain(now)) {
      clock.doubted();
      Reason reason = new Reason.HubCertificateDates(dates.fromMillis(), dates.untilMillis(), now);
      throw new CertificateException(
          "the hub's certificate is not good now", new RefusedException(reason));
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] shown, String authType)
      throws CertificateException {
    throw new CertificateException("the agent serves nobody over this context");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NO_ISSUERS;
  }
}
