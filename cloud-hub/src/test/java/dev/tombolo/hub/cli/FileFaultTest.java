package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/// What is said where the platform's exception says no more than a path.
class FileFaultTest {
  @Test
  void aBarePathIsNoMessage() {
    assertThat(FileFault.say(new AccessDeniedException("/srv/model")))
        .isEqualTo("/srv/model: not allowed for this user");
    assertThat(FileFault.say(new NoSuchFileException("/srv/model")))
        .isEqualTo("/srv/model: there is no such file");
    assertThat(FileFault.say(new FileSystemException("/srv/model")))
        .isEqualTo("/srv/model: FileSystemException");
  }

  @Test
  void whatThePlatformSaysIsKept() {
    assertThat(FileFault.say(new FileSystemException("/srv/x", null, "Not a directory")))
        .isEqualTo("/srv/x: Not a directory");
    assertThat(FileFault.say(new IOException("Input/output error")))
        .isEqualTo("Input/output error");
  }
}
