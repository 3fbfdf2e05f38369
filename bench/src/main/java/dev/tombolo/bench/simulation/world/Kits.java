package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// Offline kits: made now and then for a site, carried there, and put into its devices, sooner or
/// later and sometimes twice.
final class Kits {
  private final World world;
  private final Chance chance;
  private final KitBundles bundles;
  private long made;

  Kits(World world) {
    this.world = world;
    this.chance = world.chance("kits");
    this.bundles = new KitBundles(world);
  }

  void make() {
    String id = "kit-%016x".formatted(++made);
    AdminCommand command =
        new AdminCommand.MakeKit(
            id, world.siteName(chance.below(world.plan().sites())), List.of(), false);
    world
        .operators()
        .ask(
            command,
            answer -> {
              if (answer instanceof AdminAnswer.KitMade kit) {
                carry(kit);
              }
            });
  }

  /// Sealed with the keys of the moment, whatever becomes of the hub until it is there.
  private void carry(AdminAnswer.KitMade kit) {
    Map<Digest, Section> sections = new HashMap<>();
    kit.sections().forEach(section -> sections.put(section.digest(), section));
    boolean hasBundles = bundles.areIn();
    for (AdminAnswer.KitDocument document : kit.documents()) {
      AgentEvent.KitFound found = open(kit, document, sections);
      world.kitMade(document.device(), found.manifest());
      for (int times = chance.isWithin(0.2) ? 2 : 1; times > 0; times--) {
        world
            .scheduler()
            .in(
                chance.between(VirtualTime.MINUTE, 6 * VirtualTime.HOUR),
                hasBundles
                    ? withBundles(document.device(), found)
                    : () -> bring(document.device(), found));
      }
      mistakes(kit, document, found);
    }
  }

  /// It is put into another device of the site, or somebody has made one that looks like it.
  private void mistakes(
      AdminAnswer.KitMade kit, AdminAnswer.KitDocument document, AgentEvent.KitFound found) {
    long after = chance.between(VirtualTime.MINUTE, 6 * VirtualTime.HOUR);
    if (chance.isWithin(0.2)) {
      AdminAnswer.KitDocument other = chance.oneOf(kit.documents());
      if (!other.device().equals(document.device())) {
        world.scheduler().in(after, () -> bring(other.device(), found));
      }
    }
    if (chance.isWithin(0.2)) {
      String payload =
          document
              .payload()
              .replaceFirst("\"revision\":[0-9]+", "\"revision\":" + (document.revision() + 7));
      AgentEvent.KitFound forged =
          new AgentEvent.KitFound(
              found.kit() + "-forged",
              found.createdMillis(),
              Digest.ofText(payload),
              new DesiredUpdate(
                  world.strangersEnvelope(DesiredManifest.PAYLOAD_TYPE, payload),
                  found.update().sections(),
                  null),
              found.files());
      world.forged(forged.manifest());
      world.scheduler().in(after, () -> bring(document.device(), forged));
    }
  }

  private AgentEvent.KitFound open(
      AdminAnswer.KitMade kit, AdminAnswer.KitDocument document, Map<Digest, Section> sections) {
    DesiredManifest manifest;
    try {
      manifest = Json.read(DesiredManifest.class, document.payload(), Limits.MANIFEST_BYTES_MAX);
    } catch (MalformedException e) {
      throw world.bug(-1, "the hub made a kit with a document that does not read: " + e);
    }
    List<Section> its =
        manifest.sections().stream()
            .map(
                ref ->
                    new Section(
                        ref.name(),
                        java.util.Objects.requireNonNull(sections.get(ref.digest())).text()))
            .toList();
    return new AgentEvent.KitFound(
        kit.id(),
        kit.createdMillis(),
        Digest.ofText(document.payload()),
        new DesiredUpdate(
            world.hub().keys().document().sign(DesiredManifest.PAYLOAD_TYPE, document.payload()),
            its,
            kit.documentCertificate()),
        new HashSet<>(kit.files()));
  }

  /// What changed since what is live there now.
  private Runnable withBundles(DeviceId to, AgentEvent.KitFound found) {
    Map<Integer, Map<Name, Digest>> bases = new HashMap<>();
    for (Device device : holders(to)) {
      bases.put(device.number(), Map.copyOf(device.files.current));
    }
    return () -> {
      for (Device device : holders(to)) {
        bundles.apply(device, found, bases.getOrDefault(device.number(), Map.of()));
      }
    };
  }

  private void bring(DeviceId to, AgentEvent.KitFound found) {
    for (Device device : holders(to)) {
      world.counts().add("kits brought");
      device.bring(found);
    }
  }

  private List<Device> holders(DeviceId id) {
    return world.devices().stream()
        .filter(it -> it.hasJoined() && it.isPowered() && it.id().equals(id))
        .toList();
  }
}
