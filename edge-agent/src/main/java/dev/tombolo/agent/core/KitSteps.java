package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Offline kits in the data folder: looked for now and then, kept as long as they are of use.
final class KitSteps {
  /// Between two looks. Whoever applies a kit waits for it.
  static final long LOOK_MILLIS = 3_000;

  private final Map<String, Kit> here = new TreeMap<>();
  private Optional<KitMark> mark;
  private long lookAtMillis = Long.MIN_VALUE;

  private record Kit(Digest manifest, Set<Digest> files) {}

  KitSteps(AgentSnapshot snapshot) {
    this.mark = snapshot.kit();
  }

  void tick(Now now, Outcome out) {
    if (now.monotonicMillis() >= lookAtMillis) {
      lookAtMillis = now.monotonicMillis() + LOOK_MILLIS;
      out.effect(new AgentEffect.LookForKits(here.keySet()));
    }
  }

  /// It brought the document in force.
  void taken(AgentEvent.KitFound found, HeldDocument held, Outcome out) {
    KitMark next = new KitMark(found.kit(), found.createdMillis(), held.revision(), held.digest());
    mark = Optional.of(next);
    out.change(new AgentChange.KitTaken(next));
  }

  void keep(AgentEvent.KitFound found) {
    here.put(found.kit(), new Kit(found.manifest(), found.files()));
  }

  /// It is of no use.
  static void drop(AgentEvent.KitFound found, Outcome out) {
    out.effect(new AgentEffect.DropKit(found.kit()));
  }

  /// Gives up kits that are not needed any more: everything is where it should be, or a newer
  /// document needs none of their files.
  void settle(Optional<HeldDocument> held, ApplicationSteps applications, Outcome out) {
    if (here.isEmpty()) {
      return;
    }
    Downloads downloads = applications.downloads();
    boolean isAtRest = applications.isAtRest();
    here.entrySet()
        .removeIf(
            it -> {
              Kit kit = it.getValue();
              boolean isInForce = held.isPresent() && held.get().digest().equals(kit.manifest());
              if (!isAtRest && (isInForce || downloads.wantsAny(kit.files()))) {
                return false;
              }
              downloads.gone(kit.files());
              out.effect(new AgentEffect.DropKit(it.getKey()));
              return true;
            });
  }

  /// For `why`: how the document in force came.
  Optional<Reason> how(Optional<HeldDocument> held) {
    return mark.filter(it -> held.isPresent() && held.get().digest().equals(it.manifest()))
        .map(KitSteps::reason);
  }

  private static Reason reason(KitMark it) {
    return new Reason.CameByKit(it.kit(), it.createdMillis(), it.revision());
  }
}
