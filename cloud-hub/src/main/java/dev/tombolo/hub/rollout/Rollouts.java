package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All rollouts, in memory. Of those of one application the newest that has a device decides; it
/// supersedes the older ones there, until the device leaves it, or the rollout becomes void.
public final class Rollouts {
  /// Rollouts kept of one application of a fleet.
  public static final int OF_APPLICATION_MAX = 16;

  private final TreeMap<RolloutId, Rollout> byId = new TreeMap<>();

  /// Fleet -> application -> newest first.
  private final Map<Name, TreeMap<Name, List<Rollout>>> byPlace = new TreeMap<>();

  public Collection<Rollout> all() {
    return byId.values();
  }

  public boolean isEmpty() {
    return byId.isEmpty();
  }

  public @Nullable Rollout find(RolloutId id) {
    return byId.get(id);
  }

  /// The newest that was applied under a name.
  public @Nullable Rollout named(String name) {
    for (Rollout rollout : byId.descendingMap().values()) {
      if (rollout.record().origin().name().equals(name)) {
        return rollout;
      }
    }
    return null;
  }

  /// By application, newest first.
  public Map<Name, List<Rollout>> of(Name fleet) {
    TreeMap<Name, List<Rollout>> there = byPlace.get(fleet);
    return there == null ? Map.of() : there;
  }

  public List<Rollout> of(Name fleet, Name application) {
    return of(fleet).getOrDefault(application, List.of());
  }

  /// Devices of a slot's site that may be switching by other rollouts of the application: of the
  /// permits of one that was aborted, say, whose devices are dark.
  public int outElsewhere(RolloutRecord record, SlotRef slot) {
    int out = 0;
    for (Rollout other : of(record.scope().fleet(), record.application())) {
      out += other.id().equals(record.id()) ? 0 : other.outBeside(slot);
    }
    return out;
  }

  public void apply(RolloutChange change) {
    Rollout rollout = byId.get(change.rollout());
    switch (change) {
      case RolloutChange.Put put when rollout == null -> begin(put.record());
      case RolloutChange.Gone _ -> {
        if (rollout != null) {
          end(rollout);
        }
      }
      case RolloutChange.Joined joined -> {
        if (rollout != null) {
          rollout.apply(joined);
          // Alone it has all of them.
          if (of(rollout.record().scope().fleet(), rollout.record().application()).size() > 1) {
            joined.slots().forEach(slot -> supersede(rollout.record(), slot));
          }
        }
      }
      case RolloutChange.Moved moved -> {
        if (rollout != null) {
          boolean hadLeft = rollout.hasLeft(moved.member());
          rollout.apply(moved);
          if (rollout.hasLeft(moved.member()) != hadLeft) {
            supersede(rollout.record(), rollout.slot(moved.member()));
          }
        }
      }
      case RolloutChange.Left left -> {
        if (rollout != null) {
          for (int member = rollout.nextToLeave(); member < left.next(); member++) {
            supersede(rollout.record(), rollout.slot(member));
          }
          rollout.apply(left);
        }
      }
      case RolloutChange.SuspicionOver over -> {
        if (rollout != null) {
          rollout.apply(over);
          supersedeOutside(rollout);
        }
      }
      case RolloutChange.Put put -> {
        boolean isRestored = put.record().life() > rollout.record().life();
        rollout.apply(put);
        if (isRestored) {
          supersedeOutside(rollout);
        }
      }
      case RolloutChange.Counted _,
          RolloutChange.Seen _,
          RolloutChange.Found _,
          RolloutChange.Bound _,
          RolloutChange.Skipped _,
          RolloutChange.OverSeen _,
          RolloutChange.SlotGone _,
          RolloutChange.Postponed _,
          RolloutChange.LookedAgain _,
          RolloutChange.ClockSet _,
          RolloutChange.ClockKnown _,
          RolloutChange.Looked _,
          RolloutChange.Darkened _ -> {
        if (rollout != null) {
          rollout.apply(change);
        }
      }
    }
  }

  private void begin(RolloutRecord record) {
    Rollout rollout = new Rollout(record);
    byId.put(record.id(), rollout);
    List<Rollout> there =
        byPlace
            .computeIfAbsent(record.scope().fleet(), fleet -> new TreeMap<>())
            .computeIfAbsent(record.application(), application -> new ArrayList<>());
    there.add(rollout);
    there.sort((a, b) -> b.id().compareTo(a.id()));
  }

  private void end(Rollout rollout) {
    byId.remove(rollout.id());
    RolloutRecord record = rollout.record();
    TreeMap<Name, List<Rollout>> there = byPlace.get(record.scope().fleet());
    if (there != null && there.containsKey(record.application())) {
      there.get(record.application()).remove(rollout);
      if (there.get(record.application()).isEmpty()) {
        there.remove(record.application());
      }
    }
  }

  /// Whether a permit may be out of who is outside has changed.
  private void supersedeOutside(Rollout rollout) {
    for (int member = 0; rollout.outside() > 0 && member < rollout.size(); member++) {
      if (rollout.isOutside(member)) {
        supersede(rollout.record(), rollout.slot(member));
      }
    }
  }

  private void supersede(RolloutRecord any, SlotRef slot) {
    boolean isTaken = false;
    for (Rollout each : of(any.scope().fleet(), any.application())) {
      int member = each.find(slot);
      if (member >= 0) {
        each.supersede(member, isTaken);
        isTaken |= !each.hasLeft(member);
      }
    }
  }
}
