package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A word that only groups commands, like `tombolo token`.
@Command(synopsisSubcommandLabel = "COMMAND", commandListHeading = "%nCommands:%n")
@SuppressWarnings("NullAway.Init")
abstract class CommandGroup implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Common common;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to do: "
            + spec.qualifiedName()
            + " "
            + String.join("|", spec.subcommands().keySet()));
  }
}
