package dev.tombolo.protocol.bundle;

import java.util.Arrays;

/// Turns coded segments into plain ones, in memory that depends on the longest segment only.
///
/// The coded bytes of a segment are, for each kind of piece it has but [PieceKind#COPY], in the
/// order of their codes: a [Coding], then all its pieces' bytes together as the coding says.
public final class SegmentDecoder {
  private static final byte[] NO_PREFIX = {};
  private static final PieceKind[] KINDS = PieceKind.all();

  private final Unpacking zstd;
  private final SymbolCoding.Slots slots = new SymbolCoding.Slots();
  private final byte[] base;
  private final byte[] planes;
  private final byte[] plain;
  private final byte[] room;

  /// @param longestSegment of those that will be decoded
  public SegmentDecoder(Unpacking zstd, int longestSegment) {
    this.zstd = zstd;
    base = new byte[longestSegment];
    planes = new byte[longestSegment];
    plain = new byte[longestSegment];
    room = new byte[longestSegment];
  }

  /// @param coded begins with the segment's coded bytes
  /// @param bases the base's bytes of each piece that uses any, cast as its kind says, at the
  ///   piece's place in the segment
  /// @param prefix the segment's; asked for when it is needed
  /// @param into where the plain bytes go, from `at` on; what is there may be wrong until its
  ///   digest has been checked
  public <E extends Exception> void decode(
      Segment segment, byte[] coded, byte[] bases, PrefixBytes<E> prefix, byte[] into, int at)
      throws BundleException, E {
    ByteSource in = new ByteSource(coded, 0, segment.codedLength());
    if (segment.pieces().size() == 1 && segment.pieces().getFirst().kind() != PieceKind.COPY) {
      // Most segments: nothing has to be gathered.
      PieceKind only = segment.pieces().getFirst().kind().afterCast();
      decode(only, in, segment.length(), prefix, bases, into, at);
      in.mustBeAtEnd("a segment");
      return;
    }
    for (PieceKind kind : KINDS) {
      int length = kind == PieceKind.COPY ? 0 : gather(segment, kind, bases);
      if (length > 0) {
        decode(kind.afterCast(), in, length, prefix, base, plain, 0);
      }
      scatter(segment, kind, kind == PieceKind.COPY ? bases : plain, into, at);
    }
    in.mustBeAtEnd("a segment");
  }

  /// Returns how many bytes the pieces of the kind have, with their base together in [#base].
  private int gather(Segment segment, PieceKind kind, byte[] bases) {
    int from = 0;
    int length = 0;
    for (Piece piece : segment.pieces()) {
      if (piece.kind() == kind) {
        if (kind.usesBase()) {
          System.arraycopy(bases, from, base, length, piece.length());
        }
        length += piece.length();
      }
      from += piece.length();
    }
    return length;
  }

  private static void scatter(Segment segment, PieceKind kind, byte[] from, byte[] into, int at) {
    int place = 0;
    int taken = 0;
    for (Piece piece : segment.pieces()) {
      if (piece.kind() == kind) {
        int source = kind == PieceKind.COPY ? place : taken;
        System.arraycopy(from, source, into, at + place, piece.length());
        taken += piece.length();
      }
      place += piece.length();
    }
  }

  private <E extends Exception> void decode(
      PieceKind kind,
      ByteSource in,
      int length,
      PrefixBytes<E> prefix,
      byte[] old,
      byte[] into,
      int at)
      throws BundleException, E {
    Coding coding = Coding.of(in.oneByte());
    switch (coding) {
      case STORED -> System.arraycopy(in.bytes(), in.skip(length), into, at, length);
      case ZSTD -> unpack(in, prefix.get(), into, at, length);
      case PLANES -> {
        int count = length / kind.width();
        byte[] contexts = Elements.contextsOf(kind, old, length, room);
        for (int plane = 0; plane < kind.width(); plane++) {
          decodePlane(in, contexts, plane * count, count);
        }
        Elements.fromPlanes(kind, planes, old, length, into, at);
      }
      case MAGNITUDES -> {
        int width = kind.width();
        if (width == 1) {
          throw new BundleException("magnitudes of single bytes");
        }
        int count = length / width;
        Elements.contexts(kind, old, length, room);
        SymbolCoding.decode(in, room, planes, 0, count, slots);
        int bits = in.small("the bits of numbers", length);
        ByteSource source = new ByteSource(in.bytes(), in.skip(bits), bits);
        Magnitudes.join(planes, source, width, count, into, at);
        Elements.fromNumbers(kind, old, length, into, at);
      }
      case SAME, SYMBOLS -> throw new BundleException(coding + " is a coding of planes only");
    }
  }

  private void decodePlane(ByteSource in, byte[] contexts, int at, int count)
      throws BundleException {
    Coding coding = Coding.of(in.oneByte());
    switch (coding) {
      case STORED -> System.arraycopy(in.bytes(), in.skip(count), planes, at, count);
      case SAME -> Arrays.fill(planes, at, at + count, (byte) in.oneByte());
      case ZSTD -> unpack(in, NO_PREFIX, planes, at, count);
      case SYMBOLS -> SymbolCoding.decode(in, contexts, planes, at, count, slots);
      case PLANES, MAGNITUDES -> throw new BundleException(coding + " is no coding of a plane");
    }
  }

  private void unpack(ByteSource in, byte[] prefix, byte[] into, int at, int wanted)
      throws BundleException {
    int length = in.small("a zstd frame", in.left());
    zstd.unpack(in.bytes(), in.skip(length), length, prefix, into, at, wanted);
  }
}
