package dev.tombolo.hub.cli.screen;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Options that every command has.
@Command
@SuppressWarnings("NullAway.Init")
public final class Common {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON for scripts; times in milliseconds.")
  private boolean json;

  @Option(names = "--verbose", description = "On an error, print where in the code it came from.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  public Screen screen() {
    Person.Present root = (Person.Present) spec.root().userObject();
    return new Screen(
        spec.commandLine().getOut(), spec.commandLine().getErr(), root.person(), json);
  }
}
