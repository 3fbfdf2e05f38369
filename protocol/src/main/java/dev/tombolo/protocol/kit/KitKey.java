package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.id.DeviceId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The random key of one kit, and its locks.
///
/// A device's lock: ECDH on P-256 between a fresh key and the device's, HKDF-SHA256 (RFC 5869) with
/// the SHA-256 of the fresh key's SubjectPublicKeyInfo as salt and `tombolo kit device KIT DEVICE`
/// as info, AES-256-GCM with a nonce of zeros: each such key seals once. A passphrase's lock:
/// PBKDF2-HMAC-SHA256 (RFC 8018) of its UTF-8 in NFC, then HKDF with info `tombolo kit passphrase
/// KIT`, then the same. The content's key is HKDF of the kit's key with the SHA-256 of the header's
/// bytes as salt and `tombolo kit content` as info.
public final class KitKey {
  private static final String CURVE = "secp256r1";
  private static final int P256_BITS = 256;

  private final byte[] key;

  private KitKey(byte[] key) {
    this.key = key;
  }

  public static KitKey draw(SecureRandom random) {
    byte[] key = new byte[KitFormat.KEY_BYTES];
    random.nextBytes(key);
    return new KitKey(key);
  }

  /// Whether a kit can be locked to this key.
  public static boolean canLockTo(PublicKey key) {
    return key instanceof ECPublicKey ec
        && ec.getParams().getCurve().getField().getFieldSize() == P256_BITS;
  }

  /// @param publicKey the device's, of P-256
  public KitLock.OfDevice lockTo(
      DeviceId device, PublicKey publicKey, String kit, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), random);
      KeyPair ephemeral = generator.generateKeyPair();
      byte[] spki = ephemeral.getPublic().getEncoded();
      byte[] wrapping = deviceKey(ephemeral.getPrivate(), publicKey, spki, kit, device);
      return new KitLock.OfDevice(device, base64(spki), base64(wrap(wrapping)));
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  public KitLock.OfPassphrase lockTo(
      char[] passphrase, int rounds, String kit, SecureRandom random) {
    byte[] salt = new byte[KitFormat.SALT_BYTES];
    random.nextBytes(salt);
    try {
      byte[] wrapping = passphraseKey(passphrase, salt, rounds, kit);
      return new KitLock.OfPassphrase(base64(salt), rounds, base64(wrap(wrapping)));
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /// Empty when the lock is another key's.
  ///
  /// @throws KitException when it is no lock at all
  public static Optional<KitKey> open(KitLock.OfDevice lock, PrivateKey key, String kit)
      throws KitException {
    byte[] spki = bytes("ephemeral", lock.ephemeral());
    try {
      PublicKey ephemeral =
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
      if (!canLockTo(ephemeral)) {
        throw new KitException("the key of the lock for " + lock.device() + " is not of P-256");
      }
      return unwrap(deviceKey(key, ephemeral, spki, kit, lock.device()), lock);
    } catch (GeneralSecurityException e) {
      throw new KitException("the lock for " + lock.device() + " cannot be used");
    }
  }

  /// Empty when it is another passphrase's.
  ///
  /// @throws KitException when it is no lock at all
  public static Optional<KitKey> open(KitLock.OfPassphrase lock, char[] passphrase, String kit)
      throws KitException {
    if (lock.rounds() < KitFormat.ROUNDS_MIN || lock.rounds() > KitFormat.ROUNDS_MAX) {
      throw new KitException(
          "its passphrase is to be stretched by "
              + lock.rounds()
              + " rounds, not by "
              + KitFormat.ROUNDS_MIN
              + " to "
              + KitFormat.ROUNDS_MAX);
    }
    byte[] salt = bytes("salt", lock.salt());
    if (salt.length != KitFormat.SALT_BYTES) {
      throw new KitException("its salt is not of " + KitFormat.SALT_BYTES + " bytes");
    }
    try {
      return unwrap(passphraseKey(passphrase, salt, lock.rounds(), kit), lock);
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /// The chunks of the kit with this header.
  ///
  /// @param header its bytes, to the last
  public KitChunks chunks(byte[] header, long contentBytes) {
    try {
      byte[] salt = MessageDigest.getInstance("SHA-256").digest(header);
      byte[] contentKey = derive(key, salt, "tombolo kit content");
      return new KitChunks(new SecretKeySpec(contentKey, "AES"), contentBytes);
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  private static byte[] deviceKey(
      PrivateKey own, PublicKey other, byte[] ephemeral, String kit, DeviceId device)
      throws GeneralSecurityException {
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(own);
    agreement.doPhase(other, true);
    return derive(
        agreement.generateSecret(),
        MessageDigest.getInstance("SHA-256").digest(ephemeral),
        "tombolo kit device " + kit + " " + device);
  }

  private static byte[] passphraseKey(char[] passphrase, byte[] salt, int rounds, String kit)
      throws GeneralSecurityException {
    char[] normal = Normalizer.normalize(new String(passphrase), Normalizer.Form.NFC).toCharArray();
    byte[] stretched =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(normal, salt, rounds, KitFormat.KEY_BYTES * 8))
            .getEncoded();
    return derive(stretched, salt, "tombolo kit passphrase " + kit);
  }

  private static byte[] derive(byte[] secret, byte[] salt, String info)
      throws GeneralSecurityException {
    return KDF.getInstance("HKDF-SHA256")
        .deriveData(
            HKDFParameterSpec.ofExtract()
                .addIKM(secret)
                .addSalt(salt)
                .thenExpand(info.getBytes(StandardCharsets.UTF_8), KitFormat.KEY_BYTES));
  }

  private byte[] wrap(byte[] wrapping) throws GeneralSecurityException {
    return gcm(Cipher.ENCRYPT_MODE, wrapping).doFinal(key);
  }

  private static Optional<KitKey> unwrap(byte[] wrapping, KitLock lock)
      throws KitException, GeneralSecurityException {
    byte[] wrapped = bytes("wrapped", lock.wrapped());
    if (wrapped.length != KitFormat.KEY_BYTES + KitFormat.TAG_BYTES) {
      throw new KitException("a lock of it holds no key");
    }
    try {
      return Optional.of(new KitKey(gcm(Cipher.DECRYPT_MODE, wrapping).doFinal(wrapped)));
    } catch (javax.crypto.AEADBadTagException e) {
      return Optional.empty();
    }
  }

  private static Cipher gcm(int mode, byte[] wrapping) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(wrapping, "AES"),
        new GCMParameterSpec(KitFormat.TAG_BYTES * 8, new byte[KitChunks.NONCE_BYTES]));
    return cipher;
  }

  private static byte[] bytes(String what, String base64) throws KitException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new KitException("'" + what + "' of a lock is not base64");
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static IllegalStateException impossible(GeneralSecurityException e) {
    return new IllegalStateException("every Java 25 has P-256, HKDF, PBKDF2 and AES-GCM", e);
  }

  @Override
  public String toString() {
    return "KitKey[***]";
  }
}
