package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.reason.Reason;
import org.jspecify.annotations.Nullable;

/// What the agent has in mind about one step of a [dev.tombolo.agent.release.Route]. Lives in
/// memory only: a restarted agent asks and applies again. Times are monotonic milliseconds.
final class BundleTries {
  /// The hub has been asked, or the bundle is being applied.
  boolean isUnderWay;

  long retryAtMillis;
  int failures;

  /// When it may be asked again that what comes is unpacked ahead.
  long aheadAtMillis;

  /// Since when the hub says that it is making it; -1: it does not.
  long awaitedSinceMillis = -1;

  /// Since when the hub has not been reached for the bundle, and nothing more of it has come; -1:
  /// it has.
  long silentSinceMillis = -1;

  /// How much of the bundle was here by then.
  long silentBytes;

  /// What the hub has offered to a device that comes with nothing, while its neighbours are asked
  /// first; null: nothing.
  Route.@Nullable ByBundle offer;

  /// A neighbour gave too slowly: what the hub has offered is better.
  boolean isNearSlow;

  /// Why it does not go on; null while it does.
  @Nullable Reason trouble;
}
