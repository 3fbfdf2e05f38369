package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Person;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.Complaint;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// How a command that cannot go on says so: one line, never a stack trace unless `--verbose`.
final class Complaints {
  private Complaints() {}

  static int usage(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    if (Arrays.asList(args).contains("--json")) {
      err.println(AdminJson.write(new Complaint(Exit.USAGE, "usage", inWords(wrong))));
      err.flush();
      return Exit.USAGE;
    }
    err.println("error: " + inWords(wrong));
    elsewhere(wrong)
        .ifPresentOrElse(
            meant -> err.println("Did you mean: " + meant + "?"),
            () -> UnmatchedArgumentException.printSuggestions(wrong, err));
    err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return Exit.USAGE;
  }

  private static String inWords(ParameterException wrong) {
    return wrong instanceof UnmatchedArgumentException unmatched
        ? "no command or option '" + unmatched.getUnmatched().getFirst() + "'"
        : String.valueOf(wrong.getMessage());
  }

  /// The command that has this very word further in, as 'hub backup' has 'backup' and 'get devices'
  /// has 'devices'.
  private static Optional<String> elsewhere(ParameterException wrong) {
    return wrong instanceof UnmatchedArgumentException unmatched
        ? elsewhere(
            Tombolo.commandLine(Person.atTheTerminal()).getCommandSpec(),
            unmatched.getUnmatched().getFirst())
        : Optional.empty();
  }

  private static Optional<String> elsewhere(CommandSpec in, String word) {
    for (PositionalParamSpec parameter : in.positionalParameters()) {
      Iterable<String> candidates = parameter.completionCandidates();
      if (candidates != null) {
        for (String candidate : candidates) {
          if (candidate.equals(word)) {
            return Optional.of(in.qualifiedName() + " " + word);
          }
        }
      }
    }
    for (CommandLine inner : in.subcommands().values()) {
      CommandSpec spec = inner.getCommandSpec();
      Optional<String> found =
          spec.name().equals(word) ? Optional.of(spec.qualifiedName()) : elsewhere(spec, word);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  static int failed(Exception thrown, CommandLine command, ParseResult parsed) {
    Failure failure = asFailure(thrown);
    ParseResult innermost = parsed;
    while (innermost.hasSubcommand()) {
      innermost = innermost.subcommand();
    }
    PrintWriter err = command.getErr();
    if (innermost.hasMatchedOption("--json")) {
      err.println(
          AdminJson.write(
              new Complaint(failure.exit(), failure.code(), String.valueOf(failure.getMessage()))));
    } else {
      err.println("error: " + Screen.plainLines(String.valueOf(failure.getMessage())));
    }
    if (innermost.hasMatchedOption("--verbose")) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return failure.exit();
  }

  static Failure asFailure(Exception thrown) {
    return switch (thrown) {
      case Failure failure -> failure;
      case YamlFault fault -> Failure.refused("input-invalid", String.valueOf(fault.getMessage()));
      default ->
          new Failure(
              Exit.REFUSED,
              "bug",
              "this should not happen: "
                  + thrown
                  + "; run it again with --verbose and report what it prints",
              thrown);
    };
  }
}
