package dev.tombolo.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderLockTest {
  @TempDir private Path data;

  @Test
  void whoOnlyAsksMakesNothing() {
    assertThat(DataFolderLock.isTaken(data)).isFalse();
    assertThat(data).isEmptyDirectory();
    assertThat(DataFolderLock.isTaken(data.resolve("absent"))).isFalse();
  }

  @Test
  void oneAgentHasItUntilItEnds() throws IOException {
    try (DataFolderLock _ = DataFolderLock.take(data)) {
      assertThat(DataFolderLock.isTaken(data)).isTrue();
      assertThatThrownBy(() -> DataFolderLock.take(data))
          .hasMessageContaining("another agent runs");
    }
    assertThat(DataFolderLock.isTaken(data)).isFalse();
  }
}
