package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Overruled;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// I8, of the device's own `why`: at the end each document says of rollouts what the hub says, and
/// says it to no agent that does not know such words.
final class WhyHoldsOffline extends Invariant {
  private final Facts facts;

  WhyHoldsOffline(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  /// @param why what the hub says of the device, whose document is the newest
  /// @return how many rollouts are said to be overruled there
  int check(Shop shop, DeviceRecord device, List<Standing> standings, List<Reason> why) {
    boolean mayKnow = facts.hub.features.getOrDefault(device.id(), Set.of()).contains(Features.WHY);
    int told = 0;
    for (Selection selection : selections(shop)) {
      Overruled said = selection.overrules();
      Optional<Overruled> so = mayKnow ? overruled(device, selection, why) : Optional.empty();
      hold(
          so.equals(Optional.ofNullable(said)),
          shop.number(),
          () -> "its document says of " + selection + " what is not so: it is " + so + ", " + why);
      told += said == null ? 0 : 1;
      Gate gate = selection.gate();
      String wave = gate == null || !mayKnow ? "" : waveOf(gate, standings);
      hold(
          gate == null || gate.waveName().equals(wave),
          shop.number(),
          () -> "its document calls a wave otherwise than its owner, " + wave + ": " + selection);
    }
    return told;
  }

  private static String waveOf(Gate gate, List<Standing> standings) {
    for (Standing standing : standings) {
      RolloutRecord record = standing.record();
      if (record.id().toString().equals(gate.rollout().text())) {
        return record.plan().waves().get(gate.wave()).name();
      }
    }
    return "of no rollout";
  }

  private Optional<Overruled> overruled(
      DeviceRecord device, Selection selection, List<Reason> why) {
    String assigned = new ReleaseRef(selection.name(), selection.version()).toString();
    for (Reason reason : why) {
      if (reason instanceof Reason.RolloutOverruled it && it.assigned().equals(assigned)) {
        ReleaseRef release = ReleaseRef.parse(it.release());
        return Optional.of(
            new Overruled(
                new Name(it.rollout()),
                release.version(),
                layer(facts.hub.wanted(device.slot()).get(selection.name()))));
      }
    }
    return Optional.empty();
  }

  private static String layer(@Nullable Assignment at) {
    if (at == null) {
      return "nowhere";
    }
    Assignment.Place place = at.place();
    if (place.slot() != null) {
      return "device/" + place.site() + "/" + place.slot();
    }
    return place.site() != null ? "site/" + place.site() : "fleet/" + place.fleet();
  }

  private List<Selection> selections(Shop shop) {
    ShopFacts its = facts.of(shop);
    HeldDocument held = its.held;
    List<DesiredManifest.SectionRef> refs = held == null ? List.of() : held.manifest().sections();
    for (DesiredManifest.SectionRef ref : refs) {
      String text = ref.name().equals(Section.WORKLOADS) ? its.sections.get(ref.digest()) : null;
      if (text != null) {
        try {
          return Json.read(WorkloadsSection.class, text, Limits.SECTION_BYTES_MAX).applications();
        } catch (MalformedException e) {
          throw broken(shop.number(), "what it holds does not read: " + e.getMessage());
        }
      }
    }
    return List.of();
  }
}
