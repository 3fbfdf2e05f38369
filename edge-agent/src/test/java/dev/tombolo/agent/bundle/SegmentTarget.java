package dev.tombolo.agent.bundle;

import com.github.luben.zstd.Zstd;
import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.ByteSink;
import dev.tombolo.protocol.bundle.Coding;
import dev.tombolo.protocol.bundle.Elements;
import dev.tombolo.protocol.bundle.Magnitudes;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.PieceKind;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentDecoder;
import dev.tombolo.protocol.bundle.SymbolCoding;
import dev.tombolo.protocol.bundle.SymbolTables;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// One coded segment, whatever its table says of it. An input is how many pieces it has (3 bits;
/// the next bit: with a prefix), for each its kind (a byte) and its elements less one (two bytes),
/// and the coded bytes. What comes out must not depend on what the decoder has seen before, nor
/// touch what lies around it.
public final class SegmentTarget implements FuzzTarget {
  private static final int PIECES_MAX = 8;
  private static final int ELEMENTS_MAX = 4096;
  private static final int LENGTH_MAX = PIECES_MAX * ELEMENTS_MAX * 4;
  private static final int AROUND = 16;
  private static final byte UNTOUCHED = 0x55;
  private static final byte[] PREFIX = "the tide covers the road twice a day".getBytes();
  private static final Digest NOBODY_LOOKS = Digest.ofText("");

  private final byte[] base = new byte[LENGTH_MAX];
  private final ZstdUnpacking zstd = new ZstdUnpacking();
  private final SegmentDecoder used = new SegmentDecoder(zstd, LENGTH_MAX);

  public SegmentTarget() {
    new Random(1).nextBytes(base);
  }

  @Override
  public String name() {
    return "bundle-segments";
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (PieceKind kind : PieceKind.values()) {
      if (kind == PieceKind.COPY || kind.cast() != dev.tombolo.protocol.bundle.Cast.NONE) {
        continue;
      }
      seeds.add(planes(kind, 300));
      if (kind.width() > 1) {
        seeds.add(magnitudes(kind, 700));
      }
    }
    seeds.add(seldom());
    seeds.add(mixed());
    return seeds;
  }

  private static ByteSink begun(int pieces, boolean withPrefix) {
    return new ByteSink().oneByte(pieces - 1 | (withPrefix ? PIECES_MAX : 0));
  }

  private static ByteSink piece(ByteSink out, PieceKind kind, int elements) {
    return out.oneByte(kind.code()).oneByte(elements - 1 >> 8).oneByte(elements - 1);
  }

  /// New elements near the base's.
  private byte[] near(int length) {
    byte[] plain = Arrays.copyOf(base, length);
    for (int i = 0; i < length; i += 3) {
      plain[i] += (byte) (i % 5);
    }
    return plain;
  }

  /// The first plane by symbols, the second by zstd, the third stored, the last the same
  /// throughout.
  private byte[] planes(PieceKind kind, int elements) {
    int length = elements * kind.width();
    byte[] planes = new byte[length];
    Elements.toPlanes(kind, near(length), base, length, planes);
    byte[] contexts = new byte[length];
    Elements.contexts(kind, base, length, contexts);
    ByteSink out = piece(begun(1, false), kind, elements).oneByte(Coding.PLANES.code());
    for (int plane = 0; plane < kind.width(); plane++) {
      byte[] one = Arrays.copyOfRange(planes, plane * elements, (plane + 1) * elements);
      switch (plane) {
        case 0 -> {
          out.oneByte(Coding.SYMBOLS.code());
          SymbolCoding.encode(one, contexts, elements, tables(one), out);
        }
        case 1 -> {
          byte[] packed = Zstd.compress(one);
          out.oneByte(Coding.ZSTD.code()).number(packed.length).bytes(packed);
        }
        case 2 -> out.oneByte(Coding.STORED.code()).bytes(one);
        default -> out.oneByte(Coding.SAME.code()).oneByte(7);
      }
    }
    return out.toBytes();
  }

  private byte[] magnitudes(PieceKind kind, int elements) {
    int length = elements * kind.width();
    byte[] planes = new byte[length];
    Elements.toPlanes(kind, near(length), base, length, planes);
    byte[] contexts = new byte[length];
    Elements.contexts(kind, base, length, contexts);
    byte[] classes = new byte[elements];
    ByteSink bits = new ByteSink();
    Magnitudes.split(planes, kind.width(), elements, classes, bits);
    ByteSink out = piece(begun(1, false), kind, elements).oneByte(Coding.MAGNITUDES.code());
    SymbolCoding.encode(classes, contexts, elements, tables(classes), out);
    return out.number(bits.length()).bytes(bits.toBytes()).toBytes();
  }

