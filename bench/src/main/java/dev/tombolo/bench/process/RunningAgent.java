package dev.tombolo.bench.process;

import dev.tombolo.agent.cli.AllCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// An agent of the built distribution in a folder of its own. It can be killed and started again.
public final class RunningAgent implements AutoCloseable {
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(5);
  private static final long ENDING_NANOS = 25_000_000;
  private static final int ENDING_ROUNDS_MAX = 800;

  private final Distributions distributions;
  private final Path data;
  private final Path log;
  private final Surroundings around;
  private Spawned process;
  private boolean hasEndedWorkloads;

  private RunningAgent(Distributions distributions, Path data, Surroundings around)
      throws IOException {
    this.distributions = distributions;
    this.data = data;
    this.log = data.resolveSibling(data.getFileName() + ".log");
    this.around = around;
    this.process = spawn();
  }

  /// Enrols with the token and runs.
  ///
  /// @param settings lines of its agent.properties
  public static RunningAgent join(
      Distributions distributions, Path data, String token, List<String> settings)
      throws IOException, InterruptedException {
    return join(distributions, data, token, settings, Surroundings.USUAL);
  }

  /// Enrols and runs with a clock or a network of its own.
  public static RunningAgent join(
      Distributions distributions,
      Path data,
      String token,
      List<String> settings,
      Surroundings around)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    Files.write(data.resolve("agent.properties"), settings);
    List<String> enrolment = around.around(enrolment(distributions, data, token));
    Command.run(enrolment, around.environment(), data, COMMAND_LIMIT).orThrow();
    return kept(new RunningAgent(distributions, data, around));
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
    return kept(new RunningAgent(distributions, data, Surroundings.USUAL));
  }

  /// Runs on a data folder that is there already: one that was copied, or left by another run.
  public static RunningAgent on(Distributions distributions, Path data) throws IOException {
    return new RunningAgent(distributions, data, Surroundings.USUAL);
  }

  private static RunningAgent kept(RunningAgent agent) {
    Leftovers.agent(agent);
    return agent;
  }

  public void kill() throws InterruptedException {
    process.kill();
  }

  public int stop() throws InterruptedException {
    return process.stop();
  }

  public void startAgain() throws IOException {
    process = spawn();
  }

  /// `tombolo-agent COMMAND --data ...`, whatever its exit status.
  public Command cli(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>();
    argv.add(distributions.agent().toString());
    argv.addAll(List.of(arguments));
    argv.addAll(List.of("--data", data.toString()));
    return Command.run(around.around(argv), around.environment(), data, COMMAND_LIMIT);
  }

  /// What `tombolo-agent COMMAND --data ...` prints, without a process of its own where that is the
  /// same: whoever looks again and again must not take the processor from what is waited for.
  public String look(String... arguments) throws IOException, InterruptedException {
    if (!around.equals(Surroundings.USUAL)) {
      return cli(arguments).out();
    }
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    return Look.run(AllCommands.line(), all).out();
  }

  public Path data() {
    return data;
  }

  public Spawned process() {
    return process;
  }

  /// Stops the agent. Its workloads go on: end them by [#endWorkloads]. Where that was done before,
  /// what the agent has started anew since then is ended too.
  @Override
  public void close() {
    process.close();
    if (hasEndedWorkloads) {
      endWorkloads();
    }
  }

  /// Ends every process whose environment names this agent's data folder, and waits until they are
  /// gone: what still writes keeps a folder from being removed.
  public void endWorkloads() {
    hasEndedWorkloads = true;
    for (int round = 0; round < ENDING_ROUNDS_MAX; round++) {
      // A script may just have begun another program. One that nobody reaps has no environment.
      List<ProcessHandle> workloads =
          ProcessHandle.allProcesses().filter(this::isWorkload).toList();
      if (workloads.isEmpty()) {
        return;
      }
      workloads.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(ENDING_NANOS);
    }
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

  private Spawned spawn() throws IOException {
    return Spawned.start(
        "agent " + data.getFileName(),
        around.around(List.of(distributions.agent().toString(), "run", "--data", data.toString())),
        around.environment(),
        data,
        log);
  }
}
