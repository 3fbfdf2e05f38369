package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.device.CertificateRecord.Generation;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I2: a slot has one active device at most; a device one current and one pending certificate.
final class OneDevicePerSlot extends Invariant {
  private final Facts facts;
  private final Map<SlotRef, DeviceId> holders = new HashMap<>();
  private final Map<DeviceId, String> current = new HashMap<>();
  private final Map<DeviceId, String> pending = new HashMap<>();

  OneDevicePerSlot(Facts facts) {
    super("I2");
    this.facts = facts;
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      switch (change) {
        case HubChange.DevicePut(var device) -> put(device);
        case HubChange.CertificatePut(var it) -> {
          DeviceId device = it.device();
          current.remove(device, it.serial());
          pending.remove(device, it.serial());
          if (it.generation() != Generation.SUPERSEDED) {
            Map<DeviceId, String> its = it.generation() == Generation.CURRENT ? current : pending;
            String other = its.put(device, it.serial());
            hold(
                other == null,
                facts.numberOf(device),
                () -> device + " has two " + it.generation() + " certificates");
          }
        }
        default -> {}
      }
    }
  }

  @Override
  Runnable bookmark() {
    Map<SlotRef, DeviceId> holdersThen = Map.copyOf(holders);
    Map<DeviceId, String> currentThen = Map.copyOf(current);
    Map<DeviceId, String> pendingThen = Map.copyOf(pending);
    return () -> {
      holders.clear();
      holders.putAll(holdersThen);
      current.clear();
      current.putAll(currentThen);
      pending.clear();
      pending.putAll(pendingThen);
    };
  }

  private void put(DeviceRecord device) {
    if (!device.isActive()) {
      holders.remove(device.slot(), device.id());
      return;
    }
    holders.values().remove(device.id());
    DeviceId other = holders.put(device.slot(), device.id());
    hold(
        other == null,
        facts.numberOf(device.id()),
        () -> device.id() + " and " + other + " both hold " + device.slot());
  }
}
