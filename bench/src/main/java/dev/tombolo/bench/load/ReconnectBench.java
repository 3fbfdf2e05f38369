package dev.tombolo.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How soon shops are back when the hub was killed, or the line was gone: for each agent the time
/// until the hub has handled its birth. All of them are whole agents with their own key, store and
/// backoff; some are processes of the distribution, the others share one JVM to save memory.
@Command(
    name = "reconnect",
    description = "How soon all agents are back after the hub was killed, or the line was cut.",
    mixinStandardHelpOptions = true)
public final class ReconnectBench implements Callable<Integer> {
  /// A line that lasted for so long has ended the row of failures (30 s); some more for the ticks.
  private static final Duration SETTLED = Duration.ofSeconds(33);

  /// By then hub and agents have noticed every line that did not survive (22.5 and 30 s).
  private static final Duration NOTICED = Duration.ofSeconds(45);

  private static final Duration BACK_WITHIN = Duration.ofMinutes(6);

  /// What happens to the hub or its line.
  enum Fault {
    /// SIGKILL, and started again at once.
    RESTART,

    /// No packet gets through for 30 s, and nobody is told.
    CUT,

    /// Five times 6 s without a packet, 6 s with.
    FLAP
  }

  @Option(names = "--agents", defaultValue = "200", description = "agents (${DEFAULT-VALUE})")
  int agentCount;

  @Option(
      names = "--processes",
      defaultValue = "20",
      description = "of them, processes of their own (${DEFAULT-VALUE})")
  int processCount;

  @Option(
      names = "--fault",
      split = ",",
      paramLabel = "FAULT",
      description = "restart, cut, flap; the last two need root (restart)")
  Fault[] faults = {Fault.RESTART};

  @Option(names = "--runs", defaultValue = "3", description = "measured runs (${DEFAULT-VALUE})")
  int runs;

  @Mixin final FiguresFile file = new FiguresFile();

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("reconnect");
    int processes = Math.min(processCount, agentCount);
    try (HubUnderLoad hub = HubUnderLoad.start(null);
        RealAgents agents = RealAgents.join(hub, agentCount - processes, processes)) {
      figures.put("agents as processes of their own", processes);
      figures.put("agents of the same classes in one JVM", agentCount - processes);
      for (Fault fault : faults) {
        measure(hub, agents, fault, figures);
      }
    }
    file.write(figures);
    return 0;
  }

  private void measure(HubUnderLoad hub, RealAgents agents, Fault fault, Figures figures)
      throws Exception {
    List<Return> returns = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      agents.awaitAllSince(0, BACK_WITHIN);
      Thread.sleep(SETTLED);
      returns.add(strike(hub, agents, fault));
    }
    put(figures, fault, returns);
  }

  private static Return strike(HubUnderLoad hub, RealAgents agents, Fault fault) throws Exception {
    long begun = System.currentTimeMillis();
    switch (fault) {
      case RESTART -> hub.kill();
      case CUT -> dropPackets(hub, Duration.ofSeconds(30));
      case FLAP -> {
        for (int i = 0; i < 4; i++) {
          dropPackets(hub, Duration.ofSeconds(6));
          Thread.sleep(Duration.ofSeconds(6));
        }
        dropPackets(hub, Duration.ofSeconds(6));
      }
    }
    try (AcceptWatch accepts = AcceptWatch.start(hub)) {
      long serving = System.currentTimeMillis();
      if (fault == Fault.RESTART) {
        serving = hub.startAgain();
      } else {
        Thread.sleep(NOTICED);
      }
      long[] seen = agents.awaitAllSince(fault == Fault.RESTART ? begun : 0, BACK_WITHIN);
      long[] births = Arrays.stream(seen).filter(it -> it >= begun).toArray();
      return new Return(
          begun,
          serving,
          births,
          seen.length - births.length,
          accepts.busiestSecond(),
          accepts.total());
    }
  }

  private static void dropPackets(HubUnderLoad hub, Duration time) throws Exception {
    try (PacketLoss loss = PacketLoss.at(hub.edgePort())) {
      Thread.sleep(time);
    }
  }

  /// One run: when the hub had handled each agent's birth.
  ///
  /// @param begunMillis when the fault began
  /// @param servingMillis when it was over
  /// @param births in order
  /// @param survivors agents whose line outlived the fault
  private record Return(
      long begunMillis,
      long servingMillis,
      long[] births,
      double survivors,
      double busiestSecond,
      double accepts) {
    double sinceServing(double part) {
      return seconds(part, servingMillis);
    }

    double sinceBegun(double part) {
      return seconds(part, begunMillis);
    }

    /// 0 for those who waited in the kernel's queue of a port that was bound already.
    private double seconds(double part, long from) {
      if (births.length == 0) {
        return 0;
      }
      int index = Math.max(0, (int) Math.ceil(part * births.length) - 1);
      return Math.max(0, births[index] - from) / 1e3;
    }
  }

  private static void put(Figures figures, Fault fault, List<Return> returns) {
    String name = fault.name().toLowerCase(Locale.ROOT);
    figures.putSpread(
        name + " lasted, s", of(returns, it -> (it.servingMillis - it.begunMillis) / 1e3));
    for (double part : List.of(0.5, 0.99, 1.0)) {
      figures.putSpread(
          name + " over until birth handled, s, " + words(part),
          of(returns, it -> it.sinceServing(part)));
    }
    for (double part : List.of(0.5, 0.99, 1.0)) {
      figures.putSpread(
          name + " begun until birth handled, s, " + words(part),
          of(returns, it -> it.sinceBegun(part)));
    }
    figures.putSpread(name + ": lines that outlived it", of(returns, Return::survivors));
    figures.putSpread(name + ": accepts in the busiest second", of(returns, Return::busiestSecond));
    figures.putSpread(name + ": accepts until all were back", of(returns, Return::accepts));
  }

  private static String words(double part) {
    return part == 1 ? "last" : "p" + Math.round(part * 100);
  }

  private static double[] of(
      List<Return> returns, java.util.function.ToDoubleFunction<Return> figure) {
    return Arrays.stream(returns.toArray(Return[]::new)).mapToDouble(figure).toArray();
  }
}
