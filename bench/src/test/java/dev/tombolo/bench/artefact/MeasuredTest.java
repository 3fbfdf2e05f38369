package dev.tombolo.bench.artefact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredTest {
  /// A shell that holds 32 MB.
  private static final String HOLDS = "x=$(head -c 32000000 /dev/zero | tr '\\0' a); ";

  private static final String TURNS = "for ((i = 0; i < 100000; i++)); do :; done";

  @TempDir Path folder;

  /// As between vfork and exec, which a sample may hit.
  @Test
  void memoryThatAForkHasOfItsParentIsCountedOnce() throws IOException, InterruptedException {
    Measured alone = Measured.run(folder, "bash", "-c", HOLDS + TURNS);
    Measured forked = Measured.run(folder, "bash", "-c", HOLDS + "(" + TURNS + "; :); :");

    assertThat(alone.ownMiB()).isGreaterThan(30);
    assertThat(forked.ownMiB()).isLessThan(1.3 * alone.ownMiB());
    assertThat(forked.peakMiB()).isLessThan(1.3 * alone.peakMiB());
  }

  @Test
  void aChildOfItsOwnIsCounted() throws IOException, InterruptedException {
    Measured small = Measured.run(folder, "bash", "-c", TURNS + "; :");
    Measured both =
        Measured.run(
            folder, "bash", "-c", "bash -c '" + HOLDS.replace("'", "\"") + TURNS + "; :'; :");

    assertThat(both.ownMiB()).isGreaterThan(small.ownMiB() + 30);
  }
}
