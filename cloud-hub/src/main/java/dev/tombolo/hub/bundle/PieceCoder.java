package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.ByteSink;
import dev.tombolo.protocol.bundle.Coding;
import dev.tombolo.protocol.bundle.Elements;
import dev.tombolo.protocol.bundle.Magnitudes;
import dev.tombolo.protocol.bundle.PieceKind;
import dev.tombolo.protocol.bundle.SymbolCoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Codes all bytes that a segment has of one kind, in the way that gives the fewest.
final class PieceCoder implements AutoCloseable {
  private static final int QUICK = 3;
  private static final int THOROUGH = 15;

  /// A thorough try is worth its time when the quick one is not more than so far behind.
  private static final double WORTH_TRYING = 1.3;

  /// Planes take a device twice as long as magnitudes: so much less they have to be.
  private static final double OF_HALF_THE_TIME = 0.002;

  private static final int TAKES_TIME = 64 << 10;

  private static final double INCOMPRESSIBLE = 0.985;

  /// So much of it tells whether a thorough try of all can win against what there is.
  private static final int SAMPLE = 64 << 10;

  /// For less than this a sample saves no time.
  private static final int SAMPLED_MIN = 8 * SAMPLE;

  /// A sample may be so far off.
  private static final double SURELY = 1.02;

  /// Finds what the most thorough level does, give or take a few in a thousand, in a sixth of its
  /// time.
  private static final int NEARLY_AS_GOOD = 16;

  /// For less than a hundredth a prefix is not read that takes many times the time of what it is
  /// for.
  private static final double WORTH_A_LONG_PREFIX = 0.99;

  private final ZstdPacker zstd = new ZstdPacker();

  /// @param level of zstd for new bytes that can be packed at all
  byte[] code(PieceKind kind, byte[] plain, byte[] base, int length, byte[] prefix, int level) {
    if (kind == PieceKind.BYTES) {
      return newBytes(plain, length, prefix, level);
    }
    byte[] planes = new byte[length];
    Elements.toPlanes(kind, plain, base, length, planes);
    int count = length / kind.width();
    byte[] contexts = new byte[count];
    Elements.contexts(kind, base, length, contexts);
    ByteSink best;
    if (kind.width() > 1 && kind.usesBase()) {
      best = magnitudes(planes, contexts, kind.width(), count);
      // Planes are better only where the changes repeat, which zstd sees.
      if (zstd.pack(planes, 0, length, QUICK).length < WORTH_TRYING * best.length()) {
        ByteSink other = planes(planes, contexts, kind.width(), count);
        double bound = length < TAKES_TIME ? 1 : 1 - OF_HALF_THE_TIME;
        best = other.length() < best.length() * bound ? other : best;
      }
    } else {
      best = planes(planes, contexts, kind.width(), count);
    }
    if (best.length() > length) {
      best = new ByteSink().oneByte(Coding.STORED.code()).bytes(plain, 0, length);
    }
    return best.toBytes();
  }

  private byte[] newBytes(byte[] plain, int length, byte[] prefix, int level) {
    if (isSame(plain, length)) {
      return new ByteSink()
          .oneByte(Coding.PLANES.code())
          .oneByte(Coding.SAME.code())
          .oneByte(plain[0] & 0xff)
          .toBytes();
    }
    List<ByteSink> tries = new ArrayList<>();
    tries.add(new ByteSink().oneByte(Coding.STORED.code()).bytes(plain, 0, length));
    byte[] quick = zstd.pack(plain, 0, length, QUICK, prefix);
    tries.add(frame(quick));
    SymbolModel model = SymbolModel.of(plain, new byte[length], length);
    if (model.bytes() < quick.length) {
      ByteSink symbols = new ByteSink().oneByte(Coding.PLANES.code());
      tries.add(symbols(symbols, plain, new byte[length], length, model));
    }
    if (quick.length < INCOMPRESSIBLE * length
        && mayWin(plain, length, level, quick.length, least(tries).length())) {
      thorough(plain, length, prefix, level, tries);
    }
    return least(tries).toBytes();
  }

  /// Where tables of symbols have beaten the quick try, zstd is asked first, with less effort,
  /// whether it can win at all.
  private void thorough(byte[] plain, int length, byte[] prefix, int level, List<ByteSink> tries) {
    long least = least(tries).length();
    int quick = tries.get(1).length();
    if (quick > least && !mayBeLess(least, plain, length, prefix, level, quick)) {
      return;
    }
    tries.add(frame(zstd.pack(plain, 0, length, level, prefix)));
  }

