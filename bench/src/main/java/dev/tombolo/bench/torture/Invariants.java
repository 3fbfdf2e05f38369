package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Await;
import dev.tombolo.hub.http.api.AuditVerdict;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.ResultRow;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What must hold of a settled world, whatever was killed before (DESIGN section 9). Remembers what
/// it saw, so that it finds what fell or was lost.
final class Invariants {
  private static final Duration DURABLE_WITHIN = Duration.ofMinutes(4);
  private static final Pattern NUMBER = Pattern.compile("\"n\":(\\d+)");

  private final TortureWorld world;
  private final Map<Integer, long[]> highest = new HashMap<>();
  private final Map<String, Set<Long>> arrived = new HashMap<>();
  private final Map<Integer, Set<Long>> alsoPromised = new HashMap<>();
  private long cursor;

  Invariants(TortureWorld world) {
    this.world = world;
  }

  /// @throws IllegalStateException naming the invariant that does not hold
  void check() throws IOException, SQLException, MalformedException, InterruptedException {
    slotsAreHeldOnce();
    for (int number = 0; number < world.agents.size(); number++) {
      AgentDisk disk = world.disks.get(number);
      whatIsLiveIsWhole(number, disk);
      epochAndRevisionNeverFall(number, disk);
      previousIsKept(disk);
      hold(disk.isWhole(), "I3", "agent " + number + "'s database is broken");
      whatWasPromisedArrives(number, disk);
    }
    AuditVerdict audit = world.client().get(AuditVerdict.class, "/audit/verify");
    hold(audit.isWhole(), "I11", "the audit chain is broken: " + audit.detail());
  }

  /// What the agent took, as it said before its disk lost the note of it.
  void promised(int number, List<Long> accepted) {
    alsoPromised.computeIfAbsent(number, unseen -> new HashSet<>()).addAll(accepted);
  }

  /// Rows that were read back so far.
  long rowsReadBack() {
    return arrived.values().stream().mapToLong(Set::size).sum();
  }

  private void slotsAreHeldOnce() {
    Set<String> slots = new HashSet<>();
    for (DeviceRow device : world.devices()) {
      if (world.revoked.contains(device.device())) {
        hold(
            device.standing().equals("revoked"),
            "I9",
            device.device() + " was revoked and is " + device.standing());
      } else {
        hold(
            device.standing().equals("active"), "I1", device.device() + " is " + device.standing());
        hold(slots.add(device.slot()), "I2", "two live devices hold " + device.slot());
      }
    }
  }

  private void whatIsLiveIsWhole(int number, AgentDisk disk) throws IOException {
    Path current = disk.current(CountingRelease.NAME);
    String version = Files.readString(current.resolve("version.txt"));
    hold(
        version.equals(Integer.toString(world.wanted())),
        "I6",
        "agent " + number + " says live, but `current` is version " + version);
    Path source = CountingRelease.folder(world.hub, version).resolve("payload.bin");
    hold(
        Files.mismatch(source, current.resolve("payload.bin")) < 0,
        "I4",
        "agent " + number + "'s live payload is not what was signed");
  }

  private void epochAndRevisionNeverFall(int number, AgentDisk disk)
      throws SQLException, MalformedException {
    DesiredManifest held =
        disk.document().orElseThrow(() -> new IllegalStateException("I3: a held document is gone"));
    long[] seen = highest.computeIfAbsent(number, unseen -> new long[2]);
    hold(
        held.history().epoch() >= seen[0] && held.revision() >= seen[1],
        "I5",
        "agent %d fell from revision %d to %d".formatted(number, seen[1], held.revision()));
    seen[0] = held.history().epoch();
    seen[1] = held.revision();
  }

  private static void previousIsKept(AgentDisk disk) throws SQLException {
    for (String release : disk.heldReleases()) {
      hold(
          Files.isDirectory(disk.release(release)),
          "I6",
          "the state counts on release " + release + ", which is not on the disk");
    }
  }

  /// Every number the agent took is at the hub, and once.
  private void whatWasPromisedArrives(int number, AgentDisk disk)
      throws IOException, InterruptedException {
    Set<Long> promised = new HashSet<>(disk.accepted(CountingRelease.NAME));
    promised.addAll(alsoPromised.getOrDefault(number, Set.of()));
    String site = TortureWorld.site(number);
    Await.untilTrue(
        DURABLE_WITHIN,
        () ->
            "I3: a result that "
                + site
                + "'s agent took is not at the hub: "
                + missing(site, promised)
                + '\n'
                + world.agents.get(number).process().tail(),
        () -> {
          readResults();
          return missing(site, promised).isEmpty();
        });
  }

  private Set<Long> missing(String site, Set<Long> promised) {
    Set<Long> missing = new HashSet<>(promised);
    missing.removeAll(arrived.getOrDefault(site, Set.of()));
    return missing;
  }

  private void readResults() {
    List<ResultRow> rows;
    do {
      rows = world.client().list(ResultRow.class, "/results?after=" + cursor);
      for (ResultRow row : rows) {
        Matcher number = NUMBER.matcher(row.json());
        hold(number.find(), "I4", "a result was changed on its way: " + row.json());
        String site = site(row);
        hold(
            arrived
                .computeIfAbsent(site, unseen -> new HashSet<>())
                .add(Long.valueOf(number.group(1))),
            "I10",
            site + "'s result " + number.group(1) + " came twice");
        cursor = row.cursor();
      }
    } while (!rows.isEmpty());
  }

  /// Guests come one after the other into the same slot, each counting from 1.
  private static String site(ResultRow row) {
    String site = row.slot().substring(0, row.slot().indexOf('/'));
    return site.equals(Guest.SITE) ? row.device() : site;
  }

  static void hold(boolean holds, String invariant, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(invariant + ": " + otherwise);
    }
  }
}
