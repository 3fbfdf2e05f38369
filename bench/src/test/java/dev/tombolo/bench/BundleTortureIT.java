package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGKILL of the hub, of the device that fetches a bundle, and of its neighbour that copies it.
@Tag("slow")
class BundleTortureIT {
  @Test
  void fiftyKillsAtRandomBytesEndVerifiedAndTidy(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("torture.json");

    BenchRun.succeeds("torture", "bundle", "--rounds", "50", "--json", json.toString());

    assertThat(Files.readString(json)).contains("\"rounds\":50").contains("\"hub, first device ");
  }
}
