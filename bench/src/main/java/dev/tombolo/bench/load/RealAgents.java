package dev.tombolo.bench.load;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.daemon.AgentDaemon;
import dev.tombolo.agent.daemon.Joining;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Whole agents with their usual settings: the daemon of the distribution, some in processes of
/// their own, the others in this JVM.
final class RealAgents implements AutoCloseable {
  /// The longest wait between two attempts, as in shops.
  private static final int BACKOFF_SECONDS_MAX = 300;

  /// From an admission to its birth, with room to spare.
  private static final Duration BIRTH = Duration.ofSeconds(2);

  private final HubUnderLoad hub;
  private final List<AgentDaemon> here = new ArrayList<>();
  private final List<RunningAgent> processes = new ArrayList<>();

  private RealAgents(HubUnderLoad hub) {
    this.hub = hub;
  }

  static RealAgents join(HubUnderLoad hub, int hereCount, int processCount)
      throws IOException, InterruptedException {
    RealAgents agents = new RealAgents(hub);
    try {
      String token = hub.agentsToken();
      for (int number = 0; number < processCount; number++) {
        agents.processes.add(hub.startAgent("process-" + number, token));
      }
      for (int number = 0; number < hereCount; number++) {
        agents.here.add(start(hub.agentFolder("here-" + number), token));
      }
      return agents;
    } catch (IOException | InterruptedException | RuntimeException e) {
      agents.close();
      throw e;
    }
  }

  private static AgentDaemon start(Path data, String text) throws IOException {
    Files.createDirectories(data);
    AgentConfig config =
        new AgentConfig(data, Map.of(), 0, 0, BACKOFF_SECONDS_MAX, false, 8444, Optional.empty());
    if (!(JoinTokenCodec.decode(text) instanceof JoinTokenCodec.Read(JoinToken token))) {
      throw new IOException("the hub's token cannot be read");
    }
    Joining.Outcome outcome = Joining.join(config, token, text);
    if (!(outcome instanceof Joining.Outcome.Joined)) {
      throw new IOException("an agent did not join: " + outcome);
    }
    return AgentDaemon.start(config, new PrintStream(OutputStream.nullOutputStream(), false));
  }

  /// Waits until the hub has seen every one of them since then.
  ///
  /// @return when it had handled the birth of each, in order
  long[] awaitAllSince(long millis, Duration limit) throws IOException, InterruptedException {
    try (HubClient client = hub.client()) {
      List<String> missing = new ArrayList<>();
      Await.untilTrue(
          limit,
          () -> missing.size() + " agents to be back: " + missing,
          () -> {
            Thread.sleep(200);
            missing.clear();
            for (DeviceRow device : devices(client)) {
              if (!device.online() || device.seenMillis() < millis) {
                missing.add(device.slot());
              }
            }
            return missing.isEmpty();
          });
      Thread.sleep(BIRTH);
      return devices(client).stream().mapToLong(DeviceRow::seenMillis).sorted().toArray();
    }
  }

  private List<DeviceRow> devices(HubClient client) throws IOException {
    try {
      List<DeviceRow> rows = client.list(DeviceRow.class, "/devices?limit=1000");
      if (rows.size() != here.size() + processes.size()) {
        throw new IOException("the hub lists " + rows.size() + " devices");
      }
      return rows;
    } catch (Failure e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    processes.forEach(RunningAgent::close);
    for (AgentDaemon agent : here) {
      try {
        agent.close();
      } catch (IOException e) {
        System.err.println("an agent did not stop cleanly: " + e.getMessage());
      }
    }
  }
}
