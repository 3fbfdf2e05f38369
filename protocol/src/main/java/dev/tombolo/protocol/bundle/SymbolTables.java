package dev.tombolo.protocol.bundle;

/// How often each symbol occurs, as shares of [#TOTAL], in one table or several; a symbol's context
/// (a byte that both sides know) picks the table.
///
/// Written: the number of tables; with more than one, 128 bytes that give each context's table in
/// four bits, the even context's in the low ones; then each table's greatest symbol and the share
/// of each up to it, where a 0 is followed by how many more zeros follow.
public final class SymbolTables {
  public static final int TABLES_MAX = 16;
  static final int BITS = 14;
  public static final int TOTAL = 1 << BITS;
  static final int SYMBOLS = 256;
  static final int CONTEXTS = 256;

  private final int count;
  private final byte[] tableOfContext;

  /// By table and symbol: begin in the upper half, share in the lower.
  private final int[] ranges;

  private SymbolTables(int count, byte[] tableOfContext, int[] ranges) {
    this.count = count;
    this.tableOfContext = tableOfContext;
    this.ranges = ranges;
  }

  /// @param shares of each table's symbols, [#TOTAL] in sum
  /// @param tableOfContext 256 of them
  public static SymbolTables of(int[][] shares, byte[] tableOfContext) {
    int[] ranges = new int[shares.length * SYMBOLS];
    for (int table = 0; table < shares.length; table++) {
      int begin = 0;
      for (int symbol = 0; symbol < SYMBOLS; symbol++) {
        ranges[table * SYMBOLS + symbol] = begin << 16 | shares[table][symbol];
        begin += shares[table][symbol];
      }
      if (begin != TOTAL) {
        throw new IllegalArgumentException("shares of " + begin + " instead of " + TOTAL);
      }
    }
    return new SymbolTables(shares.length, tableOfContext.clone(), ranges);
  }

  int count() {
    return count;
  }

  /// By context, the first index of its table in [#ranges()].
  int table(int context) {
    return tableOfContext[context];
  }

  int[] ranges() {
    return ranges;
  }

  void write(ByteSink out) {
    out.oneByte(count);
    if (count > 1) {
      for (int context = 0; context < CONTEXTS; context += 2) {
        out.oneByte(tableOfContext[context] | tableOfContext[context + 1] << 4);
      }
    }
    for (int table = 0; table < count; table++) {
      writeShares(out, table * SYMBOLS);
    }
  }

  private void writeShares(ByteSink out, int at) {
    int greatest = SYMBOLS - 1;
    while (share(at + greatest) == 0) {
      greatest--;
    }
    out.oneByte(greatest);
    for (int symbol = 0; symbol <= greatest; symbol++) {
      out.number(share(at + symbol));
      if (share(at + symbol) == 0) {
        int zeros = 0;
        while (share(at + symbol + 1 + zeros) == 0) {
          zeros++;
        }
        out.number(zeros);
        symbol += zeros;
      }
    }
  }

  private int share(int index) {
    return ranges[index] & 0xffff;
  }

  static SymbolTables read(ByteSource in) throws BundleException {
    int count = in.small("TABLES_MAX", TABLES_MAX);
    if (count == 0) {
      throw new BundleException("coded symbols without a table");
    }
    byte[] tableOfContext = new byte[CONTEXTS];
    if (count > 1) {
      for (int context = 0; context < CONTEXTS; context += 2) {
        int both = in.oneByte();
        tableOfContext[context] = (byte) (both & 15);
        tableOfContext[context + 1] = (byte) (both >>> 4);
        if ((both & 15) >= count || both >>> 4 >= count) {
          throw new BundleException("a context names a table that is not there");
        }
      }
    }
    int[] ranges = new int[count * SYMBOLS];
    for (int table = 0; table < count; table++) {
      readShares(in, ranges, table * SYMBOLS);
    }
    return new SymbolTables(count, tableOfContext, ranges);
  }

  private static void readShares(ByteSource in, int[] ranges, int at) throws BundleException {
    int greatest = in.oneByte();
    int begin = 0;
    for (int symbol = 0; symbol <= greatest; symbol++) {
      int share = in.small("a symbol's share", TOTAL - begin);
      ranges[at + symbol] = begin << 16 | share;
      begin += share;
      if (share == 0) {
        symbol += in.small("a run of zeros", greatest - symbol);
      }
    }
    if (begin != TOTAL) {
      throw new BundleException("the shares of symbols are " + begin + " in sum");
    }
  }
}
