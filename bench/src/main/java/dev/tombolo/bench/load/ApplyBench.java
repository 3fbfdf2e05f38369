package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.bench.process.RunningAgent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What it takes a device to go to the next version of a large model, all of whose weights have
/// moved: memory of the agent and of its child that unpacks, and the child's speed.
@Command(
    name = "apply",
    description = "Memory and speed of real agents that apply a bundle of a large BF16 model.",
    mixinStandardHelpOptions = true)
public final class ApplyBench implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final int TENSOR_BYTES = 4 * 1024 * 1024;
  private static final double SIGMA = 0.02;
  private static final double MIB = 1024;

  @Option(
      names = "--megabytes",
      defaultValue = "500",
      description = "size of the model (${DEFAULT-VALUE})")
  int megabytes;

  @Option(
      names = "--agents",
      defaultValue = "1",
      description = "agents in one site; from 2 on they share (${DEFAULT-VALUE})")
  int agentCount;

  @Option(
      names = "--idle",
      defaultValue = "30",
      description = "seconds of idling before (${DEFAULT-VALUE})")
  int idleSeconds;

  @Mixin final FiguresFile file = new FiguresFile();

  /// The largest that was seen of one agent, KiB; and processor time of its children.
  private static final class Peak {
    private final RunningAgent agent;
    private long alone;
    private long together;
    private long resident;
    private final Map<Long, Long> childNanos = new HashMap<>();

    Peak(RunningAgent agent) {
      this.agent = agent;
    }

    void look() {
      long pid = agent.process().pid();
      try {
        ProcessMemory own = ProcessMemory.of(pid);
        long pss = own.pss();
        long rss = own.rss();
        for (ProcessHandle child : ProcessHandle.of(pid).orElseThrow().descendants().toList()) {
          child
              .info()
              .totalCpuDuration()
              .ifPresent(it -> childNanos.merge(child.pid(), it.toNanos(), Math::max));
          ProcessMemory its = ofMaybe(child.pid());
          pss += its.pss();
          rss += its.rss();
        }
        alone = Math.max(alone, own.pss());
        together = Math.max(together, pss);
        resident = Math.max(resident, rss);
      } catch (IOException e) {
        // The agent is being started.
      }
    }

    double childSeconds() {
      return childNanos.values().stream().mapToLong(Long::longValue).sum() / 1e9;
    }
  }

  private static ProcessMemory ofMaybe(long pid) {
    try {
      return ProcessMemory.of(pid);
    } catch (IOException e) {
      // It ended between two looks.
      return new ProcessMemory(0, 0, 0);
    }
  }

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("apply");
    Path models = Leftovers.folder("tombolo-models");
    List<RunningAgent> agents = new ArrayList<>();
    try (HubUnderLoad hub = HubUnderLoad.start(null)) {
      try {
        hub.push("model", "1", model(models.resolve("1"), 1));
        hub.push("model", "2", model(models.resolve("2"), 2));
        String token = hub.agentsToken();
        for (int i = 0; i < agentCount; i++) {
          agents.add(hub.startAgent("agent-" + i, token));
        }
        hub.assign("model", "1");
        await(agents, it -> isLive(it, "1"), () -> {});
        Thread.sleep(Duration.ofSeconds(idleSeconds));
        List<Peak> idle = agents.stream().map(Peak::new).toList();
        idle.forEach(Peak::look);

        List<Peak> peaks = agents.stream().map(Peak::new).toList();
        hub.assign("model", "2");
        await(agents, it -> isLive(it, "2"), () -> peaks.forEach(Peak::look));
        report(figures, idle, peaks);
      } finally {
        agents.forEach(RunningAgent::close);
      }
    } finally {
      Folders.remove(models);
    }
    file.write(figures);
    return 0;
  }

  private void report(Figures figures, List<Peak> idle, List<Peak> peaks) {
    figures.put("model, MB", megabytes);
    figures.put("agents in the site", agentCount);
    figures.putSpread("idle, PSS, MiB", of(idle, it -> it.together / MIB));
    figures.putSpread("idle, RSS, MiB", of(idle, it -> it.resident / MIB));
    figures.putSpread("agent alone at its largest, PSS, MiB", of(peaks, it -> it.alone / MIB));
    figures.putSpread("agent and child, PSS, MiB", of(peaks, it -> it.together / MIB));
    figures.putSpread("agent and child, RSS, MiB", of(peaks, it -> it.resident / MIB));
    double[] above = new double[peaks.size()];
    for (int i = 0; i < above.length; i++) {
      above[i] = (peaks.get(i).together - idle.get(i).together) / MIB;
    }
    figures.putSpread("above idle, PSS, MiB (aim: 64)", above);
    figures.putSpread(
        "unpacked, MB a second of processor time (aim: 150)",
        of(peaks, it -> megabytes / Math.max(0.001, it.childSeconds())));
  }

  private static double[] of(List<Peak> peaks, java.util.function.ToDoubleFunction<Peak> figure) {
    return peaks.stream().mapToDouble(figure).toArray();
  }

  private static void await(
      List<RunningAgent> agents, Predicate<RunningAgent> isThere, Runnable look)
      throws InterruptedException {
    for (RunningAgent agent : agents) {
      long[] askedNanos = {0};
      Await.untilTrue(
          LIMIT,
          () -> agent.data().getFileName() + " to be there; " + agent.process().tail(),
          () -> {
            look.run();
            // A command costs a process: not at each look.
            if (System.nanoTime() - askedNanos[0] < 2_000_000_000L) {
              return false;
            }
            askedNanos[0] = System.nanoTime();
            return isThere.test(agent);
          });
    }
  }

  private static boolean isLive(RunningAgent agent, String version) {
    try {
      return agent.cli("status", "--json").out().contains("\"liveVersion\":\"" + version + "\"");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Normal weights; each version's differ from the first's by about a hundredth.
  private Path model(Path folder, int version) throws IOException {
    Files.createDirectories(folder);
    int tensors = Math.max(1, (int) (megabytes * 1_000_000L / TENSOR_BYTES));
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < tensors; i++) {
      header.append(
          "%s\"layer.%03d.weight\":{\"dtype\":\"BF16\",\"shape\":[2048,1024],\"data_offsets\":[%d,%d]}"
              .formatted(i == 0 ? "" : ",", i, (long) i * TENSOR_BYTES, (i + 1L) * TENSOR_BYTES));
    }
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.US_ASCII);
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
      out.write(text);
      for (int i = 0; i < tensors; i++) {
        out.write(tensor(i, version));
      }
    }
    return folder;
  }

  private static byte[] tensor(int number, int version) {
    Random weights = new Random(number);
    Random moves = new Random(1_000_000L * version + number);
    ByteBuffer bytes = ByteBuffer.allocate(TENSOR_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      double weight = weights.nextGaussian() * SIGMA;
      double moved = version == 1 ? weight : weight + moves.nextGaussian() * SIGMA / 100;
      bytes.putShort((short) (Float.floatToRawIntBits((float) moved) >>> 16));
    }
    return bytes.array();
  }
}
