package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.Digest;
import java.util.Base64;

/// The public key of a checked CSR.
///
/// @param spki base64 of the SubjectPublicKeyInfo DER
/// @param csr digest of the CSR's DER: the same CSR gets the same answer
public record RequestedKey(String spki, Digest csr) {
  public byte[] spkiDer() {
    return Base64.getDecoder().decode(spki);
  }

  public Digest keyDigest() {
    return Digest.of(spkiDer());
  }
}
