package dev.tombolo.agent.x509;

import dev.tombolo.agent.core.PeerTls;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// TLS 1.3 among the devices of a site. Keys are pinned, so certificates that have run out while
/// the hub is away do not matter.
public final class LanTls implements PeerTls {
  private final IdentityFolder folder;
  private final SSLContext context;
  private final SSLSocketFactory sockets;
  private volatile IdentityFolder.Identity identity;
  private volatile Set<Digest> keys = Set.of();

  public LanTls(IdentityFolder folder) throws IOException {
    this.folder = folder;
    this.identity = folder.load();
    try {
      context = SSLContext.getInstance("TLSv1.3");
      context.init(
          new KeyManager[] {new DeviceKey(() -> identity)},
          new TrustManager[] {new KnownKeys()},
          null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks TLS 1.3", e);
    }
    sockets = new Tls13SocketFactory(context.getSocketFactory(), false);
  }

  /// From now on these are the peers' keys, and the device's own is the one on the disk.
  public void shareWith(Set<Digest> peerKeys) throws IOException {
    identity = folder.load();
    keys = Set.copyOf(peerKeys);
  }

  @Override
  public SSLContext context() {
    return context;
  }

  @Override
  public SSLSocketFactory sockets() {
    return sockets;
  }

  @Override
  public boolean isPeer(Certificate certificate) {
    return certificate instanceof X509Certificate x509 && keys.contains(SpkiPin.of(x509));
  }

  /// An extended one, so that the JDK adds no check of names.
  private final class KnownKeys extends X509ExtendedTrustManager {
    private void check(X509Certificate[] shown) throws CertificateException {
      if (shown.length == 0 || !isPeer(shown[0])) {
        throw new CertificateException("the key shown is of no device that shares in this site");
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkClientTrusted(
        X509Certificate[] shown, String authType, @Nullable Socket socket)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkClientTrusted(
        X509Certificate[] shown, String authType, @Nullable SSLEngine engine)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] shown, String authType, @Nullable Socket socket)
        throws CertificateException {
      check(shown);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] shown, String authType, @Nullable SSLEngine engine)
        throws CertificateException {
      check(shown);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
