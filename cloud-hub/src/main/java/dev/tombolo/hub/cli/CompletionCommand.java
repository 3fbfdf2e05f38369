package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tombolo completion`.
@Command(
    name = "completion",
    description = "Print a completion script for the shell.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(tombolo completion bash)",
      "  tombolo completion bash > /etc/bash_completion.d/tombolo"
    })
@SuppressWarnings("NullAway.Init")
final class CompletionCommand implements Callable<Integer> {
  enum Shell {
    BASH,
    ZSH
  }

  @Spec private CommandSpec spec;
  @Mixin private Common common;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh; the same script serves both.")
  private Shell shell;

  @Override
  public Integer call() {
    common.screen().out().println(AutoComplete.bash("tombolo", spec.root().commandLine()));
    common.screen().out().flush();
    return Exit.OK;
  }
}
