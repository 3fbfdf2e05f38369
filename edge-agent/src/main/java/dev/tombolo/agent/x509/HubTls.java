package dev.tombolo.agent.x509;

import dev.tombolo.agent.core.HubClock;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// Makes the TLS 1.3 sockets by which the agent talks to its hub. A new one is made after enrolment
/// and after every renewal, so that no cached session shows an old certificate.
public final class HubTls {
  private HubTls() {}

  /// For enrolment: no certificate of ours, the hub's root known by its key's hash.
  public static SSLSocketFactory pinned(Digest rootKey, HubClock clock) {
    return factory(null, HubTrust.pinned(rootKey, clock));
  }

  /// For everything after it.
  public static SSLSocketFactory mutual(IdentityFolder identity, HubClock clock)
      throws IOException {
    return mutual(identity.load(), clock);
  }

  /// The same for who has only looked at the identity.
  public static SSLSocketFactory mutual(IdentityFolder.Identity held, HubClock clock) {
    return factory(new DeviceKey(held), HubTrust.stored(held.root(), clock));
  }

  /// For recovery, when our own certificate has run out: shows none.
  public static SSLSocketFactory unidentified(IdentityFolder identity, HubClock clock)
      throws IOException {
    return factory(null, HubTrust.stored(identity.load().root(), clock));
  }

  /// For asking what time it is, which is answered by a signature of its own: no certificate of
  /// ours, and the dates of the hub's do not matter.
  public static SSLSocketFactory timeOnly(Digest rootKey) {
    return factory(null, HubTrust.dateless(rootKey));
  }

  private static SSLSocketFactory factory(@Nullable DeviceKey key, HubTrust trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(
          key == null ? new KeyManager[0] : new KeyManager[] {key},
          new TrustManager[] {trust},
          null);
      return new Tls13SocketFactory(context.getSocketFactory());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks TLS 1.3", e);
    }
  }
}
