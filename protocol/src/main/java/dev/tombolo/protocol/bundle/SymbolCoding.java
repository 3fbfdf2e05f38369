package dev.tombolo.protocol.bundle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes coded close to their entropy: rANS (Duda, 2013) with 32-bit states that are renewed by 16
/// bits, four of them in turn, and 14-bit shares.
///
/// Written: the [SymbolTables], the four states (big-endian), the number of 16-bit words, the words
/// (big-endian). Symbol `i` belongs to state `i mod 4`.
public final class SymbolCoding {
  private static final int STATES = 4;
  private static final long STATE_MIN = 1L << 16;
  private static final int MASK = SymbolTables.TOTAL - 1;

  /// So many symbols for each byte of words, and a branch is guessed better than it is spared.
  private static final int SELDOM = 5;

  /// So many slots of a table, as a power of two, are a group. Where symbols are seldom renewed,
  /// nearly all groups have one symbol throughout; what is known of it is had by one look, near at
  /// hand, instead of two in what is too large for the processor's nearest cache.
  private static final int GROUP_BITS = 6;

  private static final int GROUPS_BITS = SymbolTables.BITS - GROUP_BITS;
  private static final int GROUPS = 1 << GROUPS_BITS;

  /// Symbols at once, see [Blocks].
  private static final int BLOCK = 4096;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle FOUR_WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle FOUR_SYMBOLS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private SymbolCoding() {}

