package dev.tombolo.hub.core;

/// Where every thread hands in what happened. Bounded.
public interface HubInbox {
  /// False when full: tell the peer to come back later, with
  /// [dev.tombolo.protocol.reason.Reason.Busy].
  boolean offer(HubEvent event);
}
