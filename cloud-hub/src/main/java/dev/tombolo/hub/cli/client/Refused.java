package dev.tombolo.hub.cli.client;

import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.protocol.reason.Reason;
import java.util.Locale;

/// The hub said no; with its reason, for callers that can do something about it.
public final class Refused extends Failure {
  private static final long serialVersionUID = 1;

  private final transient Reason reason;

  Refused(Reason reason, String message, int exit) {
    super(exit, codeOf(reason), message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  private static String codeOf(Reason reason) {
    return reason
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=.)([A-Z])", "-$1")
        .toLowerCase(Locale.ROOT);
  }
}
