package dev.tombolo.protocol.kit;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/// Seals and opens a kit's chunks, each by itself: AES-256-GCM with its number (11 bytes) and
/// whether it is the last (1 byte) as nonce, which is STREAM (Hoang, Reyhanitabar, Rogaway and
/// Vizár 2015). So a chunk that is changed, missing, twice there or in another place is found.
public final class KitChunks {
  static final int NONCE_BYTES = 12;

  private final SecretKey key;
  private final long contentBytes;
  private final Cipher cipher;

  KitChunks(SecretKey key, long contentBytes) throws GeneralSecurityException {
    this.key = key;
    this.contentBytes = contentBytes;
    this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
  }

  public long count() {
    return KitFormat.chunks(contentBytes);
  }

  /// Content bytes of one chunk.
  public int plainBytes(long chunk) {
    return (int) Math.min(KitFormat.CHUNK_BYTES, contentBytes - chunk * KitFormat.CHUNK_BYTES);
  }

  /// @param plain at least [#plainBytes] of them
  /// @param sealed takes [KitFormat#TAG_BYTES] more
  public void seal(long chunk, byte[] plain, byte[] sealed) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, nonce(chunk));
      cipher.doFinal(plain, 0, plainBytes(chunk), sealed, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM seals what fits", e);
    }
  }

  /// @return false when it is not what was sealed as this chunk
  public boolean open(long chunk, byte[] sealed, byte[] plain) {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, nonce(chunk));
      cipher.doFinal(sealed, 0, plainBytes(chunk) + KitFormat.TAG_BYTES, plain, 0);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM opens what fits", e);
    }
  }

  private GCMParameterSpec nonce(long chunk) {
    byte[] nonce = new byte[NONCE_BYTES];
    ByteBuffer.wrap(nonce).putLong(3, chunk);
    nonce[NONCE_BYTES - 1] = (byte) (chunk == count() - 1 ? 1 : 0);
    return new GCMParameterSpec(KitFormat.TAG_BYTES * 8, nonce);
  }
}
