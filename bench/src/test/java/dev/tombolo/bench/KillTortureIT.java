package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
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

    BenchRun.succeeds("torture", "kill", "--rounds", "50", "--json", json.toString());

    String counts = Files.readString(json);
    assertThat(counts).contains("\"rounds\":50");
    // Each phase is aimed at twice or more; a busy machine may spoil some shots.
    assertThat(Pattern.compile("\"(hub|agent) [a-z-]+\":[1-9]").matcher(counts).results().count())
        .isGreaterThanOrEqualTo(12);
  }
}
