package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.window.BitRate;
import java.util.List;
import java.util.Optional;

/// How the sites of a world may use their lines, and people who stop downloads for a while.
final class Lines {
  private static final long PAUSE_MILLIS = 6 * 3600_000L;

  private final World world;
  private final Chance chance;

  Lines(World world) {
    this.world = world;
    this.chance = world.chance("lines");
  }

  Optional<LineRules> rules() {
    if (!chance.isWithin(0.3)) {
      return Optional.empty();
    }
    return Optional.of(
        new LineRules(
            List.of(
                new LineRules.Limit(
                    Weekly.parse("08:00-20:00"), new BitRate(chance.between(100, 5_000) * 1_000)),
                new LineRules.Limit(
                    Weekly.parse("Sat-Sun 12:00-14:00"), BitRate.parse("64kbit/s")))));
  }

  /// Somebody stops a device's downloads, or a whole site's. Whoever does not find the hub later
  /// leaves them stopped.
  void pause() {
    if (world.plan().faults().isEmpty()) {
      return;
    }
    Optional<SlotRef> slot = Optional.ofNullable(world.slotOf(chance.oneOf(world.devices())));
    slot.ifPresent(
        it -> {
          TransferPause.Place place =
              chance.isWithin(0.5) ? TransferPause.Place.of(it) : TransferPause.Place.of(it.site());
          world
              .operators()
              .ask(
                  new AdminCommand.PauseTransfers(place, "the tills are slow", Optional.empty()),
                  answer -> world.scheduler().in(chance.gap(PAUSE_MILLIS), () -> resume(place)));
        });
  }

  private void resume(TransferPause.Place place) {
    world
        .operators()
        .ask(new AdminCommand.ResumeTransfers(place, "", Optional.empty()), answer -> {});
  }
}
