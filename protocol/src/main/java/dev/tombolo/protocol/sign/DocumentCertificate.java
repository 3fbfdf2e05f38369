package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.reason.Quoted;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/// The hub's document key: an Ed25519 key in a certificate that the hub's CA signed. Its dates do
/// not matter (a device's clock may be wrong); which key is in force, the hub says.
public final class DocumentCertificate {
  private static final String SUBJECT = "CN=Tombolo document key";

  private DocumentCertificate() {}

  /// @param pem the certificate, then, where the hub's CA has a newer root than the device knows,
  ///   the roots signed by their predecessors, newest first
  /// @param root the CA certificate the device trusts
  /// @throws MalformedException for a certificate that does not lead to the root, or of another use
  public static PublicKey read(String pem, X509Certificate root) throws MalformedException {
    return read(pem, List.of(root));
  }

  /// @param roots any of which it may lead to
  public static PublicKey read(String pem, List<X509Certificate> roots) throws MalformedException {
    List<X509Certificate> chain = certificates(pem);
    X509Certificate certificate = chain.getFirst();
    if (roots.stream().noneMatch(root -> leads(chain, root))) {
      throw new MalformedException("document certificate", "is not signed by the hub's CA");
    }
    String subject = certificate.getSubjectX500Principal().getName();
    if (!subject.equals(SUBJECT)) {
      throw new MalformedException(
          "document certificate", "is for '" + Quoted.of(subject) + "', not for signing documents");
    }
    return Ed25519Keys.readPublicDer(certificate.getPublicKey().getEncoded());
  }

  private static boolean leads(List<X509Certificate> chain, X509Certificate root) {
    for (int i = 0; i < chain.size(); i++) {
      if (isSigned(chain.get(i), root)) {
        return true;
      }
      boolean goesOn =
          i + 1 < chain.size()
              && chain.get(i + 1).getBasicConstraints() >= 0
              && isSigned(chain.get(i), chain.get(i + 1));
      if (!goesOn) {
        return false;
      }
    }
    return false;
  }

  private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
    try {
      certificate.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  static List<X509Certificate> certificates(String pem) throws MalformedException {
    X509Certificate first = certificate(pem);
    try {
      List<X509Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
              .stream()
              .map(X509Certificate.class::cast)
              .limit(SpkiPin.CHAIN_MAX)
              .toList();
      return all.isEmpty() ? List.of(first) : all;
    } catch (GeneralSecurityException e) {
      throw new MalformedException("certificate", "is not X.509");
    }
  }

  /// Reads the first certificate of a PEM.
  public static X509Certificate certificate(String pem) throws MalformedException {
    byte[] der = Pem.read("CERTIFICATE", pem);
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException e) {
      throw new MalformedException("certificate", "is not X.509");
    }
  }
}
