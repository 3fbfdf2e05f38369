package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/// Reads one kit from begin to end, a chunk at a time, whatever its size. Nothing comes out of it
/// that was not sealed into it, in that order.
///
/// @param <E> how the source fails
public final class KitReader<E extends Exception> {
  /// Where the kit comes from.
  public interface Source<E extends Exception> {
    /// @return how many bytes were read; fewer than `count` only at the end
    int read(byte[] into, int at, int count) throws E;
  }

  private final Source<E> source;
  private final byte[] headerText;
  private final KitHeader header;
  private final byte[] plain = new byte[KitFormat.CHUNK_BYTES];
  private final byte[] sealed = new byte[KitFormat.SEALED_CHUNK_BYTES];
  private final MessageDigest sha256;
  private @Nullable KitChunks chunks;
  private KitRecord record = KitRecord.of(KitRecord.Kind.DOCUMENT, new byte[0]);
  private long bodyLeft;
  private long chunk;
  private int at;
  private int held;
  private long position;

  private KitReader(Source<E> source, byte[] headerText, KitHeader header) {
    this.source = source;
    this.headerText = headerText;
    this.header = header;
    this.position = KitFormat.START_BYTES + headerText.length;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Reads the header.
  public static <E extends Exception> KitReader<E> open(Source<E> source) throws E, KitException {
    byte[] start = new byte[KitFormat.START_BYTES];
    int got = source.read(start, 0, start.length);
    int length =
        KitFormat.headerBytes(got < start.length ? java.util.Arrays.copyOf(start, got) : start);
    byte[] text = new byte[length];
    got = source.read(text, 0, length);
    if (got < length) {
      throw new KitException(
          "it is cut off: it ends at byte " + (KitFormat.START_BYTES + got) + ", in its header");
    }
    try {
      KitHeader header = Json.read(KitHeader.class, text, KitFormat.HEADER_BYTES_MAX);
      header.check();
      return new KitReader<>(source, text, header);
    } catch (MalformedException e) {
      throw new KitException("its header is damaged: " + e.getMessage());
    }
  }

  public KitHeader header() {
    return header;
  }

  /// What the whole file should be long.
  public long fileBytes() {
    return KitFormat.fileBytes(headerText.length, header.contentBytes());
  }

  /// How far the file has been read.
  public long position() {
    return position;
  }

  public void unlock(KitKey key) {
    chunks = key.chunks(headerText, header.contentBytes());
  }

  /// The next record, whether or not the body of the one before was read; [KitRecord.Kind#END] is
  /// the last, and then nothing follows.
  public KitRecord next() throws E, KitException {
    byte[] rest = new byte[Math.min(KitFormat.CHUNK_BYTES, 8 * 1024)];
    while (bodyLeft > 0) {
      body(rest, rest.length);
    }
    byte[] head = new byte[KitRecord.HEAD_BYTES];
    if (take(head, head.length) < head.length) {
      throw new KitException("its content ends without an end");
    }
    record = KitRecord.read(head, record.kind());
    bodyLeft = record.bytes();
    sha256.reset();
    if (bodyLeft == 0) {
      checkDigest();
    }
    if (record.kind() == KitRecord.Kind.END) {
      checkEnd();
    }
    return record;
  }

  /// The next bytes of the record's body.
  ///
  /// @return how many; 0 when it has no more. The last of them are given only once the digest of
  ///   all has turned out right
  public int body(byte[] into, int count) throws E, KitException {
    int wanted = (int) Math.min(count, bodyLeft);
    if (wanted == 0) {
      return 0;
    }
    if (take(into, wanted) < wanted) {
      throw new KitException("its content ends within a record");
    }
    sha256.update(into, 0, wanted);
    bodyLeft -= wanted;
    if (bodyLeft == 0) {
      checkDigest();
    }
    return wanted;
  }

  private void checkDigest() throws KitException {
    Digest got = Digest.ofHash(sha256.digest());
    if (!got.equals(record.digest())) {
      throw new KitException(
          "a record that ends before byte "
              + position
              + " has the digest "
              + got.brief()
              + ", not "
              + record.digest().brief());
    }
  }

  private void checkEnd() throws E, KitException {
    if (at < held || chunk < chunks().count()) {
      throw new KitException("its content goes on after its end");
    }
    if (source.read(new byte[1], 0, 1) > 0) {
      throw new KitException("it goes on after its end at byte " + position);
    }
  }

  private int take(byte[] into, int count) throws E, KitException {
    int done = 0;
    while (done < count) {
      if (at == held && !readChunk()) {
        return done;
      }
      int part = Math.min(count - done, held - at);
      System.arraycopy(plain, at, into, done, part);
      at += part;
      done += part;
    }
    return done;
  }

  private boolean readChunk() throws E, KitException {
    KitChunks opened = chunks();
    if (chunk == opened.count()) {
      return false;
    }
    int length = opened.plainBytes(chunk) + KitFormat.TAG_BYTES;
    int got = source.read(sealed, 0, length);
    if (got < length) {
      throw new KitException(
          "it is cut off: it ends at byte " + (position + got) + " of " + fileBytes());
    }
    if (!opened.open(chunk, sealed, plain)) {
      throw new KitException(
          "it is damaged between byte "
              + position
              + " and "
              + (position + length)
              + (chunk == 0 ? ", or in its header" : ""));
    }
    position += length;
    held = length - KitFormat.TAG_BYTES;
    at = 0;
    chunk++;
    return true;
  }

  private KitChunks chunks() {
    KitChunks opened = chunks;
    if (opened == null) {
      throw new IllegalStateException("unlock the kit first");
    }
    return opened;
  }
}
