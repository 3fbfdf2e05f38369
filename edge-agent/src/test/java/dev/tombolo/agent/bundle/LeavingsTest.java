package dev.tombolo.agent.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an interrupted unpacking left goes, whoever removes it; root may do all of it anyway.
class LeavingsTest {
  @TempDir Path folder = Path.of("unset");

  @ParameterizedTest
  @ValueSource(ints = {0700, 0500, 0300, 0600, 0200, 0100, 0400, 0000})
  void foldersGoWithWhateverPermissionsTheyHave(int permissions) throws IOException {
    Path left = folder.resolve("new");
    Path inner = left.resolve("some/more");
    Files.createDirectories(inner);
    Files.writeString(inner.resolve("file"), "one");
    Files.writeString(left.resolve("file"), "another");
    for (Path each : new Path[] {inner, left.resolve("some"), left}) {
      Files.setPosixFilePermissions(each, Permissions.of(permissions));
    }

    Leavings.delete(left);

    assertThat(left).doesNotExist();
  }

  @Test
  void whatLinksLeadToStays() throws IOException {
    Path kept = folder.resolve("kept");
    Files.createDirectories(kept);
    Files.writeString(kept.resolve("file"), "kept");
    Files.setPosixFilePermissions(kept, Permissions.of(0500));
    Path left = folder.resolve("new");
    Files.createDirectories(left);
    Files.createSymbolicLink(left.resolve("link"), kept);

    Leavings.delete(left);
    Leavings.delete(left);

    assertThat(left).doesNotExist();
    assertThat(kept.resolve("file")).hasContent("kept");
    assertThat(Files.getPosixFilePermissions(kept)).isEqualTo(Permissions.of(0500));
    Files.setPosixFilePermissions(kept, Permissions.of(0700));
  }
}
