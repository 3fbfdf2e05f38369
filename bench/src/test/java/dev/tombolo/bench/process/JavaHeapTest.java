package dev.tombolo.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JavaHeapTest {
  @Test
  void whatIsReferencedCountsAndGarbageDoesNot() throws Exception {
    long self = ProcessHandle.current().pid();
    long before = JavaHeap.usedAfterCollection(self);
    byte[] kept = new byte[32_000_000];
    long with = JavaHeap.usedAfterCollection(self);

    assertThat(with - before).isGreaterThan(30_000_000);
    assertThat(kept[1]).isZero();
    assertThat(Path.of("/tmp/.attach_pid" + self)).doesNotExist();
  }
}
