package dev.tombolo.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ProcessTableTest {
  private static final int ROUNDS = 200;

  /// It is started by the JVM's helper, becomes `setsid` and then `sleep`, and in each change has
  /// no environment for a moment.
  @Test
  void aProcessThatIsJustBecomingItsProgramIsFoundByItsSetting() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String word = "round-" + round;
      Process process = sleeping(word);
      try {
        assertThat(ProcessTable.withSetting("TOMBOLO_TEST=" + word))
            .as("round %s", round)
            .isEqualTo(List.of(process.pid()));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static Process sleeping(String word) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("setsid", "sleep", "300");
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().put("TOMBOLO_TEST", word);
    return builder.start();
  }
}
