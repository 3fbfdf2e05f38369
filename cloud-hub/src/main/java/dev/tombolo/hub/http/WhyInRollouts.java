package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `why` with what rollouts have to say: what they wait for is named before what the device itself
/// says.
final class WhyInRollouts {
  private WhyInRollouts() {}

  static List<Reason> of(DeviceCondition condition, RolloutViews rollouts, long nowMillis) {
    List<Reason> theirs = Why.at(condition, nowMillis);
    if (!condition.device().isActive()) {
      return theirs;
    }
    Set<Name> told = new HashSet<>();
    List<Reason> ours = new ArrayList<>();
    for (Standing standing : rollouts.standings(condition.device().slot(), nowMillis)) {
      if (told.add(standing.record().application())) {
        // Of older ones nothing is waited for any more.
        ours.addAll(RolloutReasons.of(standing));
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
}
