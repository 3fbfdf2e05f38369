package dev.tombolo.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Elements, their planes, classes and symbols, there and back.
class ElementsTest {
  private static final int LENGTH = 4 * 1031;

  private final Random random = new Random(20_261_128);

  @ParameterizedTest
  @EnumSource(PieceKind.class)
  void everyKindComesBackFromItsPlanes(PieceKind kind) {
    byte[] base = bytes(LENGTH);
    byte[] plain = bytes(LENGTH);
    byte[] planes = new byte[LENGTH];
    byte[] back = new byte[LENGTH + 3];

    Elements.toPlanes(kind, plain, base, LENGTH, planes);
    Elements.fromPlanes(kind, planes, base, LENGTH, back, 3);

    assertThat(Arrays.copyOfRange(back, 3, back.length)).isEqualTo(plain);
  }

  @Test
  void floatsThatAreNeighboursDifferByOneAcrossZeroToo() {
    // BF16: the smallest negative number, -0, 0, the smallest positive one.
    byte[] base = {0x01, (byte) 0x80, 0x00, (byte) 0x80, 0x00, 0x00};
    byte[] plain = {0x00, (byte) 0x80, 0x00, 0x00, 0x01, 0x00};
    byte[] planes = new byte[6];

    Elements.toPlanes(PieceKind.FLOAT16, plain, base, 6, planes);

    assertThat(planes).containsExactly(2, 2, 2, 0, 0, 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = PieceKind.class,
      names = {"INTEGER16", "FLOAT16", "INTEGER32", "FLOAT32"})
  void numbersComeBackFromClassesAndBits(PieceKind kind) throws BundleException {
    int count = LENGTH / kind.width();
    byte[] planes = bytes(LENGTH);
    Arrays.fill(planes, LENGTH - count, LENGTH - count / 2, (byte) 0);
    byte[] classes = new byte[count];
    ByteSink bits = new ByteSink();
    byte[] base = bytes(LENGTH);
    byte[] plain = new byte[LENGTH];
    byte[] back = new byte[LENGTH];
    Elements.fromPlanes(kind, planes, base, LENGTH, plain, 0);

    Magnitudes.split(planes, kind.width(), count, classes, bits);
    byte[] stored = bits.toBytes();
    ByteSource in = new ByteSource(stored, 0, stored.length);
    Magnitudes.join(classes, in, kind.width(), count, back, 0);
    Elements.fromNumbers(kind, base, LENGTH, back, 0);

    assertThat(back).isEqualTo(plain);
  }

  @Test
  void symbolsThatTakeHardlyABitEachComeBack() throws BundleException {
    int count = 100_003;
    byte[] symbols = new byte[count];
    byte[] contexts = bytes(count);
    for (int i = 0; i < count; i++) {
      symbols[i] = (byte) (random.nextInt(contexts[i] < 0 ? 20 : 200) == 0 ? 1 : 0);
    }
    ByteSink out = new ByteSink();

    SymbolCoding.encode(symbols, contexts, count, twoTables(symbols, contexts), out);

    byte[] coded = out.toBytes();
    byte[] back = new byte[count];
    SymbolCoding.decode(
        new ByteSource(coded, 0, coded.length), contexts, back, 0, count, new SymbolCoding.Slots());
    assertThat(back).isEqualTo(symbols);
  }

  @Test
  void rareSymbolsThatShareAGroupOfSlotsComeBackAtTheirPlace() throws BundleException {
    int count = 50_001;
    byte[] symbols = new byte[count];
    byte[] contexts = bytes(count);
    for (int i = 0; i < count; i++) {
      // One table has nothing but the symbol 0, the other a few common ones and many rare ones.
      int drawn = random.nextInt(1000);
      symbols[i] =
          (byte) (contexts[i] >= 0 || drawn > 80 ? 0 : drawn > 20 ? drawn % 3 : drawn * 12);
    }
    ByteSink out = new ByteSink();

    SymbolCoding.encode(symbols, contexts, count, twoTables(symbols, contexts), out);

    byte[] coded = out.toBytes();
    assertThat(coded.length).isLessThan(count / 10);
    byte[] back = new byte[count + 7];
    SymbolCoding.decode(
        new ByteSource(coded, 0, coded.length), contexts, back, 7, count, new SymbolCoding.Slots());
    assertThat(Arrays.copyOfRange(back, 7, back.length)).isEqualTo(symbols);
  }

  @Test
  void brokenSymbolsThatAreSeldomRenewedAreRefusedOrWrongButNeverMore() {
    byte[] symbols = new byte[5000];
    byte[] contexts = bytes(symbols.length);
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = (byte) Math.round(random.nextGaussian() * 0.3);
    }
    assertThat(refused(symbols, contexts)).isGreaterThan(1900);
  }

