package dev.tombolo.agent.cli;

import dev.tombolo.agent.process.BundleUnpacking;

/// What the commands exit with; scripts rely on it.
final class ExitCode {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NOT_REACHED = 3;
  static final int NOT_FOUND = 4;

  /// Of `bundle apply`; the running agent relies on them.
  static final int BASE_DAMAGED = BundleUnpacking.EXIT_BASE_DAMAGED;

  static final int BUNDLE_REFUSED = BundleUnpacking.EXIT_BUNDLE_REFUSED;

  static final int NO_ROOM = BundleUnpacking.EXIT_NO_ROOM;

  private ExitCode() {}
}
