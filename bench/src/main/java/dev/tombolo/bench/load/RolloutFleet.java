package dev.tombolo.bench.load;

import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStore.Batch;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A database as a hub has it once each of its devices has enrolled, connected and told its state:
/// sites with a measured line, slots with labels, five devices a site.
final class RolloutFleet {
  static final Name FLEET = new Name("shops");
  static final int PER_SITE = 5;
  static final ReleaseRecord BEFORE = SettingsBench.release("1.0");
  static final ReleaseRecord NEXT = SettingsBench.release("2.0");

  private static final String BY = "user:bench";
  private static final int DEVICES_OF_BATCH = 10_000;
  private static final int SIZES = 3;

  private RolloutFleet() {}

  /// Writes it.
  ///
  /// @param arguments the database, and how many devices
  public static void main(String[] arguments) throws Exception {
    int devices = Integer.parseInt(arguments[1]);
    try (HubStore store = SqliteHubStore.open(Path.of(arguments[0]))) {
      write(store, beginning());
      for (int from = 0; from < devices; from += DEVICES_OF_BATCH) {
        StageLine.tell("filling the database, devices", from, devices);
        List<HubChange> changes = new ArrayList<>();
        for (int i = from; i < Math.min(devices, from + DEVICES_OF_BATCH); i++) {
          if (i % PER_SITE == 0) {
            site(i / PER_SITE, changes);
          }
          device(i, changes);
        }
        write(store, changes);
      }
    }
  }

  private static void write(HubStore store, List<HubChange> changes) {
    Batch batch = store.begin();
    batch.savepoint();
    batch.apply(changes);
    batch.commit();
  }

  private static List<HubChange> beginning() {
    return List.of(
        new HubChange.FleetPut(
            new Kept<>(
                "fleet", new AdminObject.Fleet(FLEET, "", Map.of(), false, Map.of()), 1, 1, BY)),
        new HubChange.ReleasePut(BEFORE),
        new HubChange.ReleasePut(NEXT),
        new HubChange.AssignmentPut(
            new Assignment(
                new Assignment.Place(FLEET, null, null), BEFORE.ref(), BEFORE.digest(), 1, BY)));
  }

  private static Name siteName(int number) {
    return new Name("store-%06d".formatted(number));
  }

  private static void site(int number, List<HubChange> changes) {
    Name name = siteName(number);
    changes.add(
        new HubChange.SitePut(
            new Kept<>(
                "site-" + number,
                new AdminObject.Site(
                    name,
                    FLEET,
                    "",
                    Map.of("region", number % 2 == 0 ? "north" : "south"),
                    "Europe/Berlin",
                    "",
                    "",
                    Map.of()),
                1,
                1,
                BY)));
    changes.add(
        new HubChange.LineMeasured(
            new LineRate(name, 1_000_000 + number % 1_000 * 1_000L, 1, RolloutDrive.BEGIN_MILLIS)));
  }

  private static void device(int number, List<HubChange> changes) {
    SlotRef slot =
        new SlotRef(siteName(number / PER_SITE), new Name("counter-" + number % PER_SITE));
    DeviceId id = DeviceId.ofKey(("device " + number).getBytes(StandardCharsets.UTF_8));
    changes.add(
        new HubChange.SlotPut(
            new Kept<>(
                "slot-" + number,
                new AdminObject.Slot(slot, "", Map.of("size", "s" + number % SIZES), Map.of()),
                1,
                1,
                BY)));
    changes.add(
        new HubChange.DevicePut(
            new DeviceRecord(
                id,
                Digest.ofText("key " + number),
                slot,
                DeviceRecord.Standing.ACTIVE,
                null,
                1,
                1,
                "token",
                Map.of())));
    changes.add(
        new HubChange.PresencePut(
            new PresenceRecord(
                id,
                "boot",
                1,
                false,
                1,
                "10.0.0.1:1",
                "0.1.0",
                List.of(),
                0,
                List.of(),
                List.of())));
    changes.add(new HubChange.OutboxMarked(id, "outbox", 1, -1, -1, 1));
    changes.add(
        new HubChange.RowsTaken(
            id,
            "outbox",
            1,
            1,
            List.of(new ReportRow(0, 1, 1, 1, STATE)),
            Set.of(BEFORE.digest())));
  }

  private static final ReportBody.State STATE =
      new ReportBody.State(
          Digest.ofText("document"),
          1,
          List.of(
              new ApplicationStatus(
                  BEFORE.ref().name(),
                  ApplicationStatus.Phase.LIVE,
                  BEFORE.digest(),
                  "1.0",
                  BEFORE.digest(),
                  "1.0",
                  null,
                  0,
                  0,
                  0,
                  0,
                  List.of())),
          List.of(),
          Map.of("os", "linux", "arch", "amd64"));
}
