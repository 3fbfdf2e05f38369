package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What must hold, holds after the power went in the middle of it (needs root and loop devices).
class PowerCutIT {
  @TempDir Path folder;

  @Test
  @Tag("slow")
  void everythingHoldsAfterTwentyPowerCuts() throws Exception {
    Path json = folder.resolve("power.json");

    BenchRun.succeeds("torture", "power", "--rounds", "20", "--json", json.toString());

    assertThat(Files.readString(json)).contains("\"rounds\":20").contains("\"both\":6");
  }
}
