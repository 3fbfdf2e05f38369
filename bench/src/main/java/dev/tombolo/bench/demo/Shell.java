package dev.tombolo.bench.demo;

import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.Distributions;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Runs the two public programs in the demo's folder, each command shown first as one would type
/// it.
final class Shell {
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(5);
  private static final int SHOWN_ARGUMENT_CHARACTERS = 60;

  private final Path folder;
  private final Distributions distributions;
  private final Map<String, String> environment;
  private final Processes processes;
  private final Screen screen;
  private final Stopwatch stopwatch;

  Shell(
      Path folder,
      Distributions distributions,
      Map<String, String> environment,
      Processes processes,
      Screen screen,
      Stopwatch stopwatch) {
    this.folder = folder;
    this.distributions = distributions;
    this.environment = Map.copyOf(environment);
    this.processes = processes;
    this.screen = screen;
    this.stopwatch = stopwatch;
  }

  /// Where `tombolo` lies.
  Path program() {
    return distributions.tombolo();
  }

  /// Shows and runs `tombolo ...`, shows what it prints.
  ///
  /// @throws IllegalStateException with all it said when it does not end with 0
  String tombolo(String... arguments) throws IOException, InterruptedException {
    String out = quietly("tombolo", arguments);
    screen.output(out);
    return out;
  }

  String agent(String... arguments) throws IOException, InterruptedException {
    String out = quietly("tombolo-agent", arguments);
    screen.output(out);
    return out;
  }

  /// Shows and runs it, keeps to itself what it prints.
  String quietly(String program, String... arguments) throws IOException, InterruptedException {
    screen.command(typed(program, arguments));
    return stopwatch.time(named(program, arguments), () -> run(program, arguments).orThrow().out());
  }

  /// Shows all of these commands and runs them at once, as several people would; keeps to itself
  /// what they print.
  ///
  /// @return what each printed
  List<String> quietlyAtOnce(String program, List<List<String>> commands)
      throws IOException, InterruptedException {
    for (List<String> arguments : commands) {
      screen.command(typed(program, arguments.toArray(String[]::new)) + " &");
    }
    String what = named(program, commands.getFirst().toArray(String[]::new));
    return stopwatch.time(
        "%s, %d at once".formatted(what, commands.size()), () -> runAtOnce(program, commands));
  }

  private List<String> runAtOnce(String program, List<List<String>> commands)
      throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<Command>> running =
          commands.stream()
              .map(
                  arguments -> threads.submit(() -> run(program, arguments.toArray(String[]::new))))
              .toList();
      List<String> printed = new ArrayList<>();
      for (Future<Command> each : running) {
        printed.add(each.get().orThrow().out());
      }
      return printed;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private Command run(String program, String... arguments)
      throws IOException, InterruptedException {
    return Command.run(argv(program, arguments), environment, folder, COMMAND_LIMIT);
  }

  /// `tombolo release sign`: without what differs from one to the next.
  private static String named(String program, String... arguments) {
    StringBuilder name = new StringBuilder(program);
    for (String argument : arguments) {
      if (!argument.matches("[a-z]+")) {
        break;
      }
      name.append(' ').append(argument);
    }
    return name.toString();
  }

  Stopwatch stopwatch() {
    return stopwatch;
  }

  /// Shows `program ... &` and starts it.
  Spawned background(String name, String program, String... arguments) throws IOException {
    screen.command(typed(program, arguments) + " &");
    return processes.start(name, argv(program, arguments), folder.resolve(name + ".log"));
  }

  /// Starts something that is not Tombolo's, and shows nothing.
  Spawned stageHand(String name, List<String> argv) throws IOException {
    return processes.start(name, argv, folder.resolve(name + ".log"));
  }

  private List<String> argv(String program, String... arguments) {
    Path path = program.equals("tombolo") ? distributions.tombolo() : distributions.agent();
    List<String> argv = new ArrayList<>(List.of(path.toString()));
    argv.addAll(List.of(arguments));
    return argv;
  }

  private static String typed(String program, String... arguments) {
    var line = new StringBuilder(program);
    for (String argument : arguments) {
      line.append(' ')
          .append(
              argument.length() <= SHOWN_ARGUMENT_CHARACTERS
                  ? argument
                  : argument.substring(0, 12) + "...");
    }
    return line.toString();
  }
}
