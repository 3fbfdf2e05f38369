package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.ManifestSigner;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Envelope;
import java.util.Base64;
import java.util.List;

/// Signs with the document key; for any number of threads.
public final class SignedManifests implements ManifestSigner {
  private final String keyId;
  private final DocumentSigner signer;

  public SignedManifests(DocumentKey key) {
    this.keyId = key.keyId();
    this.signer = new DocumentSigner(key);
  }

  @Override
  public Envelope sign(byte[] manifest) {
    byte[] message = Dsse.pae(DesiredManifest.PAYLOAD_TYPE, manifest);
    return new Envelope(
        DesiredManifest.PAYLOAD_TYPE,
        Base64.getEncoder().encodeToString(manifest),
        List.of(new Envelope.Signature(keyId, signer.sign(message))));
  }
}
