package dev.tombolo.hub.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Model files that nobody exports, and somebody may bring along.
class ModelFileTest {
  private static final int MORE = ModelFile.TENSORS_MAX + 5;

  /// A tensor of one byte of raw data, as a constant node has it.
  private static final byte[] ATTRIBUTE = {5 << 3 | 2, 5, 5 << 3 | 2, 3, 9 << 3 | 2, 1, 7};

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

  /// All of one shape, none of a name that the other has, and none alike.
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void asManyTensorsAsAreTakenAreComparedInNoHours() {
    List<Tensor> older = tensors("old");
    List<Tensor> newer = tensors("new");

    assertThat(Matching.pairs(newer, older, (_, _) -> false)).isEmpty();
    assertThat(Matching.pairs(newer, older, (_, _) -> true)).hasSize(ModelFile.TENSORS_MAX);
  }

  private static List<Tensor> tensors(String name) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < ModelFile.TENSORS_MAX; i++) {
      tensors.add(new Tensor(name + i, ElementType.BYTE, List.of(1L), i, 1));
    }
    return tensors;
  }
}
