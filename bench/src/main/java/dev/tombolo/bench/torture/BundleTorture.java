package dev.tombolo.bench.torture;

import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// SIGKILL of the device that fetches, of one that copies from it, and of the hub, at random bytes
/// of a download. After each the killed one is started again, at once or when the others are live,
/// and all must end verified and tidy.
@Command(
    name = "bundle",
    description = {
      "SIGKILLs agents of one site and the hub at random bytes of downloads.",
      "After each, every device must run what was pushed, to the byte, and nothing may be left"
          + " over."
    },
    mixinStandardHelpOptions = true)
public final class BundleTorture implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// Beyond the download: while it is unpacked, switched to, or copied.
  private static final double AFTER_SHARE = 1.15;

  @Option(names = "--rounds", defaultValue = "500", description = "kills (${DEFAULT-VALUE})")
  int rounds;

  @Option(names = "--agents", defaultValue = "2", description = "of the site (${DEFAULT-VALUE})")
  int agentCount;

  @Option(names = "--seed", defaultValue = "1", description = "for the bytes (${DEFAULT-VALUE})")
  long seed;

  @Option(
      names = "--line",
      defaultValue = "60000",
      paramLabel = "BYTES",
      description = "per second and connection (${DEFAULT-VALUE})")
  int bytesPerSecond;

  @Option(names = "--json", description = "also write the counts to this file")
  @Nullable Path json;

  private final Map<String, Integer> phases = new TreeMap<>();
  private int done;
  private long bytes;

  @Override
  public Integer call() throws Exception {
    Random random = new Random(seed);
    try (BundleWorld world = new BundleWorld(random, agentCount)) {
      String before = "1";
      String live = "1";
      for (; done < rounds; done++) {
        String next = another(random, before, live);
        long from = System.nanoTime();
        try {
          String phase = round(world, random, live, next);
          world.awaitLive(next);
          world.check(next, live);
          phases.merge(phase, 1, Integer::sum);
          System.out.printf(
              "round %d of %d: %s to %s, killed %s, %.1f s%n",
              done + 1, rounds, live, next, phase, (System.nanoTime() - from) / 1e9);
        } catch (IllegalStateException e) {
          throw new IllegalStateException(
              "round %d of seed %d: %s".formatted(done + 1, seed, e.getMessage()), e);
        }
        before = live;
        live = next;
      }
    } finally {
      System.out.printf(
          "seed %d: %d kills, %,d bytes came down the line%n%s",
          seed,
          done,
          bytes,
          phases.entrySet().stream()
              .map(it -> "  %-36s %5d%n".formatted(it.getKey(), it.getValue()))
              .collect(Collectors.joining()));
      write();
    }
    System.out.println("all ended verified, nothing was left over");
    return 0;
  }

  /// Not what is live, nor what is kept to fall back on.
  private static String another(Random random, String before, String live) {
    while (true) {
      String next = Integer.toString(1 + random.nextInt(BundleWorld.VERSIONS));
      if (!next.equals(before) && !next.equals(live)) {
        return next;
      }
    }
  }

  private String round(BundleWorld world, Random random, String base, String target)
      throws IOException, InterruptedException, SQLException {
    world.line.set(new LineMode.Throttle(bytesPerSecond));
    long begun = world.line.bytesDown();
    long bundle = world.bundleBytes(base, target);
    long killAt = begun + random.nextLong((long) (bundle * AFTER_SHARE));
    int victim = random.nextInt(world.agents.size() + 1);
    Await.untilTrue(LIMIT, () -> "the hub to take " + target, () -> world.assign(target));
    // What comes beside the bundle is not much; a byte that never comes is as good as the end.
    Await.untilTrue(
        LIMIT,
        () -> "byte " + (killAt - begun) + " of " + bundle + " to pass",
        () -> world.line.bytesDown() >= killAt || isAtTheEnd(world, begun + bundle));
    String phase = kill(world, victim, target, random.nextBoolean());
    world.line.set(new LineMode.Open());
    bytes += world.line.bytesDown() - begun;
    return phase;
  }

  private static boolean isAtTheEnd(BundleWorld world, long end) throws SQLException {
    if (world.line.bytesDown() < end) {
      return false;
    }
    for (AgentDisk disk : world.disks) {
      if (!disk.phase().equals("live")) {
        return false;
      }
    }
    return true;
  }

  /// @param isLate it is started again only when the others are live: one takes over from the
  ///   other, and what the hub has given already needs no hub
  /// @return who was killed, and what the devices were at
  private static String kill(BundleWorld world, int victim, String target, boolean isLate)
      throws IOException, InterruptedException, SQLException {
    boolean isHub = victim == world.agents.size();
    if (isHub) {
      world.hub.kill();
    } else {
      world.agents.get(victim).kill();
    }
    String phase =
        isHub
            ? "hub, first device " + world.disks.getFirst().phaseOfBundle()
            : "device " + (victim + 1) + " " + world.disks.get(victim).phaseOfBundle();
    boolean waits = isLate && (!isHub || world.needsNoHub(target));
    if (waits) {
      Await.untilTrue(
          LIMIT,
          () -> "the others to be live without it: " + phase + "; " + world.tails(),
          () -> world.isLiveWithout(victim, target));
    }
    if (isHub) {
      world.hub.startAgain();
    } else {
      world.agents.get(victim).startAgain();
    }
    return waits ? phase + ", back when the others were live" : phase;
  }

  private void write() throws IOException {
    if (json != null) {
      Files.writeString(
          json,
          phases.entrySet().stream()
              .map(it -> "\"" + it.getKey() + "\":" + it.getValue())
              .collect(
                  Collectors.joining(
                      ",", "{\"rounds\":" + done + ",\"seed\":" + seed + ",\"phases\":{", "}}\n")));
    }
  }
}
