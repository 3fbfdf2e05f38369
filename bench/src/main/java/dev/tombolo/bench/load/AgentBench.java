package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.bench.process.RunningAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What an idle agent costs a shop's small computer: connected, one release live, nothing to do.
@Command(
    name = "agent",
    description = "Memory of idle agents, connected, with one release live.",
    mixinStandardHelpOptions = true)
public final class AgentBench implements Callable<Integer> {
  @Option(
      names = "--agents",
      defaultValue = "3",
      description = "agents measured (${DEFAULT-VALUE})")
  int agentCount;

  @Option(
      names = "--idle",
      defaultValue = "120",
      description = "seconds of idling before (${DEFAULT-VALUE})")
  int idleSeconds;

  @Option(
      names = "--one-site",
      description = "in one site, so that each serves the others; else each in its own")
  boolean isOneSite;

  @Mixin final FiguresFile file = new FiguresFile();

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("agent");
    List<RunningAgent> agents = new ArrayList<>();
    try (HubUnderLoad hub = HubUnderLoad.start(null)) {
      try {
        hub.assignSmallRelease();
        String token = isOneSite ? hub.agentsToken() : "";
        for (int i = 0; i < agentCount; i++) {
          agents.add(isOneSite ? hub.startAgent("agent-" + i, token) : hub.startAgent(i));
        }
        for (RunningAgent agent : agents) {
          Await.untilTrue(
              Duration.ofMinutes(1),
              () -> agent.data().getFileName() + " to have its release live",
              () -> agent.look("status", "--json").contains("\"live\""));
        }
        Thread.sleep(Duration.ofSeconds(idleSeconds));
        double[] rss = new double[agentCount];
        double[] pss = new double[agentCount];
        double[] dirty = new double[agentCount];
        for (int i = 0; i < agentCount; i++) {
          ProcessMemory memory = ProcessMemory.of(agents.get(i).process().pid());
          rss[i] = memory.rss() / 1024.0;
          pss[i] = memory.pss() / 1024.0;
          dirty[i] = memory.privateDirty() / 1024.0;
        }
        figures.put("agents", agentCount);
        figures.put("in one site", isOneSite ? 1 : 0);
        figures.put("idle, seconds", idleSeconds);
        figures.putSpread("RSS, MiB", rss);
        figures.putSpread("PSS, MiB", pss);
        figures.putSpread("private dirty, MiB", dirty);
      } finally {
        agents.forEach(RunningAgent::close);
      }
    }
    file.write(figures);
    return 0;
  }
}
