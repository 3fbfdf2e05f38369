package dev.tombolo.agent.core;

import dev.tombolo.protocol.reason.Reason;

/// Carries a [Reason] through code that can only throw, such as the checks within a TLS handshake.
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Reason reason;

  public RefusedException(Reason reason) {
    super(reason.toString());
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// The reason somewhere among the causes of `thrown`.
  public static java.util.Optional<Reason> within(Throwable thrown) {
    Throwable at = thrown;
    for (int depth = 0; at != null && depth < 16; depth++, at = at.getCause()) {
      if (at instanceof RefusedException refused) {
        return java.util.Optional.of(refused.reason());
      }
    }
    return java.util.Optional.empty();
  }
}
