package dev.tombolo.protocol.bundle;

import dev.tombolo.protocol.bundle.BundleTable.BaseFile;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.List;

/// Segments in the table. The place in the base moves on with the pieces, those too that use none;
/// only a piece whose range is elsewhere says where. So one codec reads or writes all of a table.
final class SegmentCodec {
  private static final int NO_PREFIX = 0;
  private static final int PREFIX_BEFORE = 1;
  private static final int PREFIX_OF_BASE = 2;

  private final List<BaseFile> baseFiles;
  private int file;
  private long offset;

  SegmentCodec(List<BaseFile> baseFiles) {
    this.baseFiles = baseFiles;
  }

  void write(Segment segment, ByteSink out) {
    out.number(segment.length()).number(segment.codedLength());
    switch (segment.prefix()) {
      case Prefix.None() -> out.number(NO_PREFIX);
      case Prefix.Before(int length) -> out.number(PREFIX_BEFORE).number(length);
      case Prefix.OfBase(int of, long from, int length) ->
          out.number(PREFIX_OF_BASE).number(of).number(from).number(length);
    }
    out.number(segment.pieces().size());
    for (Piece piece : segment.pieces()) {
      boolean elsewhere =
          piece.kind().usesBase() && (piece.baseFile() != file || piece.baseOffset() != offset);
      out.number((long) piece.length() << 5 | piece.kind().code() << 1 | (elsewhere ? 1 : 0));
      if (elsewhere) {
        out.number(piece.baseFile()).number(piece.baseOffset());
      }
      if (elsewhere) {
        file = piece.baseFile();
        offset = piece.baseOffset();
      }
      offset += piece.baseLength();
    }
    out.bytes(segment.digest().bytes());
  }

  Segment read(ByteSource in) throws BundleException {
    int length = in.small("SEGMENT_BYTES_MAX", BundleFormat.SEGMENT_BYTES_MAX);
    int coded = in.small("the coded bytes of a segment", length + BundleFormat.CODING_BYTES_MAX);
    Prefix prefix = readPrefix(in);
    int count = in.small("PIECES_MAX", BundleFormat.PIECES_MAX);
    List<Piece> pieces = new ArrayList<>(Math.min(count, 64));
    long sum = 0;
    for (int i = 0; i < count; i++) {
      Piece piece = readPiece(in);
      sum += piece.length();
      pieces.add(piece);
    }
    if (length == 0 || sum != length) {
      throw new BundleException(
          "the pieces of a segment are " + sum + " bytes, the segment is " + length);
    }
    return new Segment(length, coded, prefix, pieces, Digest.ofHash(in.take(32)));
  }

  private Prefix readPrefix(ByteSource in) throws BundleException {
    return switch (in.small("the kind of a prefix", PREFIX_OF_BASE)) {
      case NO_PREFIX -> Prefix.NONE;
      case PREFIX_BEFORE ->
          new Prefix.Before(in.small("PREFIX_BYTES_MAX", BundleFormat.PREFIX_BYTES_MAX));
      default -> {
        int of = in.small("the number of a base file", BundleFormat.FILES_MAX);
        long from = in.number("an offset in the base", BundleFormat.PLAIN_BYTES_MAX);
        int length = in.small("PREFIX_BYTES_MAX", BundleFormat.PREFIX_BYTES_MAX);
        mustLieInBase(of, from, length);
        yield new Prefix.OfBase(of, from, length);
      }
    };
  }

  private Piece readPiece(ByteSource in) throws BundleException {
    int word = in.small("a piece", BundleFormat.SEGMENT_BYTES_MAX << 5 | 31);
    PieceKind kind = PieceKind.of(word >>> 1 & 15);
    int length = word >>> 5;
    if (length == 0 || length % kind.width() != 0) {
      throw new BundleException("a piece of " + length + " bytes is not whole");
    }
    boolean elsewhere = (word & 1) != 0;
    if (!kind.usesBase()) {
      if (elsewhere) {
        throw new BundleException("a piece has a base that it does not use");
      }
      offset += length;
      return Piece.withoutBase(kind, length);
    }
    if (elsewhere) {
      file = in.small("the number of a base file", BundleFormat.FILES_MAX);
      offset = in.number("an offset in the base", BundleFormat.PLAIN_BYTES_MAX);
    }
    Piece piece = new Piece(kind, length, file, offset);
    mustLieInBase(file, offset, piece.baseLength());
    offset += piece.baseLength();
    return piece;
  }

  private void mustLieInBase(int of, long from, long length) throws BundleException {
    if (of >= baseFiles.size() || from > baseFiles.get(of).size() - length) {
      throw new BundleException("it refers to bytes that its base does not have");
    }
  }
}
