package dev.tombolo.agent.https;

import dev.tombolo.protocol.enrol.Refusal;

/// The hub answered, and not with what was asked for.
final class HubRefusalException extends Exception {
  private static final long serialVersionUID = 1L;
  private final int status;
  private final transient Refusal refusal;
  private final int retryAfterSeconds;

  HubRefusalException(int status, Refusal refusal, int retryAfterSeconds) {
    super(refusal.message());
    this.status = status;
    this.refusal = refusal;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  int status() {
    return status;
  }

  Refusal refusal() {
    return refusal;
  }

  int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
