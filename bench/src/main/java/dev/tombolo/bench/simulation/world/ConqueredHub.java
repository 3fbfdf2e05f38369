package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Somebody who has the hub's keys, but not the publisher's: sends a device a well-signed document
/// that selects a release of their own. The device must take the document and run nothing of it.
final class ConqueredHub {
  /// No packet of the hub's own has this number, so its acknowledgement is ignored.
  private static final int PACKET = 60_000;

  private final World world;

  ConqueredHub(World world) {
    this.world = world;
  }

  void strike(Device device, Chance chance) {
    Line line = device.line();
    if (line == null || !line.isOpenAtAgent) {
      return;
    }
    AgentSnapshot stored = device.stored();
    if (stored.held().isEmpty()) {
      return;
    }
    Payload payload = world.payload(forged(device, stored.held().get(), chance));
    world.network().down(line, () -> device.desired(line, PACKET, payload));
    // The true hub hears of the strange document at the next birth.
    world
        .scheduler()
        .in(
            chance.between(5 * VirtualTime.SECOND, 4 * VirtualTime.MINUTE),
            () -> world.network().breakLine(line, true, true));
  }

  private DesiredUpdate forged(Device device, HeldDocument held, Chance chance) {
    Name application = chance.oneOf(Releases.APPLICATIONS);
    Releases.Release known =
        world.releases().of(application).isEmpty()
            ? world.releases().of(Releases.APPLICATIONS.getFirst()).getFirst()
            : world.releases().of(application).getLast();
    ReleaseManifest manifest = known.manifest();
    String text = Json.write(manifest).replace("\"" + manifest.version(), "\"6.6.6-");
    Envelope release =
        chance.isWithin(0.5)
            ? world.strangersEnvelope(ReleaseManifest.PAYLOAD_TYPE, text)
            : relabelled(text, known.envelope());
    Section body = new Section(Section.RELEASE_PREFIX + manifest.name(), Json.write(release));
    Section workloads =
        new Section(
            Section.WORKLOADS,
            Json.write(
                new WorkloadsSection(
                    List.of(
                        new Selection(manifest.name(), Digest.ofText(text), "6.6.6", Map.of())))));
    List<DesiredManifest.SectionRef> refs = new ArrayList<>();
    refs.add(new DesiredManifest.SectionRef(workloads.name(), workloads.digest()));
    refs.add(new DesiredManifest.SectionRef(body.name(), body.digest()));
    for (DesiredManifest.SectionRef ref : held.manifest().sections()) {
      if (ref.name().equals(Section.PLACE) || ref.name().equals(Section.TRUST)) {
        refs.add(ref);
      }
    }
    DesiredManifest document =
        new DesiredManifest(
            device.id(),
            held.manifest().history(),
            held.revision() + 1,
            world.now(),
            List.of(),
            refs);
    return new DesiredUpdate(
        world.hub().keys().document().sign(DesiredManifest.PAYLOAD_TYPE, Json.write(document)),
        List.of(workloads, body),
        null);
  }

  /// The publisher's signature of another text.
  private static Envelope relabelled(String text, Envelope signed) {
    return new Envelope(
        signed.payloadType(),
        java.util.Base64.getEncoder()
            .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        signed.signatures());
  }
}
