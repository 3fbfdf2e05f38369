package dev.tombolo.bench.simulation.trust;

import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;

/// Signs with one key, truly or cheaply.
public final class Signer {
  private final KeyPair key;
  private final String keyid;
  private final boolean isTrue;

  Signer(KeyPair key, boolean isTrue) {
    this.key = key;
    this.keyid = Ed25519Keys.keyid(key.getPublic());
    this.isTrue = isTrue;
  }

  public Envelope sign(String payloadType, String payload) {
    if (isTrue) {
      return Dsse.sign(payloadType, payload, key.getPrivate(), keyid);
    }
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    byte[] signature = CheapEd25519.sign(key.getPublic(), Dsse.pae(payloadType, bytes));
    Base64.Encoder base64 = Base64.getEncoder();
    return new Envelope(
        payloadType,
        base64.encodeToString(bytes),
        List.of(new Envelope.Signature(keyid, base64.encodeToString(signature))));
  }
}
