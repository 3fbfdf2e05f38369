package dev.tombolo.agent.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tombolo-agent completion`.
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a completion script for the shell.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(tombolo-agent completion bash)",
      "  tombolo-agent completion bash > /etc/bash_completion.d/tombolo-agent"
    })
@SuppressWarnings("NullAway.Init")
final class CompletionCommand implements Runnable {
  /// Both take the same script.
  enum Shell {
    BASH,
    ZSH
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh; the same script serves both.")
  private Shell shell;

  @Override
  public void run() {
    spec.commandLine()
        .getOut()
        .println(AutoComplete.bash("tombolo-agent", spec.root().commandLine()));
  }
}
