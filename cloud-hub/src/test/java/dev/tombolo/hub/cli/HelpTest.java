package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.cli.screen.Person;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/// What `tombolo --help` and its commands' say.
class HelpTest {
  private final Cli cli = new Cli();

  static Stream<CommandLine> commands() {
    return below(Tombolo.commandLine(Person.atTheTerminal()));
  }

  private static Stream<CommandLine> below(CommandLine line) {
    return Stream.concat(
        Stream.of(line), line.getSubcommands().values().stream().flatMap(HelpTest::below));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theFirstLineThatListsShowIsAWholeSentence(CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();

    assertThat(description).describedAs(command.getCommandName()).isNotEmpty();
    assertThat(description[0]).describedAs(command.getCommandName()).matches(".*[.?]");
  }

  /// Only it is described, to be there sooner; but completion is of all.
  @Test
  void aCommandIsFoundByTheNameOfItsClass() {
    Set<String> all = Tombolo.commandLine(Person.atTheTerminal()).getSubcommands().keySet();
    for (String name : all) {
      Set<String> described =
          Tombolo.commandLine(Person.atTheTerminal(), new String[] {name, "--help"})
              .getSubcommands()
              .keySet();

      assertThat(described).isEqualTo(name.equals("completion") ? all : Set.of(name));
    }
    assertThat(
            Tombolo.commandLine(Person.atTheTerminal(), new String[] {"--json", "get"})
                .getSubcommands())
        .hasSameSizeAs(all);
  }

  @Test
  void theVersionIsTheSameByOptionAndCommand() {
    assertThat(cli.run("--version").out()).isEqualTo(cli.run("version").out()).contains("Java ");
  }
}
