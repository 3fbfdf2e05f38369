package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Digest;
import java.nio.ByteBuffer;

/// The head of one record of a kit's content: its kind (1 byte), the length of its body (8 bytes,
/// big-endian), the SHA-256 of its body (32 bytes). The body follows.
public record KitRecord(Kind kind, long bytes, Digest digest) {
  public static final int HEAD_BYTES = 41;

  /// What a record holds. They come in this order, and there is exactly one [#END].
  public enum Kind {
    /// JSON of a [dev.tombolo.protocol.message.DesiredUpdate] without sections. One a slot.
    DOCUMENT(1, Limits.SECTION_BYTES_MAX),

    /// A section's text in UTF-8, which a manifest lists by its digest. Each once.
    SECTION(2, Limits.SECTION_BYTES_MAX),

    /// A bundle that the header names. Each once, those that need a base first.
    BUNDLE(4, KitFormat.CONTENT_BYTES_MAX),

    /// A file of a release. Each once.
    FILE(3, KitFormat.CONTENT_BYTES_MAX),

    /// Nothing; the content is whole.
    END(0, 0);

    private final int code;
    private final long bytesMax;

    Kind(int code, long bytesMax) {
      this.code = code;
      this.bytesMax = bytesMax;
    }
  }

  public static KitRecord of(Kind kind, byte[] body) {
    return new KitRecord(kind, body.length, Digest.of(body));
  }

  public static KitRecord end() {
    return of(Kind.END, new byte[0]);
  }

  public byte[] head() {
    return ByteBuffer.allocate(HEAD_BYTES)
        .put((byte) kind.code)
        .putLong(bytes)
        .put(digest.bytes())
        .array();
  }

  /// @param head [#HEAD_BYTES] of them
  /// @param before the kind of the record before; [Kind#DOCUMENT] for the first
  public static KitRecord read(byte[] head, Kind before) throws KitException {
    ByteBuffer bytes = ByteBuffer.wrap(head);
    int code = bytes.get();
    long length = bytes.getLong();
    byte[] digest = new byte[32];
    bytes.get(digest);
    for (Kind kind : Kind.values()) {
      if (kind.code != code) {
        continue;
      }
      if (kind.compareTo(before) < 0) {
        throw new KitException("it has a " + word(kind) + " after a " + word(before));
      }
      if (length < 0 || length > kind.bytesMax) {
        throw new KitException(
            "it has a "
                + word(kind)
                + " of "
                + Long.toUnsignedString(length)
                + " bytes; the most is "
                + kind.bytesMax);
      }
      return new KitRecord(kind, length, Digest.ofHash(digest));
    }
    throw new KitException("it has a record of kind " + code + "; update this program");
  }

  private static String word(Kind kind) {
    return switch (kind) {
      case DOCUMENT -> "document";
      case SECTION -> "section";
      case BUNDLE -> "bundle";
      case FILE -> "file";
      case END -> "end";
    };
  }
}
