package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rollouts that the hub has committed, kept independently of its own memory.
final class RolloutFacts {
  private final TreeMap<RolloutId, Its> all = new TreeMap<>();
  private @Nullable Rollouts replayed;

  /// One rollout.
  static final class Its {
    RolloutRecord record;
    final List<SlotRef> slots = new ArrayList<>();
    final List<Integer> waves = new ArrayList<>();
    private final Map<SlotRef, Integer> numbers = new HashMap<>();

    /// Slots that a newer rollout has; null: to be found out.
    private @Nullable Set<SlotRef> superseded;

    private final List<RolloutChange.Joined> joined = new ArrayList<>();
    private final TreeMap<Integer, RolloutChange.Moved> moved = new TreeMap<>();

    private Its(RolloutRecord record) {
      this.record = record;
    }

    private Its copy() {
      Its copy = new Its(record);
      copy.slots.addAll(slots);
      copy.waves.addAll(waves);
      copy.numbers.putAll(numbers);
      copy.joined.addAll(joined);
      copy.moved.putAll(moved);
      return copy;
    }

    /// By what was written down last of the member.
    boolean isInFlight(int member) {
      RolloutChange.Moved its = moved.get(member);
      return its != null && its.phase().isInFlight();
    }

    /// By what was written down last of the member.
    Phase phase(int member) {
      RolloutChange.Moved its = moved.get(member);
      return its == null ? Phase.WAITING : its.phase();
    }

    /// By what was written down last: it had a permit, and has not said since what it has.
    boolean hadPermit(int member) {
      RolloutChange.Moved its = moved.get(member);
      return its != null && its.grantedMillis() > 0;
    }

    /// By what was written down last: it has failed.
    boolean isFailed(int member) {
      RolloutChange.Moved its = moved.get(member);
      return its != null && its.phase() == Phase.FAILED;
    }

    /// By what was written down last: it has no permit, none that a restored database may have
    /// lost, and is not on its way back to be tried again.
    boolean isWithoutPermit(int member, long nowMillis) {
      RolloutChange.Moved its = moved.get(member);
      boolean isOfThisLife = its == null ? record.life() == 0 : its.life() == record.life();
      boolean waits = its == null || its.phase() == Phase.WAITING || its.phase() == Phase.READY;
      return waits && (isOfThisLife || nowMillis >= record.suspectUntilMillis());
    }

    /// Whether it was not decided when the rollout ceased to be about it, or the rollout is void,
    /// and no permit of it may be out: then an older rollout may have it.
    private boolean hasLeft(int member, long nowMillis) {
      RolloutChange.Moved its = moved.get(member);
      boolean isVoid = record.state().isVoid();
      if (!isVoid && (its == null || !its.isOutside())) {
        return false;
      }
      boolean isOfThisLife = its != null && its.life() == record.life();
      boolean mayBeLost = !isOfThisLife && nowMillis < record.suspectUntilMillis();
      return switch (its == null ? Phase.WAITING : its.phase()) {
        case WAITING, READY, RETRYING -> !mayBeLost;
        case PERMITTED, SWITCHED, LOST -> false;
        case SUCCEEDED, FAILED, BACK -> isVoid && !mayBeLost;
      };
    }

    /// By what was written down last of the member: the rollout is not about it any more.
    boolean isOutside(int member) {
      RolloutChange.Moved its = moved.get(member);
      return its != null && its.isOutside();
    }

    boolean has(SlotRef slot) {
      return numbers.containsKey(slot);
    }

    private void join(RolloutChange.Joined change) {
      if (change.first() == 0) {
        // It is planned anew: the hub died over it.
        slots.clear();
        waves.clear();
        numbers.clear();
        joined.clear();
        moved.clear();
      }
      joined.add(change);
      for (int i = 0; i < change.slots().size(); i++) {
        if (numbers.putIfAbsent(change.slots().get(i), slots.size()) == null) {
          slots.add(change.slots().get(i));
          waves.add((int) change.waves()[i]);
        }
      }
    }

    private void move(RolloutChange.Moved change) {
      moved.put(change.member(), change);
      waves.set(change.member(), change.wave());
    }
  }

