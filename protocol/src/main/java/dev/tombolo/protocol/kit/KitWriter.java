package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.codec.Json;
import java.nio.charset.StandardCharsets;

/// Writes one kit from begin to end, a chunk at a time. The header tells how long the content is,
/// so that has to be known before: [#contentBytes].
///
/// @param <E> how the sink fails
public final class KitWriter<E extends Exception> {
  /// Where the kit goes.
  public interface Sink<E extends Exception> {
    void write(byte[] bytes, int count) throws E;
  }

  private final KitHeader header;
  private final KitChunks chunks;
  private final Sink<E> sink;
  private final byte[] plain = new byte[KitFormat.CHUNK_BYTES];
  private final byte[] sealed = new byte[KitFormat.SEALED_CHUNK_BYTES];
  private int held;
  private long chunk;
  private long written;

  private KitWriter(KitHeader header, KitChunks chunks, Sink<E> sink) {
    this.header = header;
    this.chunks = chunks;
    this.sink = sink;
  }

  /// Content bytes of a record with a body of so many.
  public static long contentBytes(long bodyBytes) {
    return KitRecord.HEAD_BYTES + bodyBytes;
  }

  /// Writes the header.
  ///
  /// @throws KitException when the header exceeds a bound
  public static <E extends Exception> KitWriter<E> begin(KitHeader header, KitKey key, Sink<E> sink)
      throws E, KitException {
    header.check();
    byte[] text = Json.write(header).getBytes(StandardCharsets.UTF_8);
    byte[] start = KitFormat.start(text.length);
    KitFormat.headerBytes(start);
    sink.write(start, start.length);
    sink.write(text, text.length);
    return new KitWriter<>(header, key.chunks(text, header.contentBytes()), sink);
  }

  /// The head of the next record; its body follows by [#body].
  public void record(KitRecord record) throws E {
    body(record.head(), KitRecord.HEAD_BYTES);
  }

  public void body(byte[] bytes, int count) throws E {
    int at = 0;
    while (at < count) {
      int part = Math.min(count - at, plain.length - held);
      System.arraycopy(bytes, at, plain, held, part);
      held += part;
      at += part;
      if (held == plain.length) {
        flush();
      }
    }
  }

  /// Ends the content and writes what is left.
  ///
  /// @throws IllegalStateException when it is not as long as the header says
  public void end() throws E {
    record(KitRecord.end());
    if (held > 0) {
      flush();
    }
    if (written != header.contentBytes()) {
      throw new IllegalStateException(
          "a kit of " + header.contentBytes() + " bytes got " + written);
    }
  }

  private void flush() throws E {
    written += held;
    if (chunk >= chunks.count() || chunks.plainBytes(chunk) != held) {
      throw new IllegalStateException("a kit got more or less than its header says");
    }
    chunks.seal(chunk, plain, sealed);
    sink.write(sealed, held + KitFormat.TAG_BYTES);
    chunk++;
    held = 0;
  }
}
