package dev.tombolo.agent.x509;

import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.function.LongSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// Makes the TLS 1.3 sockets by which the agent talks to its hub. `nowMillis` is the later of the
/// wall clock and the time floor. A new one is made after enrolment and after every renewal, so
/// that no cached session shows an old certificate.
public final class HubTls {
  private HubTls() {}

  /// For enrolment: no certificate of ours, the hub's root known by its key's hash.
  public static SSLSocketFactory pinned(Digest rootKey, LongSupplier nowMillis) {
    return factory(null, HubTrust.pinned(rootKey, nowMillis));
  }

  /// For everything after it.
  public static SSLSocketFactory mutual(IdentityFolder identity, LongSupplier nowMillis)
      throws IOException {
    IdentityFolder.Identity held = identity.load();
    return factory(new DeviceKey(held), HubTrust.stored(held.root(), nowMillis));
  }

  /// For recovery, when our own certificate has run out: shows none.
  public static SSLSocketFactory unidentified(IdentityFolder identity, LongSupplier nowMillis)
      throws IOException {
    return factory(null, HubTrust.stored(identity.load().root(), nowMillis));
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