  /// Up to a level that is nearly as good the question would cost as much as the try, but where a
  /// long prefix takes the time.
  private boolean mayBeLess(
      long least, byte[] plain, int length, byte[] prefix, int level, int quick) {
    if (prefix.length > length) {
      double found = withoutPrefix(plain, length, Math.min(level, NEARLY_AS_GOOD), quick);
      return found < (level > NEARLY_AS_GOOD ? least : WORTH_A_LONG_PREFIX * least);
    }
    return level <= NEARLY_AS_GOOD
        || zstd.pack(plain, 0, length, NEARLY_AS_GOOD, prefix).length < least;
  }

  /// What a try will come to. A prefix that is longer than what it is for takes most of the time,
  /// and is of as much use to a quick try.
  private double withoutPrefix(byte[] plain, int length, int level, int quick) {
    double share = quick / (double) zstd.pack(plain, 0, length, QUICK).length;
    return share * zstd.pack(plain, 0, length, level).length;
  }

  private ByteSink planes(byte[] planes, byte[] contexts, int width, int count) {
    ByteSink out = new ByteSink().oneByte(Coding.PLANES.code());
    for (int plane = 0; plane < width; plane++) {
      byte[] values = Arrays.copyOfRange(planes, plane * count, (plane + 1) * count);
      ByteSink coded = plane(values, contexts);
      out.bytes(coded.toBytes());
    }
    return out;
  }

  private ByteSink plane(byte[] values, byte[] contexts) {
    int count = values.length;
    if (isSame(values, count)) {
      return new ByteSink().oneByte(Coding.SAME.code()).oneByte(values[0] & 0xff);
    }
    List<ByteSink> tries = new ArrayList<>();
    tries.add(new ByteSink().oneByte(Coding.STORED.code()).bytes(values));
    SymbolModel model = SymbolModel.of(values, contexts, count);
    if (model.bytes() < count) {
      tries.add(symbols(new ByteSink(), values, contexts, count, model));
    }
    byte[] quick = zstd.pack(values, 0, count, QUICK);
    tries.add(frame(quick));
    long least = least(tries).length();
    if (quick.length < INCOMPRESSIBLE * count
        && quick.length < WORTH_TRYING * least
        && mayWin(values, count, THOROUGH, quick.length, least)) {
      tries.add(frame(zstd.pack(values, 0, count, THOROUGH)));
    }
    return least(tries);
  }

  /// Numbers without repeats are what tables of symbols are for: there a thorough try, which takes
  /// most of the time that making takes, finds hardly more than the quick one did.
  private boolean mayWin(byte[] bytes, int length, int level, int quick, long least) {
    if (length < SAMPLED_MIN || quick == least || level <= QUICK) {
      return true;
    }
    int from = (length - SAMPLE) / 2;
    double gain =
        (double) zstd.pack(bytes, from, SAMPLE, level).length
            / zstd.pack(bytes, from, SAMPLE, QUICK).length;
    return quick * Math.min(1, gain) < SURELY * least;
  }

  private static ByteSink symbols(
      ByteSink out, byte[] values, byte[] contexts, int count, SymbolModel model) {
    out.oneByte(Coding.SYMBOLS.code());
    SymbolCoding.encode(values, contexts, count, model.tables(), out);
    return out;
  }

  private static ByteSink magnitudes(byte[] planes, byte[] contexts, int width, int count) {
    byte[] classes = new byte[count];
    ByteSink bits = new ByteSink();
    Magnitudes.split(planes, width, count, classes, bits);
    ByteSink out = new ByteSink().oneByte(Coding.MAGNITUDES.code());
    SymbolModel model = SymbolModel.of(classes, contexts, count);
    SymbolCoding.encode(classes, contexts, count, model.tables(), out);
    byte[] stored = bits.toBytes();
    return out.number(stored.length).bytes(stored);
  }

  private static ByteSink frame(byte[] packed) {
    return new ByteSink().oneByte(Coding.ZSTD.code()).number(packed.length).bytes(packed);
  }

  private static ByteSink least(List<ByteSink> tries) {
    ByteSink best = tries.getFirst();
    for (ByteSink other : tries) {
      best = other.length() < best.length() ? other : best;
    }
    return best;
  }

  private static boolean isSame(byte[] values, int count) {
    return Arrays.mismatch(values, 0, count - 1, values, 1, count) < 0;
  }

  @Override
  public void close() {
    zstd.close();
  }
}
