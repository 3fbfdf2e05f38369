package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.SymbolTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How often symbols occur in each context, gathered into as few tables as are worth their bytes.
/// The same input always gives the same tables.
final class SymbolModel {
  private static final int SYMBOLS = 256;
  private static final int CONTEXTS = 256;
  private static final int ROUNDS = 5;

  /// Fewer symbols are not worth more than one table.
  private static final int COUNT_MIN = 1024;

  /// A context that is met less often than this goes with its neighbours.
  private static final double BITS_OF_SHARE = 11;

  /// A table is hardly worth its bytes for fewer symbols.
  private static final int TABLE_SYMBOLS = 8192;

  private static final double BITS_OF_CONTEXTS = 128 * 8;
  private static final double UNSEEN = 0.02;
  private static final double LN2 = StrictMath.log(2);
  private static final double[] LOG2 = new double[1 << 16];

  static {
    for (int i = 1; i < LOG2.length; i++) {
      LOG2[i] = StrictMath.log(i) / LN2;
    }
  }

  private record Group(int[] counts, List<Integer> contexts, double bits) {}

  private final SymbolTables tables;
  private final double bits;

  private SymbolModel(SymbolTables tables, double bits) {
    this.tables = tables;
    this.bits = bits;
  }

  SymbolTables tables() {
    return tables;
  }

  /// About how many bytes the symbols will take, tables and all.
  long bytes() {
    return (long) (bits / 8) + 20;
  }

  static SymbolModel of(byte[] symbols, byte[] contexts, int count) {
    int[] all = new int[SYMBOLS];
    for (int i = 0; i < count; i++) {
      all[symbols[i] & 0xff]++;
    }
    double one = bits(all);
    if (count >= COUNT_MIN) {
      List<Group> groups = groups(symbols, contexts, count);
      double several = BITS_OF_CONTEXTS;
      for (Group group : groups) {
        several += group.bits();
      }
      if (groups.size() > 1 && several < one) {
        return several(groups, several);
      }
    }
    return new SymbolModel(SymbolTables.of(new int[][] {shares(all)}, new byte[CONTEXTS]), one);
  }

  private static SymbolModel several(List<Group> groups, double bits) {
    int[][] shares = new int[groups.size()][];
    byte[] tableOf = new byte[CONTEXTS];
    for (int table = 0; table < shares.length; table++) {
      Group group = groups.get(table);
      shares[table] = shares(group.counts());
      for (int context : group.contexts()) {
        tableOf[context] = (byte) table;
      }
    }
    return new SymbolModel(SymbolTables.of(shares, tableOf), bits);
  }

  private static List<Group> groups(byte[] symbols, byte[] contexts, int count) {
    int[][] counts = new int[CONTEXTS][SYMBOLS];
    for (int i = 0; i < count; i++) {
      counts[contexts[i] & 0xff][symbols[i] & 0xff]++;
    }
    List<Integer> used = new ArrayList<>();
    double[] mean = new double[CONTEXTS];
    int greatest = 1;
    for (int context = 0; context < CONTEXTS; context++) {
      long sum = 0;
      long total = 0;
      for (int symbol = 0; symbol < SYMBOLS; symbol++) {
        total += counts[context][symbol];
        greatest = counts[context][symbol] > 0 ? Math.max(greatest, symbol + 1) : greatest;
        sum += (long) symbol * counts[context][symbol];
      }
      if (total > 0) {
        used.add(context);
        mean[context] = (double) sum / total;
      }
    }
    if (used.size() == 1) {
      return List.of(group(counts, used));
    }
    used.sort(Comparator.comparingDouble((Integer context) -> mean[context]));
    int[] groupOf = new int[CONTEXTS];
    int most = Math.min(Math.min(SymbolTables.TABLES_MAX, 2 + count / TABLE_SYMBOLS), used.size());
    for (int i = 0; i < used.size(); i++) {
      groupOf[used.get(i)] = i * most / used.size();
    }
    for (int round = 0; round < ROUNDS; round++) {
      regroup(counts, used, groupOf, most, greatest);
    }
    List<Group> groups = new ArrayList<>();
    for (int number = 0; number < most; number++) {
      int wanted = number;
      List<Integer> members = used.stream().filter(it -> groupOf[it] == wanted).toList();
      if (!members.isEmpty()) {
        groups.add(group(counts, members));
      }
    }
    return merged(groups);
  }

