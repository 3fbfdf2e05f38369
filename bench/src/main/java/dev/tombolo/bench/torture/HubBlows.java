package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.bench.process.Spawned;
import dev.tombolo.protocol.id.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/// Kills of the hub.
final class HubBlows {
  private static final Duration PUSH_LIMIT = Duration.ofMinutes(3);
  private static final int COMMAND_MILLIS_MAX = 12;
  private static final int SPREADING_MILLIS_MAX = 1_500;
  private static final int ANY_MILLIS_MAX = 2_500;
  private static final int PUSH_MICROS_MAX = 15_000;

  private final TortureWorld world;
  private final Random random;
  private int pushes;

  HubBlows(TortureWorld world, Random random) {
    this.world = world;
    this.random = random;
  }

  /// While the operator waits for the answer to a command.
  String commandInFlight() throws Exception {
    return afterCommand(COMMAND_MILLIS_MAX);
  }

  /// While the change spreads.
  String spreading() throws Exception {
    return afterCommand(SPREADING_MILLIS_MAX);
  }

  String anyMoment() throws Exception {
    return afterCommand(ANY_MILLIS_MAX);
  }

  private String afterCommand(int millisMax) throws Exception {
    CompletableFuture<Boolean> answered = CompletableFuture.supplyAsync(world::assignNext);
    LockSupport.parkNanos(random.nextInt(millisMax) * 1_000_000L);
    String phase;
    if (!answered.isDone()) {
      phase = "hub command-in-flight";
    } else {
      phase = world.isSettled() ? "hub settled" : "hub spreading";
    }
    world.hub.kill();
    answered.join();
    world.hub.startAgain();
    return phase;
  }

  /// With nothing to do; the next change comes once it is back.
  String settled() throws Exception {
    String phase = world.isSettled() ? "hub settled" : "hub spreading";
    world.hub.kill();
    world.hub.startAgain();
    Invariants.hold(world.assignNext(), "I8", "a hub started again took no assignment");
    return phase;
  }

  /// While a release's files come in. Pushed once more it must be there, whole and once.
  String pushInFlight() throws Exception {
    pushes++;
    String version = "pushed-" + pushes;
    Path folder = CountingRelease.draft(world.hub, version);
    Path envelope = SmallRelease.sign(world.hub, folder);
    String phase;
    try (FolderWatch incoming = new FolderWatch(world.hub.folder().resolve("hub/files/incoming"));
        Spawned push = push(folder, envelope)) {
      incoming.await(_ -> true, PUSH_LIMIT);
      LockSupport.parkNanos(random.nextInt(PUSH_MICROS_MAX) * 1_000L);
      world.hub.kill();
      phase = push.isAlive() ? "hub release-push-in-flight" : "hub settled";
    }
    world.hub.startAgain();
    SmallRelease.push(world.hub, folder, envelope);
    long held = world.releases(version);
    Invariants.hold(held == 1, "I10", "version %s is there %d times".formatted(version, held));
    Invariants.hold(
        holdsWhole(folder.resolve("payload.bin")),
        "I3",
        "the hub took release " + version + " but its payload is not what was signed");
    return phase;
  }

  private boolean holdsWhole(Path file) throws Exception {
    String hex = Digest.of(Files.readAllBytes(file)).hex();
    Path held = world.hub.folder().resolve("hub/files").resolve(hex.substring(0, 2)).resolve(hex);
    return Files.mismatch(file, held) < 0;
  }

  private Spawned push(Path folder, Path envelope) throws Exception {
    return Spawned.start(
        "push",
        List.of(
            world.hub.distributions().tombolo().toString(),
            "release",
            "push",
            envelope.toString(),
            "--files",
            folder.toString()),
        world.hub.environment(),
        folder,
        Files.createDirectories(folder).resolve("push.log"));
  }
}
