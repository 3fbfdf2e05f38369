package dev.tombolo.hub.core;

/// Where every thread hands in what happened. Bounded.
public interface HubInbox {
  /// False when full: tell the peer to come back later, with
  /// [dev.tombolo.protocol.reason.Reason.Busy].
  boolean offer(HubEvent event);

  /// The same for an event of some size.
  ///
  /// @param bytes it came in with
  /// @param taken run when it was decided and committed, or failed; on the hub's loop, so it must
  ///   not block. Not run when the event is not taken in
  default boolean offer(HubEvent event, int bytes, Runnable taken) {
    boolean isIn = offer(event);
    if (isIn) {
      taken.run();
    }
    return isIn;
  }
}
