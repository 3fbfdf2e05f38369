package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.reason.Reason;

/// Input that is not what it should be; says what and where.
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Reason.Malformed reason;

  public MalformedException(Reason.Malformed reason) {
    super(say(reason));
    this.reason = reason;
  }

  public MalformedException(String what, String detail) {
    this(new Reason.Malformed(what, detail));
  }

  @Override
  public String getMessage() {
    return say(reason);
  }

  private static String say(Reason.Malformed reason) {
    return reason.what() + ": " + reason.detail();
  }

  public Reason.Malformed reason() {
    return reason;
  }
}
