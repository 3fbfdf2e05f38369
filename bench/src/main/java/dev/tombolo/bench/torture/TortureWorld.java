package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.bench.process.LoopDisk;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.http.api.ApplicationState;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.ReleaseRow;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/// A hub, some agents, and an operator who changes what they should run.
final class TortureWorld implements AutoCloseable {
  static final String FLEET = "shops";
  static final int VERSIONS = 3;

  /// Of every agent's agent.properties: a fetch that lasts, and short waits.
  static final List<String> SETTINGS =
      List.of("fetch.maxBytesPerSecond=4000000", "link.backoffMaxSeconds=1");

  private static final Duration CONVERGED_WITHIN = Duration.ofMinutes(6);

  private final Path folder;
  private final List<LoopDisk> loops = new ArrayList<>();
  final RunningHub hub;
  final List<RunningAgent> agents = new ArrayList<>();
  final List<AgentDisk> disks = new ArrayList<>();
  final Set<String> revoked = new HashSet<>();
  private final HubClient client;
  private int wanted;

  TortureWorld(int agentCount) throws IOException, InterruptedException, SQLException {
    this(agentCount, false);
  }

  /// @param onLoops the hub and each agent have a disk of their own, see [#loop]
  TortureWorld(int agentCount, boolean onLoops)
      throws IOException, InterruptedException, SQLException {
    folder = Leftovers.folder("tombolo-torture");
    if (onLoops) {
      loops.add(LoopDisk.make(folder.resolve("hub.img"), folder.resolve("hub")));
      for (int number = 0; number < agentCount; number++) {
        String site = site(number);
        loops.add(LoopDisk.make(folder.resolve(site + ".img"), folder.resolve(site)));
      }
    }
    hub = RunningHub.start(folder);
    client = hub.client();
    hub.prepare(FLEET);
    for (int version = 1; version <= VERSIONS; version++) {
      CountingRelease.push(hub, Integer.toString(version));
    }
    CountingRelease.push(hub, CountingRelease.BAD);
    addSite(Guest.SITE);
    hub.apply("DeviceSlot", Guest.NAME, "{site: " + Guest.SITE + "}");
    for (int number = 0; number < agentCount; number++) {
      String site = site(number);
      addSite(site);
      Path data = folder.resolve(site);
      agents.add(
          RunningAgent.join(
              hub.distributions(), data, hub.token("--fleet", FLEET, "--site", site), SETTINGS));
      disks.add(new AgentDisk(data));
    }
  }

  private void addSite(String site) throws IOException, InterruptedException {
    hub.apply("Site", site, "{fleet: " + FLEET + ", timeZone: UTC}");
  }

  static String site(int number) {
    return "store-" + number;
  }

  LoopDisk hubLoop() {
    return loops.getFirst();
  }

  LoopDisk loop(int agent) {
    return loops.get(agent + 1);
  }

  Path folder() {
    return folder;
  }

  /// Selects the next version for the fleet.
  ///
  /// @return true when the hub answered that it did; false when it died first
  boolean assignNext() {
    wanted = wanted % VERSIONS + 1;
    return assign(Integer.toString(wanted));
  }

  /// Selects the version that no agent keeps. What was wanted before is what they fall back on.
  boolean assignBad() {
    return assign(CountingRelease.BAD);
  }

  private boolean assign(String version) {
    try {
      client.post(
          Changes.class,
          "/assign",
          new AssignAsk(CountingRelease.NAME + "@" + version, FLEET, null, null, null));
      return true;
    } catch (Failure e) {
      return false;
    }
  }

  /// Asks again for what may have got lost unanswered, then waits until every device reports it
  /// live.
  void converge() throws InterruptedException {
    Await.untilTrue(
        CONVERGED_WITHIN,
        () -> "the hub to take the assignment",
        () -> assign(Integer.toString(wanted)));
    Await.untilTrue(CONVERGED_WITHIN, this::unsettled, this::isSettled);
  }

  boolean isSettled() {
    return agentsAre(this::isLive);
  }

  boolean isLive(DeviceRow device) {
    return device.applications().stream().anyMatch(this::isLive);
  }

  private boolean isLive(ApplicationState application) {
    String version = Integer.toString(wanted);
    return version.equals(application.wanted())
        && version.equals(application.live())
        && application.phase().equals("live");
  }

  /// Waits until the hub has heard that all fell back to what they had before the bad version.
  void awaitRolledBack() throws InterruptedException {
    String before = Integer.toString(wanted);
    Await.untilTrue(
        CONVERGED_WITHIN,
        this::unsettled,
        () ->
            agentsAre(
                it ->
                    it.phase().equals("rolled-back")
                        && CountingRelease.BAD.equals(it.wanted())
                        && before.equals(it.live())));
  }

  private boolean agentsAre(Predicate<ApplicationState> so) {
    try {
      List<DeviceRow> devices = devices();
      for (int number = 0; number < agents.size(); number++) {
        String site = site(number) + "/";
        if (devices.stream()
            .noneMatch(
                device ->
                    device.slot().startsWith(site)
                        && device.applications().stream().anyMatch(so))) {
          return false;
        }
      }
      return true;
    } catch (Failure e) {
      return false;
    }
  }

  /// What the hub lists, in any standing.
  List<DeviceRow> devices() {
    return client.list(DeviceRow.class, "/devices");
  }

  /// How many releases of this version the hub lists.
  long releases(String version) {
    return client.list(ReleaseRow.class, "/releases").stream()
        .filter(release -> release.version().equals(version))
        .count();
  }

  private String unsettled() {
    StringBuilder text =
        new StringBuilder("every device to have version " + wanted + " live; the hub says\n");
    try {
      text.append(client.getText("/devices"));
    } catch (Failure e) {
      text.append(Objects.requireNonNullElse(e.getMessage(), "nothing"));
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
    for (LoopDisk loop : loops) {
      loop.close();
    }
    Folders.remove(folder);
  }
}