  /// Symbols that take hardly a bit each.
  private static byte[] seldom() {
    byte[] symbols = new byte[ELEMENTS_MAX];
    for (int i = 0; i < symbols.length; i += 97) {
      symbols[i] = (byte) i;
    }
    ByteSink out =
        piece(begun(1, false), PieceKind.BYTES, symbols.length)
            .oneByte(Coding.PLANES.code())
            .oneByte(Coding.SYMBOLS.code());
    SymbolCoding.encode(symbols, new byte[symbols.length], symbols.length, tables(symbols), out);
    return out.toBytes();
  }

  private static byte[] mixed() {
    ByteSink out = begun(4, true);
    piece(out, PieceKind.COPY, 10);
    piece(out, PieceKind.BYTES, 9);
    piece(out, PieceKind.FLOAT16_OF_32, 2);
    piece(out, PieceKind.BYTES, 9);
    byte[] packed = Zstd.compress("covers the road   ".getBytes());
    return out.oneByte(Coding.ZSTD.code())
        .number(packed.length)
        .bytes(packed)
        .oneByte(Coding.STORED.code())
        .bytes(new byte[4])
        .toBytes();
  }

  /// Two tables, of which the second is any symbol as likely as another.
  private static SymbolTables tables(byte[] symbols) {
    int[][] shares = new int[2][256];
    Arrays.fill(shares[1], SymbolTables.TOTAL / 256);
    int left = SymbolTables.TOTAL;
    for (byte symbol : symbols) {
      if (shares[0][symbol & 0xff] == 0) {
        shares[0][symbol & 0xff] = 1;
        left--;
      }
    }
    shares[0][symbols[0] & 0xff] += left;
    byte[] tableOfContext = new byte[256];
    Arrays.fill(tableOfContext, 128, 256, (byte) 1);
    return SymbolTables.of(shares, tableOfContext);
  }

  @Override
  public long stackBytes() {
    return 512 * 1024;
  }

  @Override
  public String run(byte[] input) {
    if (input.length == 0) {
      return "nothing";
    }
    int count = (input[0] & PIECES_MAX - 1) + 1;
    boolean withPrefix = (input[0] & PIECES_MAX) != 0;
    List<Piece> pieces = new ArrayList<>();
    int at = 1;
    int length = 0;
    for (int i = 0; i < count && at + 3 <= input.length; i++, at += 3) {
      PieceKind kind = PieceKind.values()[(input[at] & 0xff) % PieceKind.values().length];
      int elements = ((input[at + 1] & 0xff) << 8 | input[at + 2] & 0xff) % ELEMENTS_MAX + 1;
      pieces.add(new Piece(kind, elements * kind.width(), 0, 0));
      length += elements * kind.width();
    }
    if (pieces.isEmpty()) {
      return "nothing";
    }
    byte[] coded = Arrays.copyOfRange(input, at, input.length);
    byte[] prefix = withPrefix ? PREFIX : new byte[0];
    Segment segment =
        new Segment(length, coded.length, new Prefix.Before(prefix.length), pieces, NOBODY_LOOKS);
    byte[] once = decoded(used, segment, coded, prefix);
    byte[] again = decoded(new SegmentDecoder(zstd, length), segment, coded, prefix);
    Contract.holds(
        Arrays.equals(once, again), "it does not depend on what the decoder has seen before");
    return once.length > 0 ? "taken" : refusal;
  }

  private String refusal = "";

  /// Empty when it is refused.
  private byte[] decoded(SegmentDecoder decoder, Segment segment, byte[] coded, byte[] prefix) {
    byte[] into = new byte[AROUND + segment.length() + AROUND];
    Arrays.fill(into, UNTOUCHED);
    byte[] around = into.clone();
    boolean isTaken;
    try {
      decoder.decode(segment, coded, base, () -> prefix, into, AROUND);
      isTaken = true;
    } catch (BundleException e) {
      refusal = Contract.refused(e.getMessage());
      isTaken = false;
    }
    int end = AROUND + segment.length();
    Contract.holds(
        Arrays.equals(into, 0, AROUND, around, 0, AROUND)
            && Arrays.equals(into, end, into.length, around, end, into.length),
        "nothing around it is written");
    return isTaken ? Arrays.copyOfRange(into, AROUND, end) : new byte[0];
  }
}
