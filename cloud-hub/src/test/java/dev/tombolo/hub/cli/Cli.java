package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Person;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/// Runs `tombolo` in this process and keeps what it says.
final class Cli {
  private final Deque<String> typed = new ArrayDeque<>();
  private boolean isTerminal;

  /// What a run ended with.
  record Said(int exit, String out, String err) {
    String lastLine() {
      return out.strip().lines().reduce("", (before, line) -> line);
    }
  }

  /// From now on somebody sits at a terminal and types these answers.
  Cli typing(String... answers) {
    isTerminal = true;
    typed.addAll(List.of(answers));
    return this;
  }

  Said run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Tombolo.commandLine(person(err));
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exit = line.execute(args);
    return new Said(exit, out.toString(), err.toString());
  }

  private Person person(StringWriter err) {
    return new Person() {
      @Override
      public boolean isThere() {
        return isTerminal;
      }

      @Override
      public Optional<String> ask(String question) {
        err.write(question + "\n");
        return Optional.ofNullable(typed.poll());
      }
    };
  }
}
