package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One change of a rollout, as small as it can be said. [Rollouts#apply] is the only way the memory
/// changes.
public sealed interface RolloutChange {

  RolloutId rollout();

  /// Kept by the store.
  sealed interface Kept extends RolloutChange {}

  /// Kept in memory only.
  sealed interface Passing extends RolloutChange {}

  record Put(RolloutRecord record) implements Kept {
    @Override
    public RolloutId rollout() {
      return record.id();
    }
  }

  /// It and its devices are forgotten.
  record Gone(RolloutId rollout) implements Kept {}

  /// Devices that are in it from now on, from the number `first` on.
  ///
  /// @param waves the wave of each
  record Joined(RolloutId rollout, int first, List<SlotRef> slots, byte[] waves) implements Kept {
    public Joined {
      slots = List.copyOf(slots);
    }
  }

  /// A device stands somewhere else.
  ///
  /// @param wave as before, but for a stand-in
  /// @param grantedMillis hub time of the permit it got last; 0: none, or it is over and the device
  ///   has said since what it has; [#GONE_BACK]: it failed, and has gone back to what it had
  /// @param prior what it had before, in the record's list; -1: not known, or nothing
  /// @param holder tells the hardware apart that has held the slot
  /// @param life of the rollout when this was written
  /// @param reason why it failed
  /// @param isOutside its labels, or where the application goes, have changed so that the rollout
  ///   is not about it any more
  record Moved(
      RolloutId rollout,
      int member,
      int wave,
      Phase phase,
      long grantedMillis,
      int prior,
      int holder,
      int life,
      @Nullable Reason reason,
      boolean isOutside)
      implements Kept {
    static final long GONE_BACK = -1;
  }

  /// How the waves stand, for those who read.
  record Counted(RolloutId rollout, List<WaveCount> waves) implements Kept {
    public Counted {
      waves = List.copyOf(waves);
    }
  }

  /// A device has connected, or its line has ended.
  record Seen(RolloutId rollout, int member, boolean online) implements Passing {}

  /// Devices in scope, found while planning.
  ///
  /// @param named the wave that names each, -1: none
  /// @param next where the search goes on; null: it is over
  record Found(RolloutId rollout, List<SlotRef> slots, byte[] named, @Nullable SlotRef next)
      implements Passing {
    public Found {
      slots = List.copyOf(slots);
    }
  }

  /// All were found; the next slice of them is looked at to fix who is in which wave.
  record Bound(RolloutId rollout) implements Passing {}

  /// The first that waited for a permit cannot get one now.
  ///
  /// @param parked until its site has room
  record Skipped(RolloutId rollout, int member, boolean parked) implements Passing {}

  /// The next few permits whose time is over were looked at.
  record OverSeen(RolloutId rollout, int permits) implements Passing {}

  /// No permit can be good any more that a restored database has lost.
  record SuspicionOver(RolloutId rollout) implements Passing {}

  /// The slot of a device has been removed, or is there again.
  record SlotGone(RolloutId rollout, int member, boolean isGone) implements Passing {}

  /// The first of those that wait cannot use a permit in its time: it waits aside.
  record Postponed(RolloutId rollout, int member) implements Passing {}

  /// The hub's clock was set by so much.
  record ClockSet(RolloutId rollout, long byMillis) implements Passing {}

  /// The rollout was read again, and the hub's clock had been set by so much in all. Permits that
  /// are older count as given before any of that.
  ///
  /// @param aheadMillis what it showed when it was set ahead last; permits given since go by it
  record ClockKnown(RolloutId rollout, long setMillis, long aheadMillis) implements Passing {}

  /// Those that wait aside are looked at again.
  record LookedAgain(RolloutId rollout, long nowMillis) implements Passing {}

  /// Devices up to `next` have been looked at since labels or destinations changed.
  ///
  /// @param revision of what says where a rollout goes
  /// @param left that have not been looked at since then
  record Looked(RolloutId rollout, long revision, int next, int left) implements Passing {}

  /// Devices up to `next` of a rollout that has become void were left to the older ones.
  record Left(RolloutId rollout, int next) implements Passing {}

  /// The open wave is dark as a whole, or only dark devices are left, since then; 0: it is not so.
  record Darkened(RolloutId rollout, long sinceMillis) implements Passing {}
}
