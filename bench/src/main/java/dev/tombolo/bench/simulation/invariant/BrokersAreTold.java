package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import java.util.List;
import java.util.Set;

/// I9, at a broker that admits by the hub's list: once a device is out, the list has each of its
/// certificates, and it has none that a device in force uses.
final class BrokersAreTold extends Invariant {
  /// A list may have been made while the hub's clock was ahead by so much: what has run out by then
  /// is not in it.
  private static final long RUNS_OUT_MILLIS = 13 * 60 * 60_000L;

  private final Facts facts;
  private Set<String> told = Set.of();
  private boolean isToBeTold;

  /// A commit failed, and what the store has kept of it is not read yet.
  private boolean isReading;

  BrokersAreTold(Facts facts) {
    super("I9");
    this.facts = facts;
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange.Durable change : changes) {
      isToBeTold |= change instanceof HubChange.DevicePut;
    }
  }

  @Override
  void hubDoes(HubEffect effect, long nowMillis) {
    if (effect instanceof HubEffect.RevocationsChanged(var serials)) {
      told = serials;
      isReading = false;
    } else if (effect instanceof HubEffect.StartedOver) {
      isReading = true;
    }
  }

  /// All that the turns before this one had to do is done.
  void hubTicks(long nowMillis) {
    if (!isToBeTold || isReading) {
      return;
    }
    isToBeTold = false;
    for (CertificateRecord certificate : facts.hub.certificates.values()) {
      DeviceRecord device = facts.hub.devices.get(certificate.device());
      if (device == null || certificate.notAfterMillis() < nowMillis + RUNS_OUT_MILLIS) {
        continue;
      }
      hold(
          device.isActive()
              ? certificate.generation() != CertificateRecord.Generation.CURRENT
                  || !told.contains(certificate.serial())
              : told.contains(certificate.serial()),
          facts.numberOf(device.id()),
          () ->
              device.id()
                  + " is "
                  + device.standing()
                  + ", and a broker with the hub's list does not know it of certificate "
                  + certificate.serial());
    }
  }
}
