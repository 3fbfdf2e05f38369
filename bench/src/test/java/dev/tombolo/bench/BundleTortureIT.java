package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever is killed at whatever byte of a download, all end verified and tidy.
class BundleTortureIT {
  @TempDir Path folder;

  @Test
  @Tag("slow")
  void everythingEndsVerifiedAfterFiftyKills() throws Exception {
    Path json = folder.resolve("torture.json");

    int exit =
        Bench.commandLine()
            .execute("torture", "bundle", "--rounds", "50", "--json", json.toString());

    assertThat(exit).isZero();
    assertThat(Files.readString(json)).contains("\"rounds\":50", "hub", "device 1", "device 2");
  }
}
