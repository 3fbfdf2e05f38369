package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.sqlite.DatabaseDamaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastBackupTest {
  @TempDir private Path data;

  @Test
  void theCommandNamesTheNewestBackupAsOneWord() throws IOException {
    Path backup = Files.createFile(data.resolve("Monday's hub.tombolo"));

    LastBackup.note(data, backup);

    assertThat(new DataDamaged(data, new DatabaseDamaged("page 3")))
        .hasMessageContaining(
            "--from '" + data + "/Monday'\\''s hub.tombolo' --data " + data + " ");
  }

  @Test
  void oneThatIsNoLongerThereIsNotNamed() {
    LastBackup.note(data, data.resolve("gone.tombolo"));

    assertThat(LastBackup.of(data)).isEmpty();
    assertThat(new DataDamaged(data, new DatabaseDamaged("page 3")))
        .hasMessageContaining("--from BACKUP.tombolo ");
  }

  @Test
  void aNoteThatCannotBeWrittenIsNotLeftAsItWas() throws IOException {
    Path note = Files.createDirectory(data.resolve("last-backup"));

    LastBackup.note(data, data.resolve("new.tombolo"));

    assertThat(note).doesNotExist();
  }
}
