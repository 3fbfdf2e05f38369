package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `why` with what rollouts have to say: what they wait for is named before what the device itself
/// says.
final class WhyInRollouts {
  private WhyInRollouts() {}

  static List<Reason> of(DeviceCondition condition, HubViews views, long nowMillis) {
    List<Reason> theirs = Why.at(condition, nowMillis);
    if (!condition.device().isActive()) {
      return theirs;
    }
    SlotRef slot = condition.device().slot();
    List<Standing> standings = views.rollouts().standings(slot, nowMillis);
    if (standings.isEmpty()) {
      return theirs;
    }
    List<Layer> layers = views.settings(slot).map(SlotSettings::layers).orElse(List.of());
    Set<Name> told = new HashSet<>();
    List<Reason> ours = new ArrayList<>();
    for (Standing standing : standings) {
      // Of older ones nothing is waited for any more.
      boolean isNewest = told.add(standing.record().application());
      if (isNewest && !isOverruled(standing.record(), layers)) {
        ours.addAll(needs(RolloutReasons.of(standing), theirs));
      }
    }
    if (ours.isEmpty()) {
      return theirs;
    }
    List<Reason> all = new ArrayList<>();
    for (Reason reason : theirs) {
      if (reason instanceof Reason.NotReached) {
        all.add(reason);
      }
    }
    all.addAll(ours);
    for (Reason reason : theirs) {
      boolean isSaid = reason instanceof Reason.NotReached;
      boolean isDenied = reason instanceof Reason.UpToDate;
      if (!isSaid && !isDenied) {
        all.add(reason);
      }
    }
    return all;
  }

  /// A device that has all of the release and lacks what the release needs says so; it does not
  /// wait for bytes any more.
  private static List<Reason> needs(List<Reason> ours, List<Reason> theirs) {
    boolean lacks = theirs.stream().anyMatch(Reason.NeedNotLive.class::isInstance);
    return lacks
        ? ours.stream().filter(it -> !(it instanceof Reason.RolloutStaging)).toList()
        : ours;
  }

  /// Whether somebody has assigned something to the slot since the rollout was made.
  private static boolean isOverruled(RolloutRecord record, List<Layer> layers) {
    Layer.Choice narrowest = null;
    for (Layer layer : layers) {
      boolean isAssigned =
          switch (layer.kind()) {
            case FLEET, SITE, DEVICE -> true;
            case GLOBAL, ROLLOUT, OVERRIDE -> false;
          };
      Layer.Choice choice = isAssigned ? layer.choices().get(record.application()) : null;
      narrowest = choice == null ? narrowest : choice;
    }
    return narrowest != null && narrowest.given().millis() > record.createdMillis();
  }
}