  @Test
  void symbolsComeBackAndTakeHardlyMoreThanTheirEntropy() throws BundleException {
    for (int count : new int[] {1, 2, 3, 4, 5, 63, 4096, 100_003}) {
      byte[] symbols = new byte[count];
      byte[] contexts = bytes(count);
      for (int i = 0; i < count; i++) {
        symbols[i] = (byte) Math.round(random.nextGaussian() * (contexts[i] < 0 ? 1 : 6));
      }
      ByteSink out = new ByteSink();

      SymbolCoding.encode(symbols, contexts, count, twoTables(symbols, contexts), out);

      byte[] coded = out.toBytes();
      byte[] back = new byte[count];
      ByteSource in = new ByteSource(coded, 0, coded.length);
      SymbolCoding.decode(in, contexts, back, 0, count, new SymbolCoding.Slots());
      assertThat(back).isEqualTo(symbols);
      assertThat(in.left()).isZero();
      if (count > 100_000) {
        // Entropies of the two: 2.05 and 4.63 bits.
        assertThat(coded.length).isLessThan((int) (count * 3.36 / 8) + 400);
      }
    }
  }

  @Test
  void brokenSymbolsAreRefusedOrWrongButNeverMore() {
    byte[] symbols = new byte[5000];
    byte[] contexts = bytes(symbols.length);
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = (byte) Math.round(random.nextGaussian() * 3);
    }
    assertThat(refused(symbols, contexts)).isGreaterThan(1900);
  }

  @Test
  void numbersBeyondTheirBoundAreRefusedByItsName() {
    byte[] number = new ByteSink().number(1_000_000).toBytes();
    assertThatExceptionOfType(BundleException.class)
        .isThrownBy(() -> new ByteSource(number, 0, number.length).number("FILES_MAX", 32_768))
        .withMessage("FILES_MAX: 1000000 is more than 32768");
  }

  /// How many of 2,000 broken ones are refused.
  private int refused(byte[] symbols, byte[] contexts) {
    ByteSink out = new ByteSink();
    SymbolCoding.encode(symbols, contexts, symbols.length, twoTables(symbols, contexts), out);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] coded = out.toBytes();
      coded[random.nextInt(coded.length)] ^= (byte) (1 + random.nextInt(255));
      int length = random.nextInt(10) == 0 ? random.nextInt(coded.length) : coded.length;
      try {
        SymbolCoding.decode(
            new ByteSource(coded, 0, length),
            contexts,
            new byte[symbols.length],
            0,
            symbols.length,
            new SymbolCoding.Slots());
      } catch (BundleException e) {
        refused++;
      }
    }
    return refused;
  }

  private static SymbolTables twoTables(byte[] symbols, byte[] contexts) {
    int[][] counts = new int[2][256];
    byte[] tableOf = new byte[256];
    Arrays.fill(tableOf, 0, 128, (byte) 1);
    for (int i = 0; i < symbols.length; i++) {
      counts[tableOf[contexts[i] & 0xff]][symbols[i] & 0xff]++;
    }
    return SymbolTables.of(new int[][] {shares(counts[0]), shares(counts[1])}, tableOf);
  }

  private static int[] shares(int[] counts) {
    int total = Math.max(1, Arrays.stream(counts).sum());
    int[] shares = new int[256];
    int left = SymbolTables.TOTAL;
    int largest = 0;
    for (int symbol = 0; symbol < 256; symbol++) {
      if (counts[symbol] > 0) {
        shares[symbol] =
            Math.max(1, (int) ((long) counts[symbol] * (SymbolTables.TOTAL - 256) / total));
        left -= shares[symbol];
        largest = shares[symbol] > shares[largest] ? symbol : largest;
      }
    }
    shares[largest] += left;
    return shares;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
