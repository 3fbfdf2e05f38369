package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.DesiredManifest.SectionRef;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Documents that a device must refuse as a whole, most of them signed by the right key: of a hub
/// that is newer, broken or not its own.
final class OddDocuments {
  private static final double GAP_MILLIS = 70.0 * VirtualTime.DAY;

  /// No packet of the hub's own has this number.
  private static final int PACKET = 60_001;

  private static final Name NOBODYS = new Name("nobodys");

  private final World world;
  private final Chance chance;

  OddDocuments(World world) {
    this.world = world;
    this.chance = world.chance("odd documents");
  }

  void begin() {
    for (Device device : List.copyOf(world.devices())) {
      again(device);
    }
  }

  private void again(Device device) {
    world
        .scheduler()
        .in(
            world.gap(chance, GAP_MILLIS),
            () -> {
              if (world.faultsAreOn()) {
                send(device);
                again(device);
              }
            });
  }

  private void send(Device device) {
    Line line = device.line();
    if (line == null || !line.isOpenAtAgent) {
      return;
    }
    Optional<HeldDocument> held = device.stored().held();
    if (held.isEmpty()) {
      return;
    }
    Payload payload = world.payload(odd(device, held.get().manifest()));
    world.network().down(line, () -> device.desired(line, PACKET, payload));
    // The hub hears that something was refused, and at the next birth what is in force.
    world
        .scheduler()
        .in(
            chance.between(5 * VirtualTime.SECOND, 4 * VirtualTime.MINUTE),
            () -> world.network().breakLine(line, true, true));
  }

  private DesiredUpdate odd(Device device, DesiredManifest held) {
    History history = held.history();
    long next = held.revision() + 1;
    List<SectionRef> refs = held.sections();
    return switch (chance.below(12)) {
      case 0 -> signed("{", List.of());
      case 1 -> of(DeviceId.ofKey(chance.bytes(91)), history, next, List.of(), refs);
      case 2 -> of(device.id(), history, next, List.of("time-travel"), refs);
      case 3 ->
          of(device.id(), new History(history.epoch() - 1, history.id()), next, List.of(), refs);
      case 4 -> of(device.id(), history, Math.max(0, next - 2), List.of(), refs);
      case 5 -> withWorkloads(device, held, new Section(Section.WORKLOADS, "[]"));
      case 6 -> withWorkloads(device, held, workloads(NOBODYS));
      case 7 -> withWorkloads(device, held, workloads(NOBODYS, NOBODYS));
      case 8 -> {
        List<SectionRef> twice = new ArrayList<>(refs);
        twice.addAll(refs);
        yield of(device.id(), history, next, List.of(), twice);
      }
      case 9 -> {
        List<SectionRef> many = new ArrayList<>();
        for (int i = 0; i <= Limits.SECTIONS_MAX; i++) {
          many.add(new SectionRef("section-" + i, Digest.ofText("section")));
        }
        yield of(device.id(), history, next, List.of(), many);
      }
      case 10 ->
          new DesiredUpdate(
              world.strangersEnvelope(DesiredManifest.PAYLOAD_TYPE, Json.write(held)),
              List.of(),
              null);
      default ->
          new DesiredUpdate(
              world.hub().keys().document().sign(DesiredManifest.PAYLOAD_TYPE, Json.write(held)),
              List.of(),
              "no certificate");
    };
  }

  private DesiredUpdate withWorkloads(Device device, DesiredManifest held, Section workloads) {
    List<SectionRef> refs = new ArrayList<>();
    refs.add(new SectionRef(workloads.name(), workloads.digest()));
    for (SectionRef ref : held.sections()) {
      if (ref.name().equals(Section.PLACE) || ref.name().equals(Section.TRUST)) {
        refs.add(ref);
      }
    }
    List<Section> sections = new ArrayList<>(List.of(workloads));
    if (chance.isWithin(0.5)) {
      Section release = new Section(Section.RELEASE_PREFIX + NOBODYS, Json.write(envelope()));
      refs.add(new SectionRef(release.name(), release.digest()));
      sections.add(release);
    }
    DesiredManifest manifest =
        new DesiredManifest(
            device.id(), held.history(), held.revision() + 1, world.now(), List.of(), refs);
    return signed(Json.write(manifest), sections);
  }

  private Envelope envelope() {
    return world.strangersEnvelope("text/plain", "{}");
  }

  private static Section workloads(Name... names) {
    List<Selection> selections = new ArrayList<>();
    for (Name name : names) {
      selections.add(new Selection(name, Digest.ofText(name.text()), "1.0", Map.of()));
    }
    return new Section(Section.WORKLOADS, Json.write(new WorkloadsSection(selections)));
  }

  private DesiredUpdate of(
      DeviceId device,
      History history,
      long revision,
      List<String> requires,
      List<SectionRef> refs) {
    return signed(
        Json.write(new DesiredManifest(device, history, revision, world.now(), requires, refs)),
        List.of());
  }

  private DesiredUpdate signed(String payload, List<Section> sections) {
    return new DesiredUpdate(
        world.hub().keys().document().sign(DesiredManifest.PAYLOAD_TYPE, payload), sections, null);
  }
}
