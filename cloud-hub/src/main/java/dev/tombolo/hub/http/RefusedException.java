package dev.tombolo.hub.http;

import dev.tombolo.protocol.reason.Reason;

/// Ends a request with a refusal; [Refusals] turns it into a status and a body.
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Reason reason;
  private final String about;

  RefusedException(Reason reason) {
    this(reason, "");
  }

  /// @param about the title of the object that it is about; empty: of no one
  RefusedException(Reason reason, String about) {
    super(reason.toString(), null, false, false);
    this.reason = reason;
    this.about = about;
  }

  public String about() {
    return about;
  }

  public Reason reason() {
    return reason;
  }
}