  @Nullable Its find(RolloutId id) {
    return all.get(id);
  }

  Iterable<Its> all() {
    return all.values();
  }

  int count() {
    return all.size();
  }

  /// Those slots that a newer rollout of the same application has.
  ///
  /// @param but those that are yet to get theirs
  Set<SlotRef> superseded(Its older, Set<RolloutId> but, long nowMillis) {
    Set<SlotRef> known = older.superseded;
    if (known != null && but.isEmpty()) {
      return known;
    }
    known = new HashSet<>();
    boolean dependsOnTime = false;
    for (Its newer : all.tailMap(older.record.id(), false).values()) {
      if (!newer.record.application().equals(older.record.application())
          || but.contains(newer.record.id())) {
        continue;
      }
      dependsOnTime |= newer.record.suspectUntilMillis() > 0;
      for (int member = 0; member < newer.slots.size(); member++) {
        if (!newer.hasLeft(member, nowMillis)) {
          known.add(newer.slots.get(member));
        }
      }
    }
    older.superseded = dependsOnTime || !but.isEmpty() ? null : known;
    return known;
  }

  void take(RolloutChange.Kept change) {
    replayed = null;
    if (!(change instanceof RolloutChange.Moved) && !(change instanceof RolloutChange.Counted)) {
      all.values().forEach(its -> its.superseded = null);
    }
    switch (change) {
      case RolloutChange.Put(var record) -> {
        Its its = all.get(record.id());
        if (its == null) {
          all.put(record.id(), new Its(record));
        } else {
          its.record = record;
        }
      }
      case RolloutChange.Gone(var id) -> all.remove(id);
      case RolloutChange.Joined joined -> {
        Its its = all.get(joined.rollout());
        if (its != null) {
          its.join(joined);
        }
      }
      case RolloutChange.Moved moved -> {
        Its its = all.get(moved.rollout());
        if (its != null) {
          if (moved.isOutside() || its.isOutside(moved.member())) {
            all.values().forEach(each -> each.superseded = null);
          }
          its.move(moved);
        }
      }
      case RolloutChange.Counted _ -> {}
    }
  }

  Runnable bookmark() {
    Map<RolloutId, Its> then = copy(all);
    return () -> {
      replayed = null;
      all.clear();
      all.putAll(copy(then));
    };
  }

  private static Map<RolloutId, Its> copy(Map<RolloutId, Its> of) {
    Map<RolloutId, Its> copy = new TreeMap<>();
    of.forEach((id, its) -> copy.put(id, its.copy()));
    return copy;
  }

  /// As a hub would have them that starts now, with these devices connected.
  Rollouts replayed(Map<SlotRef, DeviceId> holders, Map<DeviceId, Boolean> online, long nowMillis) {
    Rollouts known = replayed;
    if (known != null) {
      return known;
    }
    Rollouts rollouts = new Rollouts();
    all.values().forEach(its -> rollouts.apply(new RolloutChange.Put(its.record)));
    all.values().forEach(its -> its.joined.forEach(rollouts::apply));
    all.values().forEach(its -> its.moved.values().forEach(rollouts::apply));
    for (Its its : all.values()) {
      RolloutId id = its.record.id();
      if (its.record.suspectUntilMillis() > 0 && nowMillis >= its.record.suspectUntilMillis()) {
        rollouts.apply(new RolloutChange.SuspicionOver(id));
      }
      for (int member = 0; member < its.slots.size(); member++) {
        DeviceId holder = holders.get(its.slots.get(member));
        boolean isOnline = holder != null && online.getOrDefault(holder, false);
        rollouts.apply(new RolloutChange.Seen(id, member, isOnline));
      }
    }
    replayed = rollouts;
    return rollouts;
  }

  /// Where a slot stands in each, newest first.
  static List<Standing> standings(Rollouts rollouts, SlotRef slot, long nowMillis) {
    List<Standing> standings = new ArrayList<>();
    for (Rollout rollout : rollouts.all()) {
      int member = rollout.find(slot);
      if (member >= 0) {
        standings.addFirst(Standing.of(rollouts, rollout, member, nowMillis));
      }
    }
    return standings;
  }
}
