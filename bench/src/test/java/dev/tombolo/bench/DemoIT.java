package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  @Test
  void threeShopsJoinAndNothingIsLeftBehind(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("demo.json");
    Path stage = folder.resolve("stage");

    String said =
        BenchRun.succeeds(
            "demo", "--until", "shops-join", "--times", "--json", "" + json, "--dir", "" + stage);

    assertThat(said)
        .containsPattern("All [0-9]+ claims hold\\. [0-9]+ s\\.")
        .containsPattern("SECONDS +OF THAT +STEP")
        .containsPattern("(?m)^ *[0-9]+\\.[0-9] +shops-join$");
    assertThat(Files.readString(json))
        .containsPattern("^\\{\"ok\":true,\"seconds\":[0-9.]+,")
        .containsPattern("\"name\":\"shops-join\",\"ok\":true,\"seconds\":[0-9.]+,")
        .doesNotContain("model-goes-live");
    assertThat(stage).doesNotExist();
  }

  @Test
  @Tag("slow")
  void everyClaimOfTheDemoHoldsAndNothingIsLeftBehind(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("demo.json");
    Path stage = folder.resolve("stage");

    BenchRun.succeeds("demo", "--json", json.toString(), "--dir", stage.toString());

    assertThat(Files.readString(json)).contains("\"name\":\"hub-is-killed\",\"ok\":true");
    assertThat(stage).doesNotExist();
  }
}
