package dev.tombolo.hub.http;

import dev.tombolo.protocol.reason.Reason;

/// Ends a request with a refusal; [Refusals] turns it into a status and a body.
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Reason reason;

  RefusedException(Reason reason) {
    super(reason.toString(), null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
