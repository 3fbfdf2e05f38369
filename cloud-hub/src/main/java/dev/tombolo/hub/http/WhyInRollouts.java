package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.Choice;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `why` with what rollouts have to say: what they select comes over what is assigned, and what
/// they wait for is named before what the device itself says.
final class WhyInRollouts {
  private WhyInRollouts() {}

  static List<Reason> of(DeviceCondition condition, RolloutViews rollouts) {
    if (!condition.device().isActive()) {
      return Why.of(condition);
    }
    List<Standing> standings =
        rollouts.standings(condition.device().slot(), System.currentTimeMillis());
    if (standings.isEmpty()) {
      return Why.of(condition);
    }
    Map<Name, DeviceCondition.Wanted> wanted = new HashMap<>(condition.wanted());
    Set<Name> chosen = new HashSet<>();
    Set<Name> told = new HashSet<>();
    List<Reason> ours = new ArrayList<>();
    for (Standing standing : standings) {
      Name application = standing.record().application();
      if (told.add(application)) {
        // Of older ones nothing is waited for any more.
        ours.addAll(RolloutReasons.of(standing));
      }
      select(standing, application, chosen, wanted);
    }
    List<Reason> theirs =
        Why.of(
            new DeviceCondition(
                condition.device(),
                condition.online(),
                condition.seenMillis(),
                wanted,
                condition.manifest(),
                condition.revision(),
                condition.state(),
                condition.stateMillis()));
    List<Reason> all = new ArrayList<>();
    for (Reason reason : theirs) {
      if (reason instanceof Reason.NotReached) {
        all.add(reason);
      }
    }
    all.addAll(ours);
    for (Reason reason : theirs) {
      boolean isSaid = reason instanceof Reason.NotReached;
      boolean isDenied = reason instanceof Reason.UpToDate && !ours.isEmpty();
      if (!isSaid && !isDenied) {
        all.add(reason);
      }
    }
    return all;
  }

  private static void select(
      Standing standing,
      Name application,
      Set<Name> chosen,
      Map<Name, DeviceCondition.Wanted> wanted) {
    if (chosen.contains(application)) {
      return;
    }
    switch (standing.choice()) {
      case Choice.None _ -> {}
      case Choice.Gated gated -> {
        chosen.add(application);
        wanted.put(application, new DeviceCondition.Wanted(gated.release(), gated.version()));
      }
      case Choice.Free free -> {
        chosen.add(application);
        wanted.put(application, new DeviceCondition.Wanted(free.release(), free.version()));
      }
    }
  }
}
