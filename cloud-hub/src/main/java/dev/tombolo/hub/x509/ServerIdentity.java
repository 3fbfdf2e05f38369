package dev.tombolo.hub.x509;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/// The hub's key and certificate for TLS. The root is sent along, so that clients can pin it.
///
/// @param certificateFile PEM, leaf and root
/// @param keyFile PKCS#8 PEM
public record ServerIdentity(
    PrivateKey key,
    X509Certificate leaf,
    X509Certificate root,
    Path certificateFile,
    Path keyFile) {
  public X509Certificate[] chain() {
    return new X509Certificate[] {leaf, root};
  }
}
