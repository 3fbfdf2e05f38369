package dev.tombolo.bench.simulation.trust;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Reads Ed25519 keys as the platform does, each public one once: simulated worlds have a handful
/// and read them at every start of an agent.
public final class RememberedKeys extends KeyFactorySpi {
  private static final int KEYS_MAX = 1_000;
  private static final Map<ByteBuffer, PublicKey> KNOWN = new ConcurrentHashMap<>();

  @Override
  protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
    if (!(spec instanceof X509EncodedKeySpec encoded)) {
      return platform().generatePublic(spec);
    }
    ByteBuffer der = ByteBuffer.wrap(encoded.getEncoded());
    PublicKey known = KNOWN.get(der);
    if (known == null) {
      known = platform().generatePublic(spec);
      if (KNOWN.size() < KEYS_MAX) {
        KNOWN.put(der, known);
      }
    }
    return known;
  }

  @Override
  protected PrivateKey engineGeneratePrivate(KeySpec spec) throws InvalidKeySpecException {
    return platform().generatePrivate(spec);
  }

  @Override
  protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec)
      throws InvalidKeySpecException {
    return platform().getKeySpec(key, spec);
  }

  @Override
  protected Key engineTranslateKey(Key key) throws InvalidKeyException {
    try {
      return platform().translateKey(key);
    } catch (InvalidKeySpecException e) {
      throw new InvalidKeyException(e);
    }
  }

  private static KeyFactory platform() throws InvalidKeySpecException {
    try {
      return KeyFactory.getInstance(CheapEd25519.ALGORITHM, CheapEd25519.TRUE_PROVIDER);
    } catch (GeneralSecurityException e) {
      throw new InvalidKeySpecException(e);
    }
  }
}
