package dev.tombolo.hub.cli.screen;

/// Ends a command: one message that says what happened, to what, and what to do next.
public class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exit;
  private final String code;

  /// @param exit one of [Exit]
  /// @param code a fixed word for `--json`, like `not-found`
  public Failure(int exit, String code, String message) {
    super(message);
    this.exit = exit;
    this.code = code;
  }

  public Failure(int exit, String code, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
    this.code = code;
  }

  public static Failure usage(String message) {
    return new Failure(Exit.USAGE, "usage", message);
  }

  public static Failure refused(String code, String message) {
    return new Failure(Exit.REFUSED, code, message);
  }

  public int exit() {
    return exit;
  }

  public String code() {
    return code;
  }
}
