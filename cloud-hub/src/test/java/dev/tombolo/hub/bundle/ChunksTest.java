package dev.tombolo.hub.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChunksTest {
  private record Chunk(long from, long to, long hash) {}

  /// Zeros are passed over many at once; where they begin and end must not matter to that.
  @Test
  void aStretchOfZerosIsCutTheSameWhereverItBegins() {
    byte[] content = new byte[3 << 20];
    Random random = new Random(5);
    byte[] noise = new byte[300_001];
    random.nextBytes(noise);
    System.arraycopy(noise, 0, content, 700_003, noise.length);

    List<Chunk> chunks = cut(content, 0);
    List<Chunk> later = cut(content, 12_345);

    assertThat(chunks.getFirst()).isEqualTo(new Chunk(0, Chunks.MAX, 0));
    assertThat(chunks.getLast().to()).isEqualTo(content.length);
    assertThat(later.getLast()).isEqualTo(chunks.getLast());
    TreeMap<Long, Chunk> byBegin = new TreeMap<>();
    chunks.forEach(it -> byBegin.put(it.from(), it));
    for (int i = 1; i < chunks.size(); i++) {
      assertThat(chunks.get(i).from()).isEqualTo(chunks.get(i - 1).to());
    }
    // Both cut the noise at the same places, once they have found one of them.
    assertThat(later).filteredOn(it -> it.hash() != 0).last().isIn(byBegin.values());
  }

  /// What is not all zeros is looked at byte by byte: it has to come to the same.
  @Test
  void zerosPassedOverAreWhatZerosLookedAtAre() {
    byte[] content = new byte[2 * Chunks.MAX];
    content[content.length - 1] = 1;

    List<Chunk> chunks = cut(content, 0);
    List<Chunk> slowly = cut(content, Chunks.MAX);

    assertThat(chunks.getFirst()).isEqualTo(new Chunk(0, Chunks.MAX, 0));
    assertThat(slowly.getFirst()).isEqualTo(chunks.get(1));
    assertThat(chunks.get(1).to() - chunks.get(1).from()).isEqualTo(Chunks.MAX);
  }

  private static List<Chunk> cut(byte[] content, int from) {
    List<Chunk> chunks = new ArrayList<>();
    Chunks.cut(
        MemorySegment.ofArray(content),
        from,
        content.length,
        (begin, end, hash) -> {
          chunks.add(new Chunk(begin, end, hash));
          return end;
        });
    return chunks;
  }
}
