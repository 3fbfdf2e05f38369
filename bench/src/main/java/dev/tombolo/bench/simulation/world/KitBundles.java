package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What `kit apply` does with a kit that has bundles: it makes the files that the device lacks out
/// of what was live there when the kit was made. Where that is gone or damaged, nothing is put
/// there, and somebody brings a kit with all of it, or nobody does. Sticks are bad, too.
final class KitBundles {
  private static final double KITS_SHARE = 0.6;
  private static final double BASE_DAMAGED_SHARE = 0.05;
  private static final double WHOLE_SHARE = 0.5;
  private static final double SPOILED_SHARE = 0.1;

  private final World world;
  private final Chance chance;

  KitBundles(World world) {
    this.world = world;
    this.chance = world.chance("kits with bundles");
  }

  /// What is live on each device of a kit that is being made, when it is one with bundles.
  boolean areIn() {
    return world.hasMorePlays() && chance.isWithin(KITS_SHARE);
  }

  /// Puts it into the device, or says why not.
  ///
  /// @param bases what was live there when the kit was made
  void apply(Device device, AgentEvent.KitFound found, Map<Name, Digest> bases) {
    Set<Digest> made = new HashSet<>();
    for (WorkloadsSection.Selection selection : selections(device, found)) {
      ReleaseManifest manifest = world.releases().manifest(selection.release());
      if (manifest == null) {
        continue;
      }
      Set<Digest> missing = new HashSet<>(files(manifest));
      missing.removeAll(device.files.whole.keySet());
      Digest base = bases.get(selection.name());
      if (missing.isEmpty()) {
        continue;
      }
      if (base != null && !isWhole(device, base)) {
        world.counts().add("kits with bundles refused");
        device.refusedKit =
            new AgentEvent.KitRefused(
                found.kit(), "the files of " + selection.name() + " are not what it changes");
        if (chance.isWithin(WHOLE_SHARE)) {
          put(device, found);
        }
        return;
      }
      made.addAll(missing);
    }
    world.counts().add("kits with bundles brought");
    put(
        device,
        new AgentEvent.KitFound(
            found.kit(), found.createdMillis(), found.manifest(), found.update(), made));
  }

  private void put(Device device, AgentEvent.KitFound found) {
    found.files().forEach(device.spoiled::remove);
    if (!found.files().isEmpty() && chance.isWithin(SPOILED_SHARE)) {
      List<Digest> files = found.files().stream().sorted().toList();
      device.spoiled.add(chance.oneOf(files));
    }
    device.bring(found);
  }

  private boolean isWhole(Device device, Digest base) {
    ReleaseManifest manifest = world.releases().manifest(base);
    return device.files.staged.contains(base)
        && manifest != null
        && files(manifest).stream().allMatch(it -> device.files.whole.getOrDefault(it, true))
        && !chance.isWithin(BASE_DAMAGED_SHARE);
  }

  private static List<Digest> files(ReleaseManifest manifest) {
    return manifest.variants().getFirst().files().stream().map(Variant.File::digest).toList();
  }

  private List<WorkloadsSection.Selection> selections(Device device, AgentEvent.KitFound found) {
    for (Section section : found.update().sections()) {
      if (section.name().equals(Section.WORKLOADS)) {
        try {
          return Json.read(WorkloadsSection.class, section.text(), Limits.SECTION_BYTES_MAX)
              .applications();
        } catch (MalformedException e) {
          throw world.bug(device.number(), "a kit has a section that does not read: " + e);
        }
      }
    }
    return List.of();
  }
}
