package dev.tombolo.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An agent of the built distribution in a folder of its own. It can be killed and started again.
public final class RunningAgent implements AutoCloseable {
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);

  private final Distributions distributions;
  private final Path data;
  private final Path log;
  private Spawned process;

  private RunningAgent(Distributions distributions, Path data, Path log, Spawned process) {
    this.distributions = distributions;
    this.data = data;
    this.log = log;
    this.process = process;
  }

  /// Enrols with the token and runs.
  ///
  /// @param settings lines of its agent.properties
  public static RunningAgent join(
      Distributions distributions, Path data, String token, List<String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    Files.write(data.resolve("agent.properties"), settings);
    enrol(distributions, data, token).orThrow();
    return run(distributions, data);
  }

  /// `tombolo-agent enroll`, whatever its exit status.
  public static Command enrol(Distributions distributions, Path data, String token)
      throws IOException, InterruptedException {
    return Command.run(enrolment(distributions, data, token), Map.of(), data, COMMAND_LIMIT);
  }

  /// The command line of an enrolment.
  public static List<String> enrolment(Distributions distributions, Path data, String token) {
    return List.of(
        distributions.agent().toString(), "enroll", "--token", token, "--data", data.toString());
  }

  /// Runs a device that has enrolled.
  public static RunningAgent run(Distributions distributions, Path data) throws IOException {
    Path log = data.resolveSibling(data.getFileName() + ".log");
    RunningAgent agent =
        new RunningAgent(distributions, data, log, spawn(distributions, data, log));
    Leftovers.agent(agent);
    return agent;
  }

  /// Runs on a data folder that is there already: one that was copied, or left by another run.
  public static RunningAgent on(Distributions distributions, Path data) throws IOException {
    Path log = data.resolveSibling(data.getFileName() + ".log");
    return new RunningAgent(distributions, data, log, spawn(distributions, data, log));
  }

  public void kill() throws InterruptedException {
    process.kill();
  }

  public int stop() throws InterruptedException {
    return process.stop();
  }

  public void startAgain() throws IOException {
    process = spawn(distributions, data, log);
  }

  /// `tombolo-agent COMMAND --data ...`, whatever its exit status.
  public Command cli(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>();
    argv.add(distributions.agent().toString());
    argv.addAll(List.of(arguments));
    argv.addAll(List.of("--data", data.toString()));
    return Command.run(argv, Map.of(), data, COMMAND_LIMIT);
  }

  public Path data() {
    return data;
  }

  public Spawned process() {
    return process;
  }

  /// Stops the agent. Its workloads go on: end them by [#endWorkloads].
  @Override
  public void close() {
    process.close();
  }

  /// Ends every process whose environment names this agent's data folder.
  public void endWorkloads() {
    ProcessHandle.allProcesses().filter(this::isWorkload).forEach(ProcessHandle::destroyForcibly);
  }

  private boolean isWorkload(ProcessHandle candidate) {
    try {
      String environment =
          Files.readString(
              Path.of("/proc/" + candidate.pid() + "/environ"),
              java.nio.charset.StandardCharsets.ISO_8859_1);
      return candidate.pid() != process.pid() && environment.contains(data + "/apps/");
    } catch (IOException e) {
      return false;
    }
  }

  private static Spawned spawn(Distributions distributions, Path data, Path log)
      throws IOException {
    return Spawned.start(
        "agent " + data.getFileName(),
        List.of(distributions.agent().toString(), "run", "--data", data.toString()),
        Map.of(),
        data,
        log);
  }
}
