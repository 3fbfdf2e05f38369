package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTest {
  /// A list of commands shows the first line of each one's description, and nothing else of it.
  @Test
  void theFirstLineOfEveryCommandsDescriptionIsAWholeShortSentence() {
    for (CommandLine command : all(Bench.commandLine())) {
      String[] description = command.getCommandSpec().usageMessage().description();
      assertThat(description).as(command.getCommandName()).isNotEmpty();
      assertThat(description[0])
          .as(command.getCommandName())
          .endsWith(".")
          .hasSizeLessThanOrEqualTo(80);
    }
  }

  private static List<CommandLine> all(CommandLine command) {
    List<CommandLine> found = new ArrayList<>(List.of(command));
    command.getSubcommands().values().forEach(it -> found.addAll(all(it)));
    return found;
  }
}