  /// @param contexts one for each symbol
  public static void encode(
      byte[] symbols, byte[] contexts, int count, SymbolTables tables, ByteSink out) {
    byte[] words = new byte[2 * count + 16];
    int at = words.length;
    long[] states = new long[STATES];
    Arrays.fill(states, STATE_MIN);
    int[] ranges = tables.ranges();
    for (int i = count - 1; i >= 0; i--) {
      int range =
          ranges[tables.table(contexts[i] & 0xff) * SymbolTables.SYMBOLS + (symbols[i] & 0xff)];
      int share = range & 0xffff;
      long state = states[i & 3];
      if (state >= (long) share << 32 - SymbolTables.BITS) {
        words[--at] = (byte) state;
        words[--at] = (byte) (state >>> 8);
        state >>>= 16;
      }
      states[i & 3] = (state / share << SymbolTables.BITS) + state % share + (range >>> 16);
    }
    tables.write(out);
    for (long state : states) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        out.oneByte((int) (state >>> shift) & 0xff);
      }
    }
    out.number((words.length - at) / 2);
    out.bytes(words, at, words.length - at);
  }

  /// @param contexts one for each symbol
  static void decode(ByteSource in, byte[] contexts, byte[] symbols, int at, int count, Slots slots)
      throws BundleException {
    SymbolTables tables = SymbolTables.read(in);
    slots.fill(tables);
    int[] states = new int[STATES];
    for (int i = 0; i < STATES; i++) {
      states[i] = in.oneByte() << 24 | in.oneByte() << 16 | in.oneByte() << 8 | in.oneByte();
    }
    int length = 2 * in.small("words", BundleFormat.SEGMENT_BYTES_MAX);
    int from = in.skip(length);
    Words words = new Words(in.bytes(), from, from + length);
    boolean isSeldomRenewed = length < count / SELDOM;
    int[] tableAt = new int[SymbolTables.CONTEXTS];
    for (int context = 0; context < tableAt.length; context++) {
      tableAt[context] = tables.table(context) << (isSeldomRenewed ? GROUPS_BITS : 0);
    }
    int i = 0;
    while (true) {
      // Each round of four takes four words at the most: within these nothing can run out.
      int rounds = Math.min((Blocks.end(i, count, BLOCK) - i) / 4, (words.end - words.at) / 8);
      if (rounds == 0) {
        break;
      }
      int last = i + 4 * rounds;
      if (isSeldomRenewed) {
        System.arraycopy(contexts, i, slots.block, 0, last - i);
        decodeSeldomRenewed(words, states, tableAt, tables.ranges(), slots, last - i);
        System.arraycopy(slots.block, 0, symbols, at + i, last - i);
      } else {
        decode(
            words, states, tableAt, tables.ranges(), slots.slots, contexts, symbols, at, i, last);
      }
      i = last;
    }
    decodeLast(words, states, tables, slots.slots, contexts, symbols, at, i, count);
    for (int state : states) {
      if (state != STATE_MIN) {
        throw new BundleException("coded symbols do not come out even");
      }
    }
    if (words.at != words.end) {
      throw new BundleException("coded symbols have words left over");
    }
  }

  /// Decodes whole rounds of four symbols, for which there are words.
  private static void decode(
      Words words,
      int[] states,
      int[] tableAt,
      int[] ranges,
      byte[] slots,
      byte[] contexts,
      byte[] symbols,
      int at,
      int from,
      int last) {
    byte[] bytes = words.bytes;
    int next = words.at;
    int s0 = states[0];
    int s1 = states[1];
    int s2 = states[2];
    int s3 = states[3];
    for (int i = from; i < last; i += 4) {
      int t0 = tableAt[contexts[i] & 0xff];
      int t1 = tableAt[contexts[i + 1] & 0xff];
      int t2 = tableAt[contexts[i + 2] & 0xff];
      int t3 = tableAt[contexts[i + 3] & 0xff];
      int y0 = slots[(t0 << SymbolTables.BITS) + (s0 & MASK)] & 0xff;
      int y1 = slots[(t1 << SymbolTables.BITS) + (s1 & MASK)] & 0xff;
      int y2 = slots[(t2 << SymbolTables.BITS) + (s2 & MASK)] & 0xff;
      int y3 = slots[(t3 << SymbolTables.BITS) + (s3 & MASK)] & 0xff;
      int r0 = ranges[(t0 << 8) + y0];
      int r1 = ranges[(t1 << 8) + y1];
      int r2 = ranges[(t2 << 8) + y2];
      int r3 = ranges[(t3 << 8) + y3];
      s0 = (r0 & 0xffff) * (s0 >>> SymbolTables.BITS) + (s0 & MASK) - (r0 >>> 16);
      s1 = (r1 & 0xffff) * (s1 >>> SymbolTables.BITS) + (s1 & MASK) - (r1 >>> 16);
      s2 = (r2 & 0xffff) * (s2 >>> SymbolTables.BITS) + (s2 & MASK) - (r2 >>> 16);
      s3 = (r3 & 0xffff) * (s3 >>> SymbolTables.BITS) + (s3 & MASK) - (r3 >>> 16);
      FOUR_SYMBOLS.set(symbols, at + i, y0 | y1 << 8 | y2 << 16 | y3 << 24);
      // All ones where the state wants a word. Which does is as good as random: no branches.
      int w0 = (s0 >>> 16) - 1 >> 31;
      int w1 = (s1 >>> 16) - 1 >> 31;
      int w2 = (s2 >>> 16) - 1 >> 31;
      int w3 = (s3 >>> 16) - 1 >> 31;
      long ahead = (long) FOUR_WORDS.get(bytes, next);
      s0 = s0 << (w0 & 16) | (int) (ahead >>> 48) & w0;
      ahead <<= w0 & 16;
      s1 = s1 << (w1 & 16) | (int) (ahead >>> 48) & w1;
      ahead <<= w1 & 16;
      s2 = s2 << (w2 & 16) | (int) (ahead >>> 48) & w2;
      ahead <<= w2 & 16;
      s3 = s3 << (w3 & 16) | (int) (ahead >>> 48) & w3;
      next -= 2 * (w0 + w1 + w2 + w3);
    }
    states[0] = s0;
    states[1] = s1;
    states[2] = s2;
    states[3] = s3;
    words.at = next;
  }

  /// As [#decode], for symbols that take hardly a bit each. The block has the contexts, and takes
  /// the symbols in their place: what the loop holds has to fit into the processor's registers, and
  /// each index that has to be checked needs one more.
  private static void decodeSeldomRenewed(
      Words words, int[] states, int[] tableAt, int[] ranges, Slots of, int count) {
    byte[] block = of.block;
    long[] groups = of.groups;
    byte[] slots = of.slots;
    // Whose length the compiler knows: 256.
    int[] tables = new int[SymbolTables.CONTEXTS];
    System.arraycopy(tableAt, 0, tables, 0, SymbolTables.CONTEXTS);
    byte[] bytes = words.bytes;
    int next = words.at;
    long s0 = states[0] & 0xffff_ffffL;
    long s1 = states[1] & 0xffff_ffffL;
    long s2 = states[2] & 0xffff_ffffL;
    long s3 = states[3] & 0xffff_ffffL;
    for (int i = 0; i < count; i += 4) {
      int t0 = tables[block[i] & 0xff];
      long g0 = groups[t0 | (int) s0 >>> GROUP_BITS & GROUPS - 1];
      if (g0 == 0) {
        int y = slots[(t0 << GROUP_BITS) + ((int) s0 & MASK)] & 0xff;
        g0 = group(ranges[t0 + y], y);
      }
      block[i] = (byte) g0;
      s0 += (g0 >> 32) * (s0 >>> SymbolTables.BITS) - ((int) g0 >>> 8);
      if (s0 < STATE_MIN) {
        s0 = s0 << 16 | word(bytes, next);
        next += 2;
      }
      int t1 = tables[block[i + 1] & 0xff];
      long g1 = groups[t1 | (int) s1 >>> GROUP_BITS & GROUPS - 1];
      if (g1 == 0) {
        int y = slots[(t1 << GROUP_BITS) + ((int) s1 & MASK)] & 0xff;
        g1 = group(ranges[t1 + y], y);
      }
      block[i + 1] = (byte) g1;
      s1 += (g1 >> 32) * (s1 >>> SymbolTables.BITS) - ((int) g1 >>> 8);
      if (s1 < STATE_MIN) {
        s1 = s1 << 16 | word(bytes, next);
        next += 2;
      }
      int t2 = tables[block[i + 2] & 0xff];
      long g2 = groups[t2 | (int) s2 >>> GROUP_BITS & GROUPS - 1];
      if (g2 == 0) {
        int y = slots[(t2 << GROUP_BITS) + ((int) s2 & MASK)] & 0xff;
        g2 = group(ranges[t2 + y], y);
      }
      block[i + 2] = (byte) g2;
      s2 += (g2 >> 32) * (s2 >>> SymbolTables.BITS) - ((int) g2 >>> 8);
      if (s2 < STATE_MIN) {
        s2 = s2 << 16 | word(bytes, next);
        next += 2;
      }
      int t3 = tables[block[i + 3] & 0xff];
      long g3 = groups[t3 | (int) s3 >>> GROUP_BITS & GROUPS - 1];
      if (g3 == 0) {
        int y = slots[(t3 << GROUP_BITS) + ((int) s3 & MASK)] & 0xff;
        g3 = group(ranges[t3 + y], y);
      }
      block[i + 3] = (byte) g3;
      s3 += (g3 >> 32) * (s3 >>> SymbolTables.BITS) - ((int) g3 >>> 8);
      if (s3 < STATE_MIN) {
        s3 = s3 << 16 | word(bytes, next);
        next += 2;
      }
    }
    states[0] = (int) s0;
    states[1] = (int) s1;
    states[2] = (int) s2;
    states[3] = (int) s3;
    words.at = next;
  }

  /// What a group has that is all of one symbol: by how much its share is less than all, where it
  /// begins, and the symbol. 0 only of a table that has nothing but the symbol 0, where looking
  /// among its slots comes to the same.
  private static long group(int range, int symbol) {
    return (long) ((range & 0xffff) - SymbolTables.TOTAL) << 32 | range >>> 16 << 8 | symbol;
  }

  private static void decodeLast(
      Words words,
      int[] states,
      SymbolTables tables,
      byte[] slots,
      byte[] contexts,
      byte[] symbols,
      int at,
      int from,
      int count)
      throws BundleException {
    int[] ranges = tables.ranges();
    for (int i = from; i < count; i++) {
      int table = tables.table(contexts[i] & 0xff);
      int state = states[i & 3];
      int symbol = slots[(table << SymbolTables.BITS) + (state & MASK)] & 0xff;
      symbols[at + i] = (byte) symbol;
      states[i & 3] = words.renewed(after(state, ranges[(table << 8) + symbol]));
    }
  }

  private static int after(int state, int range) {
    return (range & 0xffff) * (state >>> SymbolTables.BITS) + (state & MASK) - (range >>> 16);
  }

  private static int word(byte[] bytes, int at) {
    return (short) WORD.get(bytes, at) & 0xffff;
  }

  /// The words not yet read.
  private static final class Words {
    private final byte[] bytes;
    private final int end;
    private int at;

    Words(byte[] bytes, int at, int end) {
      this.bytes = bytes;
      this.at = at;
      this.end = end;
    }

    int renewed(int state) throws BundleException {
      if (state >>> 16 != 0) {
        return state;
      }
      if (at > end - 2) {
        throw new BundleException("coded symbols end too early");
      }
      at += 2;
      return state << 16 | word(bytes, at - 2);
    }
  }

  /// Which symbol each slot of each table belongs to; kept, so that it is not made anew each time.
  static final class Slots {
    private final byte[] block = new byte[BLOCK];
    private byte[] slots = new byte[SymbolTables.TOTAL];

    /// 0 for a group of several symbols.
    private long[] groups = new long[GROUPS];

    void fill(SymbolTables tables) {
      if (slots.length < tables.count() * SymbolTables.TOTAL) {
        slots = new byte[tables.count() * SymbolTables.TOTAL];
        groups = new long[tables.count() * GROUPS];
      }
      Arrays.fill(groups, 0);
      int[] ranges = tables.ranges();
      for (int i = 0; i < ranges.length; i++) {
        int share = ranges[i] & 0xffff;
        if (share > 0) {
          int begin = (i >>> 8) * SymbolTables.TOTAL + (ranges[i] >>> 16);
          Arrays.fill(slots, begin, begin + share, (byte) i);
          int first = begin + (1 << GROUP_BITS) - 1 >>> GROUP_BITS;
          int end = begin + share >>> GROUP_BITS;
          if (first < end) {
            Arrays.fill(groups, first, end, group(ranges[i], i & 0xff));
          }
        }
      }
    }
  }
}
