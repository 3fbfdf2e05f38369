package dev.tombolo.hub.x509;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;

/// The hub's key and certificate for TLS. The root is sent along, so that clients can pin it.
///
/// @param above what follows the leaf: the root, or the way from it to the oldest root in service
/// @param certificateFile PEM, leaf and `above`
/// @param keyFile PKCS#8 PEM
public record ServerIdentity(
    PrivateKey key,
    X509Certificate leaf,
    List<X509Certificate> above,
    Path certificateFile,
    Path keyFile) {
  public ServerIdentity {
    above = List.copyOf(above);
  }

  public X509Certificate[] chain() {
    return Stream.concat(Stream.of(leaf), above.stream()).toArray(X509Certificate[]::new);
  }
}
