package dev.tombolo.bench.simulation.trust;

import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.sign.DocumentCertificate;
import java.security.cert.X509Certificate;

/// The hub's CA and document key between two rotations.
///
/// @param root certificate of the CA
/// @param documentPem certificate of the document key, and the roots signed by their predecessors
/// @param documentKeyId as the hub's settings and births name it
public record HubKeys(
    X509Certificate root, String documentPem, String documentKeyId, Signer document) {

  static HubKeys of(String rootPem, String documentPem, String documentKeyId, Signer document) {
    try {
      return new HubKeys(
          DocumentCertificate.certificate(rootPem), documentPem, documentKeyId, document);
    } catch (MalformedException e) {
      throw new IllegalStateException("a certificate that was just made", e);
    }
  }
}
