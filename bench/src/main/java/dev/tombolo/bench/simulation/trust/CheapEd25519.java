package dev.tombolo.bench.simulation.trust;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A JCA provider that takes, beside true Ed25519 signatures, ones that cost a hash: a mark and
/// SHA-256 of public key and message. Anybody can make them, so they prove nothing outside a
/// simulation; but the code that checks signatures runs as it is, and an altered message is caught.
public final class CheapEd25519 extends Provider {
  private static final long serialVersionUID = 1;
  private static final String NAME = "TomboloSimulation";
  static final String ALGORITHM = "Ed25519";
  static final String TRUE_PROVIDER = "SunEC";
  private static final int SIGNATURE_BYTES = 64;
  private static final byte[] MARK = {
    's', 'i', 'm', 'u', 'l', 'a', 't', 'e', 'd', ' ', 'E', 'd', '2', '5', '5', '1', '9', '!', '!',
    '!', '!', '!', '!', '!', '!', '!', '!', '!', '!', '!', '!', '!'
  };

  public CheapEd25519() {
    super(NAME, "1", "signatures of simulated worlds");
    put("Signature." + ALGORITHM, Spi.class.getName());
    put("KeyFactory." + ALGORITHM, RememberedKeys.class.getName());
    put("CertificateFactory.X.509", RememberedCertificates.class.getName());
  }

  /// Makes this process take such signatures. For simulations only.
  public static synchronized void install() {
    if (Security.getProvider(NAME) == null) {
      Security.insertProviderAt(new CheapEd25519(), 1);
    }
  }

  static byte[] sign(PublicKey key, byte[] message) {
    byte[] signature = Arrays.copyOf(MARK, SIGNATURE_BYTES);
    byte[] hash = hash(key, message);
    System.arraycopy(hash, 0, signature, MARK.length, hash.length);
    return signature;
  }

  private static byte[] hash(PublicKey key, byte[] message) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key.getEncoded());
      return sha256.digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// What the platform makes of it.
  public static final class Spi extends SignatureSpi {
    private byte[] message = new byte[0];
    private @Nullable PublicKey publicKey;
    private @Nullable PrivateKey privateKey;

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      publicKey = key;
      message = new byte[0];
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
      privateKey = key;
      message = new byte[0];
    }

    @Override
    protected void engineUpdate(byte b) {
      engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {
      int before = message.length;
      message = Arrays.copyOf(message, before + length);
      System.arraycopy(bytes, offset, message, before, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      try {
        Signature signature = Signature.getInstance(ALGORITHM, TRUE_PROVIDER);
        signature.initSign(privateKey);
        signature.update(message);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new SignatureException(e);
      }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      PublicKey key = publicKey;
      if (key == null) {
        throw new SignatureException("no key");
      }
      if (signature.length == SIGNATURE_BYTES
          && Arrays.equals(signature, 0, MARK.length, MARK, 0, MARK.length)) {
        byte[] hash = hash(key, message);
        return Arrays.equals(signature, MARK.length, SIGNATURE_BYTES, hash, 0, hash.length);
      }
      try {
        Signature verifier = Signature.getInstance(ALGORITHM, TRUE_PROVIDER);
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
      } catch (GeneralSecurityException e) {
        throw new SignatureException(e);
      }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new InvalidParameterException(name);
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new InvalidParameterException(name);
    }
  }
}
