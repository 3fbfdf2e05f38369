package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What must hold, holds after SIGKILL at any moment of a change.
class KillTortureIT {
  @TempDir Path folder;

  @Test
  @Tag("slow")
  void everythingHoldsAfterFiftyKills() throws Exception {
    Path json = folder.resolve("torture.json");

    int exit =
        Bench.commandLine().execute("torture", "kill", "--rounds", "50", "--json", json.toString());

    assertThat(exit).isZero();
    assertThat(Files.readString(json))
        .contains("\"rounds\":50")
        .contains("hub ")
        .contains("agent ");
  }
}
