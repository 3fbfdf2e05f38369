package dev.tombolo.bench.simulation.trust;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.KeyPair;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;

/// Signs certificates as [CheapEd25519] does.
final class CheapContentSigner implements ContentSigner {
  private final KeyPair key;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  CheapContentSigner(KeyPair key) {
    this.key = key;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    return new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
  }

  @Override
  public OutputStream getOutputStream() {
    return content;
  }

  @Override
  public byte[] getSignature() {
    return CheapEd25519.sign(key.getPublic(), content.toByteArray());
  }
}
