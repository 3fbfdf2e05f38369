package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.reason.Reason;

/// Input that is not what it should be; says what and where.
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Reason.Malformed reason;

  public MalformedException(Reason.Malformed reason) {
    super(reason.what() + ": " + reason.detail());
    this.reason = reason;
  }

  public MalformedException(String what, String detail) {
    this(new Reason.Malformed(what, detail));
  }

  public Reason.Malformed reason() {
    return reason;
  }
}
