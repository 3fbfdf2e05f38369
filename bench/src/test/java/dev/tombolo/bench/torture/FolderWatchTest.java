package dev.tombolo.bench.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWatchTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path folder;

  @Test
  void aFileThatWasThereBeforeIsNotTold() throws Exception {
    Files.createFile(folder.resolve("old"));
    try (FolderWatch watch = new FolderWatch(folder)) {
      Files.createFile(folder.resolve("new"));

      assertThat(watch.await(name -> !name.equals("new"), Duration.ofMillis(1))).isFalse();
    }
  }

  @Test
  void aFileThatIsRenamedIntoItsPlaceIsTold() throws Exception {
    Path aside = Files.createFile(folder.resolve("aside"));
    try (FolderWatch watch = new FolderWatch(folder)) {
      Files.move(aside, folder.resolve("whole"));

      assertThat(watch.await("whole"::equals, LONG)).isTrue();
    }
  }
}
