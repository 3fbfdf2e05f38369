package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import java.util.ArrayList;
import java.util.List;

/// A rollout without its devices.
///
/// @param priors what devices had before; a device knows its own by its place in this list
/// @param life how often the hub's database was restored since
/// @param suspectUntilMillis until when permits may be good that a restored database has lost; 0:
///   it lost none
/// @param origin of one that was applied from a file
/// @param retryFrom failed devices from this number on are about to be tried again, a slice at a
///   time; [#NO_RETRY]: nobody is
public record RolloutRecord(
    RolloutId id,
    ReleaseRef release,
    Digest digest,
    Scope scope,
    RolloutPlan plan,
    RolloutState state,
    List<Prior> priors,
    int life,
    long suspectUntilMillis,
    long createdMillis,
    String createdBy,
    Origin origin,
    int retryFrom) {
  public static final int NO_RETRY = -1;

  public RolloutRecord {
    priors = List.copyOf(priors);
  }

  /// Begun by a command.
  public RolloutRecord(
      RolloutId id,
      ReleaseRef release,
      Digest digest,
      Scope scope,
      RolloutPlan plan,
      RolloutState state,
      List<Prior> priors,
      int life,
      long suspectUntilMillis,
      long createdMillis,
      String createdBy) {
    this(
        id,
        release,
        digest,
        scope,
        plan,
        state,
        priors,
        life,
        suspectUntilMillis,
        createdMillis,
        createdBy,
        Origin.NONE,
        NO_RETRY);
  }

  public Name application() {
    return release.name();
  }

  public RolloutRecord with(RolloutState next) {
    return new RolloutRecord(
        id,
        release,
        digest,
        scope,
        plan,
        next,
        priors,
        life,
        suspectUntilMillis,
        createdMillis,
        createdBy,
        origin,
        retryFrom);
  }

  RolloutRecord retryingFrom(int member) {
    return new RolloutRecord(
        id,
        release,
        digest,
        scope,
        plan,
        state,
        priors,
        life,
        suspectUntilMillis,
        createdMillis,
        createdBy,
        origin,
        member);
  }

  RolloutRecord withPriors(List<Prior> more) {
    List<Prior> all = new ArrayList<>(priors);
    all.addAll(more);
    return new RolloutRecord(
        id,
        release,
        digest,
        scope,
        plan,
        state,
        all,
        life,
        suspectUntilMillis,
        createdMillis,
        createdBy,
        origin,
        retryFrom);
  }

  /// As it goes on in a database that was a backup's: any permit may have been given since.
  public RolloutRecord restored(long nowMillis) {
    return new RolloutRecord(
        id,
        release,
        digest,
        scope,
        plan,
        state,
        priors,
        life + 1,
        suspectUntilMillis(plan, nowMillis),
        createdMillis,
        createdBy,
        origin,
        retryFrom);
  }

  /// Until when a permit may be used that a database had lost when it was restored.
  public static long suspectUntilMillis(RolloutPlan plan, long restoredMillis) {
    return restoredMillis + plan.permitMillis() + Rollout.PERMIT_MARGIN_MILLIS;
  }

  /// As it begins after a restore that may have lost the permits of others.
  public RolloutRecord suspectingUntil(long millis) {
    return new RolloutRecord(
        id,
        release,
        digest,
        scope,
        plan,
        state,
        priors,
        life,
        millis,
        createdMillis,
        createdBy,
        origin,
        retryFrom);
  }
}
