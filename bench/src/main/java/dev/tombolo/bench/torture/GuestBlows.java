package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.Spawned;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// Kills while a device joins: of the device, or of the hub that it asks.
final class GuestBlows {
  private static final Duration BEGUN_WITHIN = Duration.ofMinutes(1);
  private static final Duration ENDED_WITHIN = Duration.ofMinutes(6);
  private static final Duration LIVE_WITHIN = Duration.ofMinutes(6);
  private static final int ENROLLING_MICROS_MAX = 8_000;
  private static final int ASKING_MICROS_MAX = 150_000;
  private static final int ABSENT_MICROS_MAX = 700_000;
  private static final int RENEWING_MICROS_MAX = 4_000;
  private static final Duration RENEWED_WITHIN = Duration.ofMinutes(6);

  /// What a renewal writes, in this order.
  private static final List<String> RENEWING =
      List.of("key.next.pem", "csr.next.pem", "certificate.next.pem.tmp", "certificate.next.pem");

  /// What an enrolment writes, in this order.
  private static final List<String> WRITTEN =
      List.of("key.pem.tmp", "csr.pem", "root.pem.tmp", "document.pem", "certificate.pem");

  private final TortureWorld world;
  private final Random random;
  private int guests;

  GuestBlows(TortureWorld world, Random random) {
    this.world = world;
    this.random = random;
  }

  /// Kills the device that enrols, at one of the files it writes.
  String enrolling() throws Exception {
    Guest guest = new Guest(world, ++guests);
    String moment = WRITTEN.get(random.nextInt(WRITTEN.size()));
    String phase;
    try (FolderWatch watch = new FolderWatch(guest.identity());
        Spawned enrolling = guest.enrolling()) {
      watch.await(moment::equals, BEGUN_WITHIN);
      pause(ENROLLING_MICROS_MAX);
      phase = enrolling.isAlive() ? "agent enrolling" : "agent absent";
      enrolling.kill();
    }
    guest.join();
    guest.leave();
    return phase;
  }

  /// Kills the hub while a device waits for its certificate.
  String enrolmentInFlight() throws Exception {
    Guest guest = new Guest(world, ++guests);
    String phase;
    try (FolderWatch watch = new FolderWatch(guest.identity());
        Spawned enrolling = guest.enrolling()) {
      watch.await("csr.pem"::equals, BEGUN_WITHIN);
      pause(ASKING_MICROS_MAX);
      world.hub.kill();
      phase = enrolling.isAlive() ? "hub enrolment-in-flight" : "hub settled";
      world.hub.startAgain();
      enrolling.awaitEnd(ENDED_WITHIN);
    }
    guest.join();
    guest.leave();
    return phase;
  }

  /// Kills a device that has joined and runs, but has not been told yet what to be.
  String absent() throws Exception {
    Guest guest = new Guest(world, ++guests);
    guest.join();
    String phase;
    try (RunningAgent agent = RunningAgent.run(world.hub.distributions(), guest.data())) {
      try (AgentDisk disk = new AgentDisk(guest.data())) {
        pause(ABSENT_MICROS_MAX);
        agent.kill();
        phase = disk.phase();
        agent.startAgain();
        Await.untilTrue(
            LIVE_WITHIN,
            () -> "a guest to be live; it is killed while " + phase,
            () -> disk.phase().equals("live") && world.isLive(guest.device()));
      } finally {
        agent.kill();
        agent.endWorkloads();
      }
    }
    guest.leave();
    return "agent " + phase;
  }

  /// Kills a device while it gets its next certificate. Started again, it must end up with that and
  /// no third one. A guest, since the hub makes a device wait between two renewals.
  String renewing() throws Exception {
    Guest guest = new Guest(world, ++guests);
    guest.join();
    AgedCertificate.age(guest.identity(), world.hub.folder().resolve("hub/ca"));
    String phase;
    try (FolderWatch watch = new FolderWatch(guest.identity());
        RunningAgent agent = RunningAgent.run(world.hub.distributions(), guest.data());
        AgentDisk disk = new AgentDisk(guest.data())) {
      try {
        watch.await(RENEWING.get(random.nextInt(RENEWING.size()))::equals, BEGUN_WITHIN);
        pause(RENEWING_MICROS_MAX);
        agent.kill();
        phase = AgedCertificate.isHeld(guest.identity()) ? "renewing" : disk.phase();
        agent.startAgain();
        Await.untilTrue(
            RENEWED_WITHIN,
            () -> "a guest to have its next certificate",
            () -> !AgedCertificate.isHeld(guest.identity()));
      } finally {
        agent.kill();
        agent.endWorkloads();
      }
    }
    guest.leave();
    return "agent " + phase;
  }

  private void pause(int microsMax) {
    LockSupport.parkNanos(random.nextInt(microsMax) * 1_000L);
  }
}