  /// Each context goes where it would take the fewest bits.
  private static void regroup(
      int[][] counts, List<Integer> used, int[] groupOf, int most, int symbols) {
    double[][] price = new double[most][symbols];
    for (int context : used) {
      for (int symbol = 0; symbol < symbols; symbol++) {
        price[groupOf[context]][symbol] += counts[context][symbol];
      }
    }
    for (double[] prices : price) {
      double total = 0;
      for (int symbol = 0; symbol < symbols; symbol++) {
        prices[symbol] += UNSEEN;
        total += prices[symbol];
      }
      for (int symbol = 0; symbol < symbols; symbol++) {
        prices[symbol] = log2(total / prices[symbol]);
      }
    }
    for (int context : used) {
      double least = Double.MAX_VALUE;
      for (int group = 0; group < most; group++) {
        double cost = 0;
        for (int symbol = 0; symbol < symbols; symbol++) {
          cost += counts[context][symbol] * price[group][symbol];
        }
        if (cost < least) {
          least = cost;
          groupOf[context] = group;
        }
      }
    }
  }

  /// Joins groups as long as that saves more on tables than it costs.
  private static List<Group> merged(List<Group> groups) {
    List<Group> left = new ArrayList<>(groups);
    double[][] gains = new double[left.size()][left.size()];
    for (int a = 0; a < left.size(); a++) {
      for (int b = a + 1; b < left.size(); b++) {
        gains[a][b] = gain(left.get(a), left.get(b));
      }
    }
    boolean[] gone = new boolean[left.size()];
    while (true) {
      int bestA = 0;
      int bestB = 0;
      double best = 0;
      for (int a = 0; a < gone.length; a++) {
        for (int b = a + 1; b < gone.length; b++) {
          if (!gone[a] && !gone[b] && gains[a][b] > best) {
            best = gains[a][b];
            bestA = a;
            bestB = b;
          }
        }
      }
      if (best == 0) {
        break;
      }
      gone[bestB] = true;
      left.set(bestA, both(left.get(bestA), left.get(bestB)));
      for (int other = 0; other < gone.length; other++) {
        if (!gone[other] && other != bestA) {
          gains[Math.min(bestA, other)][Math.max(bestA, other)] =
              gain(left.get(bestA), left.get(other));
        }
      }
    }
    List<Group> stay = new ArrayList<>();
    for (int i = 0; i < gone.length; i++) {
      if (!gone[i]) {
        stay.add(left.get(i));
      }
    }
    return stay;
  }

  private static double gain(Group a, Group b) {
    int[] counts = new int[SYMBOLS];
    for (int symbol = 0; symbol < SYMBOLS; symbol++) {
      counts[symbol] = a.counts()[symbol] + b.counts()[symbol];
    }
    return a.bits() + b.bits() - bits(counts);
  }

  private static Group both(Group a, Group b) {
    int[] counts = new int[SYMBOLS];
    for (int symbol = 0; symbol < SYMBOLS; symbol++) {
      counts[symbol] = a.counts()[symbol] + b.counts()[symbol];
    }
    List<Integer> contexts = new ArrayList<>(a.contexts());
    contexts.addAll(b.contexts());
    return new Group(counts, contexts, bits(counts));
  }

  private static Group group(int[][] counts, List<Integer> members) {
    int[] sum = new int[SYMBOLS];
    for (int context : members) {
      for (int symbol = 0; symbol < SYMBOLS; symbol++) {
        sum[symbol] += counts[context][symbol];
      }
    }
    return new Group(sum, members, bits(sum));
  }

  /// Of the symbols and of their table.
  private static double bits(int[] counts) {
    int total = 0;
    int used = 0;
    double saved = 0;
    for (int count : counts) {
      if (count > 0) {
        total += count;
        used++;
        saved += count * log2(count);
      }
    }
    return BITS_OF_SHARE * used + 16 + total * log2(total) - saved;
  }

  /// Shares that are [SymbolTables#TOTAL] in sum, none of an occurring symbol 0.
  static int[] shares(int[] counts) {
    long total = 0;
    for (int count : counts) {
      total += count;
    }
    int[] shares = new int[SYMBOLS];
    int left = SymbolTables.TOTAL;
    for (int symbol = 0; symbol < SYMBOLS; symbol++) {
      if (counts[symbol] > 0) {
        long share = (counts[symbol] * (long) SymbolTables.TOTAL + total / 2) / total;
        shares[symbol] = (int) Math.max(1, share);
        left -= shares[symbol];
      }
    }
    // What rounding left over or took too much: the largest bear it, where it matters least.
    while (left != 0) {
      int largest = 0;
      for (int symbol = 1; symbol < SYMBOLS; symbol++) {
        if (shares[symbol] > shares[largest]) {
          largest = symbol;
        }
      }
      int change = left > 0 ? left : Math.max(left, -Math.max(1, shares[largest] / 4));
      shares[largest] += change;
      left -= change;
    }
    return shares;
  }

  private static double log2(int value) {
    return value < LOG2.length ? LOG2[value] : StrictMath.log(value) / LN2;
  }

  private static double log2(double value) {
    return StrictMath.log(value) / LN2;
  }
}
