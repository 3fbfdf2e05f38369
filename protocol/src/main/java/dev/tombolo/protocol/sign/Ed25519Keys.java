package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/// Ed25519 keys as files: PKCS#8 and SubjectPublicKeyInfo, PEM (RFC 7468, RFC 8410), as openssl
/// makes them.
public final class Ed25519Keys {
  private static final int SEED_BYTES = 32;

  private Ed25519Keys() {}

  public static KeyPair generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return ofSeed(seed);
  }

  /// The key pair of a 32-byte private key (RFC 8032 s. 5.1.5).
  public static KeyPair ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, not " + seed.length);
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      // The generator takes its "random" bytes as the private key and derives the public one,
      // which java.base has no other call for.
      generator.initialize(NamedParameterSpec.ED25519, new FixedBytes(seed));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }

  /// `sha256:` and hex of the key's SubjectPublicKeyInfo DER.
  public static String keyid(PublicKey key) {
    return Digest.of(key.getEncoded()).text();
  }

  /// How a publisher root lists the key.
  public static PublisherRoot.Key describe(PublicKey key, String name) {
    return new PublisherRoot.Key(
        keyid(key), "ed25519", Base64.getEncoder().encodeToString(key.getEncoded()), name);
  }

  /// PKCS#8 PEM; a secret.
  public static String privatePem(PrivateKey key) {
    return Pem.write("PRIVATE KEY", key.getEncoded());
  }

  public static String publicPem(PublicKey key) {
    return Pem.write("PUBLIC KEY", key.getEncoded());
  }

  /// Reads a PKCS#8 PEM and derives the public key.
  public static KeyPair readPrivatePem(String pem) throws MalformedException {
    byte[] der = Pem.read("PRIVATE KEY", pem);
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
      if (key instanceof EdECPrivateKey edwards && edwards.getBytes().isPresent()) {
        return ofSeed(edwards.getBytes().get());
      }
    } catch (GeneralSecurityException e) {
      throw new MalformedException("private key", "is not an Ed25519 key in PKCS#8");
    }
    throw new MalformedException("private key", "is not an Ed25519 key");
  }

  public static PublicKey readPublicPem(String pem) throws MalformedException {
    return readPublicDer(Pem.read("PUBLIC KEY", pem));
  }

  /// @param der SubjectPublicKeyInfo
  public static PublicKey readPublicDer(byte[] der) throws MalformedException {
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new MalformedException("public key", "is not an Ed25519 SubjectPublicKeyInfo");
    }
  }

  /// The signature over these bytes, base64.
  public static String sign(PrivateKey key, byte[] bytes) {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(bytes);
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 private key", e);
    }
  }

  /// A signature of the wrong form holds no more than a wrong one.
  public static boolean holds(PublicKey key, byte[] bytes, String signature) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(bytes);
      return verifier.verify(Base64.getDecoder().decode(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  /// Gives the bytes it was made with.
  private static final class FixedBytes extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final byte[] bytes;

    FixedBytes(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    @Override
    public void nextBytes(byte[] out) {
      System.arraycopy(bytes, 0, out, 0, out.length);
    }
  }
}
