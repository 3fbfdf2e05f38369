package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A list of objects too long for one step. It is worked through slice by slice; what is written
/// goes into one transaction that ends with the last of it.
///
/// ```
/// Reading -> [Pruning ->] Checking --sound--> [Looking --sound-->] Writing --last slice--> done
///                |            |                    |
///                +---------- refused --------------+
/// ```
///
/// @param objects fleets first
/// @param removed what goes, slots first; known once [Stage.Pruning] is over
/// @param planned whole once [Stage.Reading] is over
/// @param changing whole once [Stage.Checking] is over
record PendingApply(
    long request,
    Principal who,
    AdminCommand.Apply command,
    List<AdminObject> objects,
    List<AdminObject> removed,
    Planned planned,
    Changing changing,
    Stage stage)
    implements PendingChange {
  PendingApply {
    objects = List.copyOf(objects);
    removed = List.copyOf(removed);
  }

  /// How far it is.
  sealed interface Stage {
    /// @param done so many objects are taken in
    /// @param titles theirs
    record Reading(int done, Set<String> titles) implements Stage {}

    /// What the list leaves out is looked for.
    record Pruning(PruneWalk walk) implements Stage {}

    /// @param done so many objects are sound by themselves
    record Checking(int done) implements Stage {}

    /// Each slot that the change reaches is looked at.
    ///
    /// @param before things as they are
    record Looking(ScopeWalk walk, ReachCount count, Planned before) implements Stage {}

    /// @param changes what became of those that have been written, or would be in a dry run
    /// @param looked null when no slot was looked at
    record Writing(List<Applied.ObjectChange> changes, @Nullable ReachCount looked)
        implements Stage {
      public Writing {
        changes = List.copyOf(changes);
      }
    }
  }

  @Override
  public boolean isHalfWritten() {
    return !command.dryRun()
        && stage instanceof Stage.Writing writing
        && !writing.changes().isEmpty();
  }

  PendingApply at(Stage next) {
    return new PendingApply(request, who, command, objects, removed, planned, changing, next);
  }

  /// Everything that is written, in its order.
  AdminObject toWrite(int number) {
    return number < objects.size() ? objects.get(number) : removed.get(number - objects.size());
  }

  int writes() {
    return objects.size() + removed.size();
  }
}
