package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.MalformedException;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/// The hub's document key: an Ed25519 key in a certificate that the hub's CA signed. Its dates do
/// not matter (a device's clock may be wrong); which key is in force, the hub says.
public final class DocumentCertificate {
  private static final String SUBJECT = "CN=Tombolo document key";

  private DocumentCertificate() {}

  /// @param root the CA certificate the device trusts
  /// @throws MalformedException for a certificate that the root did not sign, or of another use
  public static PublicKey read(String pem, X509Certificate root) throws MalformedException {
    X509Certificate certificate = certificate(pem);
    try {
      certificate.verify(root.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new MalformedException("document certificate", "is not signed by the hub's CA");
    }
    String subject = certificate.getSubjectX500Principal().getName();
    if (!subject.equals(SUBJECT)) {
      throw new MalformedException(
          "document certificate", "is for '" + subject + "', not for signing documents");
    }
    return Ed25519Keys.readPublicDer(certificate.getPublicKey().getEncoded());
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
