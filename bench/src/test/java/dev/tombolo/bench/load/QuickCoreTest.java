package dev.tombolo.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuickCoreTest {
  @Test
  void aCoreOfThisMachineIsChosenAndSaidWhy() throws Exception {
    assertThat(QuickCore.canBeChosen()).isTrue();

    QuickCore core = QuickCore.find();

    assertThat(core.words()).contains("ms on core " + core.number());
    assertThat(new ProcessBuilder(command(core)).start().waitFor()).isZero();
  }

  @Test
  void coresThatThisProcessMayNotUseAreLeftOut() {
    assertThat(QuickCore.allowed(List.of("Name:	java", "Cpus_allowed_list:	2-4,7")))
        .containsExactly(2, 3, 4, 7);
  }

  private static String[] command(QuickCore core) {
    String[] command = core.prefix().toArray(new String[4]);
    command[3] = "/bin/true";
    return command;
  }
}
