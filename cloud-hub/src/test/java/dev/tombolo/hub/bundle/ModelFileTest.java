package dev.tombolo.hub.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Model files that nobody exports, and somebody may bring along.
class ModelFileTest {
  private static final int MORE = ModelFile.TENSORS_MAX + 5;

  /// A tensor of one byte of raw data, as a constant node has it.
  private static final byte[] ATTRIBUTE = {5 << 3 | 2, 5, 5 << 3 | 2, 3, 9 << 3 | 2, 1, 7};

  @TempDir private Path folder;

  @Test
  void aNodeOfMoreTensorsThanAreTakenFillsNoMemory() {
    int node = MORE * ATTRIBUTE.length;
    ByteBuffer file = ByteBuffer.allocate(node + 16);
    delimited(file, 7, 1 + 4 + node);
    delimited(file, 1, node);
    for (int i = 0; i < MORE; i++) {
      file.put(ATTRIBUTE);
    }
    byte[] content = new byte[file.position()];
    file.flip().get(content);

    assertThat(ModelFile.tensors(MemorySegment.ofArray(content))).hasSize(ModelFile.TENSORS_MAX);
  }

  /// @param length of less than 2^28, written in four bytes
  private static void delimited(ByteBuffer into, int field, int length) {
    into.put((byte) (field << 3 | 2));
    for (int i = 0; i < 3; i++) {
      into.put((byte) (length >> 7 * i | 0x80));
    }
    into.put((byte) (length >> 21));
  }

  /// All of one shape, and none of a name that the other has.
  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void asManyTensorsAsAreTakenAreComparedInNoHours() throws IOException {
    Path base = Files.write(folder.resolve("base"), initializers('a'));
    byte[] newer = initializers('b');

    try (Tree tree = Tree.open(base, Links.NOT_FOLLOWED, Tree.Others.REFUSED)) {
      MemorySegment content = MemorySegment.ofArray(newer);
      assertThat(
              new TensorPairs(tree.entries())
                  .of(content, ModelFile.tensors(content), tree.entries().getFirst()))
          .hasSize(ModelFile.TENSORS_MAX);
    }
  }

  /// A graph with as many weights of one byte as are taken.
  private static byte[] initializers(char begin) {
    int each = 2 + 9 + 3;
    int graph = ModelFile.TENSORS_MAX * (2 + each);
    ByteBuffer file = ByteBuffer.allocate(graph + 5);
    delimited(file, 7, graph);
    for (int i = 0; i < ModelFile.TENSORS_MAX; i++) {
      byte[] name = (begin + "%06d".formatted(i)).getBytes(StandardCharsets.US_ASCII);
      file.put((byte) (5 << 3 | 2)).put((byte) each);
      file.put((byte) (1 << 3)).put((byte) 1);
      file.put((byte) (8 << 3 | 2)).put((byte) name.length).put(name);
      file.put((byte) (9 << 3 | 2)).put((byte) 1).put((byte) i);
    }
    return file.array();
  }
}
