package dev.tombolo.hub.net;

import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts client certificates that one of our roots has signed for clients. It leaves dates to the
/// routes, so that a device whose certificate has run out is told so instead of meeting a broken
/// handshake. Remembers what it has checked: a reconnect costs a hash instead of a signature check.
final class OurClients extends X509ExtendedTrustManager {
  private static final int REMEMBERED_MAX = 50_000;
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  private final List<X509Certificate> roots;
  private final Map<ByteBuffer, Boolean> known =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  /// @param roots the present one and those it replaced
  OurClients(List<X509Certificate> roots) {
    this.roots = List.copyOf(roots);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    X509Certificate leaf = chain[0];
    try {
      ByteBuffer hash =
          ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded()));
      synchronized (known) {
        if (known.containsKey(hash)) {
          return;
        }
      }
      check(leaf);
      synchronized (known) {
        known.put(hash, true);
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void check(X509Certificate leaf) throws CertificateException {
    List<String> usages = leaf.getExtendedKeyUsage();
    boolean forClients = usages != null && usages.contains(CLIENT_AUTH);
    if (!forClients || leaf.getBasicConstraints() != -1) {
      throw new CertificateException("not a client certificate of this hub");
    }
    for (X509Certificate root : roots) {
      if (isIssuer(root, leaf)) {
        return;
      }
    }
    throw new CertificateException("not signed by this hub");
  }

  private static boolean isIssuer(X509Certificate root, X509Certificate leaf) {
    if (!Arrays.equals(
        leaf.getIssuerX500Principal().getEncoded(), root.getSubjectX500Principal().getEncoded())) {
      return false;
    }
    try {
      leaf.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("this port meets clients only");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return roots.toArray(new X509Certificate[0]);
  }
}
