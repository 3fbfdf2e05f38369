package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
    HeldDocument held = stored.held().get();
    Optional<DesiredUpdate> gated =
        chance.isWithin(0.5) ? gated(device, stored, held, chance) : Optional.empty();
    boolean isMisfit = world.hasMorePlays() && chance.isWithin(0.6);
    Payload payload =
        world.payload(
            gated.orElseGet(
                () ->
                    isMisfit
                        ? misfit(device, stored, held, chance)
                        : forged(device, held, chance)));
    world.network().down(line, () -> device.desired(line, PACKET, payload));
    // The true hub hears of the strange document at the next birth.
    world
        .scheduler()
        .in(
            chance.between(5 * VirtualTime.SECOND, 4 * VirtualTime.MINUTE),
            () -> world.network().breakLine(line, true, true));
  }

  /// What the hub may do: what runs is to run with another parameter, by a permit, or without one.
  private Optional<DesiredUpdate> gated(
      Device device, AgentSnapshot stored, HeldDocument held, Chance chance) {
    Optional<WorkloadsSection> there = workloads(stored, held);
    Name application = Releases.APPLICATIONS.getFirst();
    if (there.isEmpty()
        || there.get().applications().stream().noneMatch(it -> it.name().equals(application))) {
      return Optional.empty();
    }
    Gate gate = gate(chance);
    List<Selection> selections = new ArrayList<>();
    for (Selection it : there.get().applications()) {
      selections.add(
          it.name().equals(application)
              ? new Selection(
                  it.name(),
                  it.release(),
                  it.version(),
                  Map.of("threads", Integer.toString(1 + chance.below(8))),
                  gate)
              : it);
    }
    Section workloads =
        new Section(Section.WORKLOADS, Json.write(new WorkloadsSection(selections)));
    List<DesiredManifest.SectionRef> refs = new ArrayList<>();
    for (DesiredManifest.SectionRef ref : held.manifest().sections()) {
      refs.add(
          ref.name().equals(Section.WORKLOADS)
              ? new DesiredManifest.SectionRef(workloads.name(), workloads.digest())
              : ref);
    }
    Set<String> requires = new TreeSet<>(held.manifest().requires());
    requires.add(Features.PERMITS);
    DesiredManifest document =
        new DesiredManifest(
            device.id(),
            held.manifest().history(),
            held.revision() + 1,
            world.now(),
            List.copyOf(requires),
            refs);
    return Optional.of(
        new DesiredUpdate(
            world.hub().keys().document().sign(DesiredManifest.PAYLOAD_TYPE, Json.write(document)),
            List.of(workloads),
            null));
  }

  private Gate gate(Chance chance) {
    Name rollout = new Name("rollout-" + chance.below(9));
    long hour = VirtualTime.HOUR;
    return switch (chance.below(4)) {
      case 0 -> Gate.shut(rollout, 1);
      case 1 -> Gate.of(new Permit(rollout, 1, world.now() - 3 * hour, world.now() - hour));
      case 2 -> Gate.of(new Permit(rollout, 1, world.now() + hour, world.now() + 3 * hour));
      default -> Gate.of(new Permit(rollout, 1, world.now() - hour, world.now() + hour));
    };
  }

  private static Optional<WorkloadsSection> workloads(AgentSnapshot stored, HeldDocument held) {
    for (DesiredManifest.SectionRef ref : held.manifest().sections()) {
      for (Section section : stored.sections()) {
        if (ref.name().equals(Section.WORKLOADS) && section.digest().equals(ref.digest())) {
          try {
            return Optional.of(
                Json.read(WorkloadsSection.class, section.text(), Limits.SECTION_BYTES_MAX));
          } catch (MalformedException e) {
            throw new IllegalStateException("a section in force does not read", e);
          }
        }
      }
    }
    return Optional.empty();
  }

  /// What a publisher has signed, and not for this: another application's, another fleet's, another
  /// machine's, one that is older than what is safe by now, one for agents that are not there yet.
  private DesiredUpdate misfit(
      Device device, AgentSnapshot stored, HeldDocument held, Chance chance) {
    Releases.Release first = world.releases().of(Releases.APPLICATIONS.getFirst()).getFirst();
    Name application = Releases.APPLICATIONS.getFirst();
    Name another = Releases.APPLICATIONS.get(1);
    Digest release = first.digest();
    Envelope envelope = first.envelope();
    Map<String, String> parameters = Map.of();
    switch (chance.below(6)) {
      case 0 -> application = another;
      case 1 -> release = Digest.ofText("another");
      case 2 -> parameters = Map.of("threads", "${release.dir}");
      case 3 -> {
        long floor = stored.securityFloors().getOrDefault(application, 0L);
        if (first.manifest().securityFloor() >= floor) {
          release = Digest.ofText("none");
        }
      }
      default -> {
        envelope = world.releases().misfit(first.manifest(), chance);
        release = Digest.ofText(payload(envelope));
      }
    }
    Section body = new Section(Section.RELEASE_PREFIX + application, Json.write(envelope));
    return selecting(device, held, new Selection(application, release, "1.0", parameters), body);
  }

  private static String payload(Envelope envelope) {
    return new String(
        java.util.Base64.getDecoder().decode(envelope.payload()),
        java.nio.charset.StandardCharsets.UTF_8);
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
    return selecting(
        device, held, new Selection(manifest.name(), Digest.ofText(text), "6.6.6", Map.of()), body);
  }

  private DesiredUpdate selecting(
      Device device, HeldDocument held, Selection selection, Section body) {
    Section workloads =
        new Section(Section.WORKLOADS, Json.write(new WorkloadsSection(List.of(selection))));
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
