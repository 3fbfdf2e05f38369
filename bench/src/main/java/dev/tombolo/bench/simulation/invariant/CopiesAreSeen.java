package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.DeviceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I2, for copied disks: two machines with one identity do not take turns for long, and a device
/// that is the only one of its kind is not taken for two.
final class CopiesAreSeen extends Invariant {
  private static final long WINDOW_MILLIS = 9 * 60 * 1_000;

  /// The hub knows a boot again when it comes back.
  private static final int TURNS_MAX = 6;

  private final Facts facts;
  private final Map<DeviceId, Turns> turns = new HashMap<>();

  private static final class Turns {
    int last = -1;
    int count;
    long sinceMillis;
  }

  CopiesAreSeen(Facts facts) {
    super("I2");
    this.facts = facts;
  }

  /// Put out, it begins anew when somebody has let it in again.
  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      if (change instanceof HubChange.DevicePut(var device) && !device.isActive()) {
        turns.remove(device.id());
        hold(
            device.standing() != DeviceRecord.Standing.QUARANTINED || facts.wasCopied(device.id()),
            facts.numberOf(device.id()),
            () -> device.id() + " is put out as one of two, and there is only one");
      }
    }
  }

  /// A line that is taken by the other machine before its birth has come tells the hub nothing.
  void born(Shop shop, long nowMillis) {
    DeviceId device = shop.device().orElseThrow();
    if (!facts.wasCopied(device)) {
      return;
    }
    Turns its = turns.computeIfAbsent(device, unseen -> new Turns());
    if (its.last == shop.number()) {
      return;
    }
    its.last = shop.number();
    if (nowMillis - its.sinceMillis > WINDOW_MILLIS) {
      its.sinceMillis = nowMillis;
      its.count = 0;
    }
    its.count++;
    DeviceRecord known = facts.hub.devices.get(device);
    hold(
        its.count <= TURNS_MAX || known == null || !known.isActive(),
        shop.number(),
        () -> "two machines take turns as " + device + ", and the hub serves both");
  }
}
