package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.http.api.ApplicationState;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.DeviceRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A hub, some agents, and an operator who changes what they should run.
final class TortureWorld implements AutoCloseable {
  static final String FLEET = "shops";
  static final int VERSIONS = 3;
  private static final Duration CONVERGED_WITHIN = Duration.ofSeconds(90);

  private final Path folder;
  final RunningHub hub;
  final List<RunningAgent> agents = new ArrayList<>();
  final List<AgentDisk> disks = new ArrayList<>();
  private final HubClient client;
  private int wanted;

  TortureWorld(int agentCount) throws IOException, InterruptedException, SQLException {
    folder = Files.createTempDirectory("tombolo-torture");
    hub = RunningHub.start(folder);
    client = hub.client();
    hub.prepare(FLEET);
    for (int version = 1; version <= VERSIONS; version++) {
      CountingRelease.push(hub, Integer.toString(version));
    }
    for (int number = 0; number < agentCount; number++) {
      String site = "store-" + number;
      hub.apply("Site", site, "{fleet: " + FLEET + ", timeZone: UTC}");
      Path data = folder.resolve(site);
      agents.add(
          RunningAgent.join(
              hub.distributions(),
              data,
              hub.token("--fleet", FLEET, "--site", site),
              List.of("fetch.maxBytesPerSecond=4000000", "link.backoffMaxSeconds=2")));
      disks.add(new AgentDisk(data));
    }
  }

  /// Selects the next version for the fleet.
  ///
  /// @return true when the hub answered that it did; false when it died first
  boolean assignNext() {
    wanted = wanted % VERSIONS + 1;
    return assign();
  }

  private boolean assign() {
    try {
      client.post(
          Changes.class,
          "/assign",
          new AssignAsk(CountingRelease.NAME + "@" + wanted, FLEET, null, null, null));
      return true;
    } catch (Failure e) {
      return false;
    }
  }

  /// Asks again for what may have got lost unanswered, then waits until every device reports it
  /// live.
  void converge() throws InterruptedException {
    Await.untilTrue(CONVERGED_WITHIN, () -> "the hub to take the assignment", this::assign);
    Await.untilTrue(CONVERGED_WITHIN, this::unsettled, this::isSettled);
  }

  boolean isSettled() {
    try {
      List<DeviceRow> devices = client.list(DeviceRow.class, "/devices");
      return devices.size() == agents.size() && devices.stream().allMatch(this::isSettled);
    } catch (Failure e) {
      return false;
    }
  }

  private boolean isSettled(DeviceRow device) {
    String version = Integer.toString(wanted);
    for (ApplicationState application : device.applications()) {
      if (version.equals(application.wanted())
          && version.equals(application.live())
          && application.phase().equals("live")) {
        return true;
      }
    }
    return false;
  }

  private String unsettled() {
    StringBuilder text =
        new StringBuilder("every device to have version " + wanted + " live; the hub says\n");
    try {
      text.append(client.getText("/devices"));
    } catch (Failure e) {
      text.append(e.getMessage());
    }
    for (RunningAgent agent : agents) {
      text.append('\n').append(agent.process().tail());
    }
    return text.toString();
  }

  int wanted() {
    return wanted;
  }

  HubClient client() {
    return client;
  }

  @Override
  public void close() throws IOException, SQLException {
    for (RunningAgent agent : agents) {
      agent.close();
      agent.endWorkloads();
    }
    for (AgentDisk disk : disks) {
      disk.close();
    }
    client.close();
    hub.close();
    Folders.remove(folder);
  }
}
