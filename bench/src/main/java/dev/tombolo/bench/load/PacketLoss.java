package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// While it is open no packet to or from a port of this machine arrives, and nobody is told: no
/// RST, no ICMP. Needs root, and `iptables`. Gone when the JVM ends, after Ctrl-C too.
final class PacketLoss implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /// Those that stand.
  private final List<List<String>> rules = new ArrayList<>();

  private final Thread atTheEnd = new Thread(this::removeAtTheEnd, "packet-loss");

  private PacketLoss() {}

  static PacketLoss at(int port) throws IOException, InterruptedException {
    List<List<String>> rules = new ArrayList<>();
    for (String side : List.of("--dport", "--sport")) {
      rules.add(
          List.of(
              "INPUT",
              "-i",
              "lo",
              "-p",
              "tcp",
              side,
              Integer.toString(port),
              "-m",
              "comment",
              "--comment",
              "tombolo-bench-" + ProcessHandle.current().pid(),
              "-j",
              "DROP"));
    }
    PacketLoss loss = new PacketLoss();
    Runtime.getRuntime().addShutdownHook(loss.atTheEnd);
    for (List<String> rule : rules) {
      loss.insert(rule);
    }
    return loss;
  }

  private synchronized void insert(List<String> rule) throws IOException, InterruptedException {
    iptables("-I", rule).orThrow();
    rules.add(rule);
  }

  private static Command iptables(String what, List<String> rule)
      throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("iptables", "-w", "10", what));
    argv.addAll(rule);
    return Command.run(argv, Map.of(), Path.of("/"), LIMIT);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    remove();
    Runtime.getRuntime().removeShutdownHook(atTheEnd);
  }

  private void removeAtTheEnd() {
    try {
      remove();
    } catch (IOException | IllegalStateException e) {
      System.err.println("left behind: iptables " + rules + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void remove() throws IOException, InterruptedException {
    while (!rules.isEmpty()) {
      iptables("-D", rules.getLast()).orThrow();
      rules.removeLast();
    }
  }
}
