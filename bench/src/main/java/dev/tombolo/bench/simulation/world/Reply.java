package dev.tombolo.bench.simulation.world;

import dev.tombolo.protocol.reason.Reason;

/// How an HTTP request ended, as the device sees it.
sealed interface Reply {
  record Body(Payload content) implements Reply {}

  record Refused(Reason reason) implements Reply {}

  /// No answer; the hub may have done what was asked.
  record Lost() implements Reply {}
}
