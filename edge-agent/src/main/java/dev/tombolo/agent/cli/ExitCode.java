package dev.tombolo.agent.cli;

/// What the commands exit with; scripts rely on it.
final class ExitCode {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NOT_REACHED = 3;
  static final int NOT_FOUND = 4;

  private ExitCode() {}
}
