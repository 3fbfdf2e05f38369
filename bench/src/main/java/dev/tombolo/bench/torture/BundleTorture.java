package dev.tombolo.bench.torture;

import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  /// A device that cannot reach the hub takes a neighbour's files a minute later, and passes over
  /// for half a minute, and then for longer, who was too busy to answer.
  private static final Duration ALONE_LIMIT = Duration.ofMinutes(5);

  /// Beyond the download: while it is unpacked, switched to, or copied.
  private static final double AFTER_SHARE = 1.15;

  @Mixin private final Rounds rounds = new Rounds();

  @Option(names = "--agents", defaultValue = "2", description = "of a site (${DEFAULT-VALUE})")
  int agentCount;

  @Option(
      names = "--line",
      defaultValue = "60000",
      paramLabel = "BYTES",
      description = "per second and connection (${DEFAULT-VALUE})")
  int bytesPerSecond;

  private final PhaseCounts phases = new PhaseCounts(List.of());
  private final AtomicLong bytes = new AtomicLong();

  @Override
  public Integer call() throws Exception {
    try {
      rounds.play(World::new, phases);
    } finally {
      System.out.printf(
          "%d kills, %,d bytes came down the lines%n%s",
          rounds.done(), bytes.get(), phases.table());
      rounds.write(phases, "bytes", bytes.get());
    }
    System.out.println("all ended verified, nothing was left over");
    return 0;
  }

  private final class World implements Rounds.World {
    private final Random random;
    private final BundleWorld world;
    private String before = "1";
    private String live = "1";

    World(Random random) throws Exception {
      this.random = random;
      world = new BundleWorld(random, agentCount);
    }

    @Override
    public String play(int round) throws Exception {
      String next = another(random, before, live);
      String phase = killOnTheWay(world, random, live, next);
      world.awaitLive(next);
      world.check(next, live);
      before = live;
      live = next;
      return phase;
    }

    @Override
    public void close() throws Exception {
      world.close();
    }
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

  private String killOnTheWay(BundleWorld world, Random random, String base, String target)
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
    bytes.addAndGet(world.line.bytesDown() - begun);
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
          ALONE_LIMIT,
          () -> "the others to be live without it: " + phase + "; " + world.story(),
          () -> world.isLiveWithout(victim, target));
    }
    if (isHub) {
      world.hub.startAgain();
    } else {
      world.agents.get(victim).startAgain();
    }
    return waits ? phase + ", back when the others were live" : phase;
  }
}
