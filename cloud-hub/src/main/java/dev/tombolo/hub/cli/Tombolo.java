package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Person;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command `tombolo`.
@Command(
    name = "tombolo",
    versionProvider = VersionCommand.class,
    description = {"Joins cloud and edge: models to every shop, over lines that are often down."},
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo hub --data /var/lib/tombolo          run the hub",
      "  tombolo apply -f shops.yaml                  make fleets, sites and slots",
      "  tombolo token create --fleet retail --slot store-117/counter-1",
      "  tombolo get devices                          who is there, with what",
      "  tombolo why store-117/counter-1              why does it not have the model?",
      "",
      "Exit codes: 0 done, 1 refused or failed, 2 usage, 3 hub not reached, 4 not found,",
      "5 a protected fleet's name must be given.",
    })
public final class Tombolo implements Runnable, Person.Present {
  /// In the order of the help text. A command's name is that of its class: `GetCommand` is `get`.
  private static final List<Class<?>> COMMANDS =
      List.of(
          HubCommand.class,
          ApplyCommand.class,
          DiffCommand.class,
          GetCommand.class,
          TokenCommand.class,
          EdgeCommand.class,
          KeysCommand.class,
          ReleaseCommand.class,
          BundleCommand.class,
          KitCommand.class,
          AssignCommand.class,
          RolloutCommand.class,
          GitOpsCommand.class,
          UnassignCommand.class,
          OverrideCommand.class,
          TransferCommand.class,
          WhyCommand.class,
          ExplainCommand.class,
          SchemaCommand.class,
          LogsCommand.class,
          DeviceCommand.class,
          RevokeCommand.class,
          ResultsCommand.class,
          AuditCommand.class,
          UserCommand.class,
          CompletionCommand.class,
          VersionCommand.class);

  private final Person person;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin
  @SuppressWarnings("NullAway.Init")
  private Common common;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print this program's version.")
  private boolean version;

  Tombolo(Person person) {
    this.person = person;
  }

  public static void main(String[] args) {
    System.exit(commandLine(Person.atTheTerminal(), args).execute(args));
  }

  /// All commands, for whoever has them run in a process of its own.
  public static CommandLine commandLine(Person person) {
    return commandLine(person, COMMANDS);
  }

  /// Without the commands that are not meant, since a fifth of a second goes into describing all.
  static CommandLine commandLine(Person person, String[] args) {
    String first = args.length == 0 ? "" : args[0];
    List<Class<?>> meant = COMMANDS.stream().filter(it -> nameOf(it).equals(first)).toList();
    boolean needsAll = meant.isEmpty() || meant.contains(CompletionCommand.class);
    return commandLine(person, needsAll ? COMMANDS : meant);
  }

  private static CommandLine commandLine(Person person, List<Class<?>> commands) {
    CommandLine line = new CommandLine(new Tombolo(person));
    commands.forEach(line::addSubcommand);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(Complaints::usage)
        .setExecutionExceptionHandler(Complaints::failed);
  }

  private static String nameOf(Class<?> command) {
    return command.getSimpleName().replaceFirst("Command$", "").toLowerCase(Locale.ROOT);
  }

  @Override
  public Person person() {
    return person;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say which command.");
  }
}
