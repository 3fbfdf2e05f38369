package dev.tombolo.bench;

import dev.tombolo.bench.demo.DemoCommand;
import dev.tombolo.bench.load.LoadBenches;
import dev.tombolo.bench.simulation.SimulateCommand;
import dev.tombolo.bench.torture.Torture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/// What `./tombolo demo`, `bench`, `simulate` and `torture` run.
@Command(
    name = "./tombolo",
    description = "Tools that see both sides, cloud and edge.",
    subcommands = {DemoCommand.class, LoadBenches.class, SimulateCommand.class, Torture.class},
    mixinStandardHelpOptions = true)
public final class Bench {
  private Bench() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /// @return the exit code
  public static int run(String[] arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Bench())
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Bench::usage)
        .setExecutionExceptionHandler(Bench::failed);
  }

  private static int usage(ParameterException e, String[] arguments) {
    System.err.println(e.getMessage());
    e.getCommandLine().usage(System.err);
    return 2;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    System.err.println(e.getMessage() == null ? e.toString() : e.getMessage());
    return 1;
  }
}
