package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who lets devices in again that wait for a person: it hears of them from the shop, looks, and
/// approves.
final class HeadOffice {
  private final World world;
  private final Chance chance;

  /// Who has been let in so often and is put out again has to be replaced: a copy of it may have
  /// the newest certificate.
  private static final int APPROVALS_MAX = 4;

  private final Set<Integer> cases = new HashSet<>();
  private final Map<Integer, Integer> approvals = new HashMap<>();

  /// Revoked ones, which somebody takes down when he finds that they are of no use any more.
  private final Set<Integer> gone = new HashSet<>();

  private int slotsMade;

  HeadOffice(World world) {
    this.world = world;
    this.chance = world.chance("head office");
  }

  /// The hub does not serve this device.
  void hears(Device device, Reason why) {
    if (why instanceof Reason.DeviceRevoked && world.faultsAreOn() && gone.add(device.number())) {
      world
          .scheduler()
          .in(chance.between(VirtualTime.MINUTE, 3 * VirtualTime.HOUR), device::retire);
    }
    boolean isForAPerson =
        why instanceof Reason.ApprovalNeeded || why instanceof Reason.DeviceQuarantined;
    if (isForAPerson && cases.add(device.number())) {
      long delay =
          world.faultsAreOn()
              ? chance.between(VirtualTime.MINUTE, 2 * VirtualTime.HOUR)
              : chance.between(1_000, 30_000);
      world.scheduler().in(delay, () -> look(device));
    }
  }

  /// Nobody waits longer than that once all is well.
  void hurry() {
    for (Device device : world.devices()) {
      if (cases.contains(device.number())) {
        world.scheduler().in(chance.between(1_000, 30_000), () -> look(device));
      }
    }
  }

  private void look(Device device) {
    if (cases.contains(device.number())) {
      if (!device.isPowered()) {
        cases.remove(device.number());
      } else {
        approve(device, world.slotOf(device));
      }
    }
  }

  private void approve(Device device, @Nullable SlotRef slot) {
    world
        .operators()
        .ask(
            new AdminCommand.ApproveDevice(
                device.id(), Optional.ofNullable(slot), "looked at it", Optional.empty()),
            answer -> answered(device, slot, answer));
  }

  private void answered(Device device, @Nullable SlotRef slot, AdminAnswer answer) {
    switch (answer) {
      case AdminAnswer.Refused(Reason.NotFound missing, _) when slot != null ->
          makeSlot(slot, () -> approve(device, slot));
      case AdminAnswer.Refused(Reason.SlotTaken taken, _) -> {
        SlotRef another =
            new SlotRef(world.siteName(device.site()), new Name("found-" + ++slotsMade));
        makeSlot(another, () -> approve(device, another));
      }
      case AdminAnswer.Done done -> {
        cases.remove(device.number());
        world.counts().add("devices approved");
        if (approvals.merge(device.number(), 1, Integer::sum) > APPROVALS_MAX) {
          world.counts().add("devices taken down");
          device.retire();
        }
        if (slot != null) {
          world.approved(device, slot);
        }
      }
      default -> cases.remove(device.number());
    }
  }

  private void makeSlot(SlotRef slot, Runnable then) {
    AdminObject.Slot object = new AdminObject.Slot(slot, "Found", Map.of(), Map.of());
    world
        .operators()
        .ask(
            new AdminCommand.Apply(List.of(object), Optional.empty(), false),
            answer -> {
              if (answer instanceof AdminAnswer.Refused) {
                cases.clear();
              } else {
                then.run();
              }
            });
  }
}
