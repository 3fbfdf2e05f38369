package dev.tombolo.agent.https;

import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.reason.Reason;

/// How an attempt to enrol ended.
public sealed interface EnrolOutcome {
  record Enrolled(EnrolResponse response) implements EnrolOutcome {}

  /// The hub said no.
  ///
  /// @param retryAfterSeconds as the hub asked, 0 when it did not
  record Refused(int status, Refusal refusal, int retryAfterSeconds) implements EnrolOutcome {}

  /// No answer from the hub that the token names: the line ([Reason.LineDown]), or somebody else
  /// answered ([Reason.PinMismatch]).
  record NotReached(Reason reason) implements EnrolOutcome {}
}
