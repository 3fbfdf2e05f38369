package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.TimeSigner;
import dev.tombolo.protocol.enrol.TimeProof;
import dev.tombolo.protocol.enrol.TimeResponse;
import java.security.cert.X509Certificate;
import java.util.List;

/// Signs the time with the document key, which every device can check whatever its clock says.
public final class SignedTimes implements TimeSigner {
  private final DocumentSigner signer;
  private final String certificates;

  /// @param above the way from the document key's issuer to the oldest root in service
  public SignedTimes(DocumentKey key, List<X509Certificate> above) {
    this.signer = new DocumentSigner(key);
    this.certificates = Pem.certificate(key.certificate()) + Pem.certificates(above);
  }

  @Override
  public TimeResponse sign(String nonce, long hubMillis) {
    return new TimeResponse(hubMillis, signer.sign(TimeProof.text(nonce, hubMillis)), certificates);
  }
}
