package dev.tombolo.bench.process;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/// A command that only looks, run in this process.
final class Look {
  private Look() {}

  static Command run(CommandLine line, List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exit = line.execute(arguments.toArray(String[]::new));
    return new Command(List.copyOf(arguments), exit, out.toString(), err.toString());
  }
}
