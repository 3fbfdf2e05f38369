package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;

/// The other side answered, and said no.
final class LinkRefusedException extends IOException {
  private static final long serialVersionUID = 1L;
  private final transient Reason reason;
  private final int retryAfterSeconds;

  LinkRefusedException(String message, Reason reason, int retryAfterSeconds) {
    super(message);
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  Reason reason() {
    return reason;
  }

  int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
