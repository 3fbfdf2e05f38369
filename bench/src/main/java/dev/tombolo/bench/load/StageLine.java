package dev.tombolo.bench.load;

import java.io.Console;

/// What a bench of several minutes is at: a line of the terminal that is drawn anew; elsewhere a
/// line for each stage, on standard error.
final class StageLine {
  /// Begins what a process under measurement says of it on its standard output.
  static final String MARK = "~ ";

  private static final int WIDTH = 78;

  private final boolean isTerminal;
  private String stage = "";

  private StageLine(boolean isTerminal) {
    this.isTerminal = isTerminal;
  }

  static StageLine standard() {
    Console console = System.console();
    return new StageLine(console != null && console.isTerminal());
  }

  /// For the process that shows it.
  static void tell(String stage, long done, long all) {
    System.out.printf("%s%s: %,d of %,d%n", MARK, stage, done, all);
  }

  /// @param text as [#tell] wrote it, without the mark
  void show(String text) {
    if (isTerminal) {
      System.err.printf("\r%-" + WIDTH + "s", text);
      return;
    }
    String now = text.replaceFirst(":.*", "");
    if (!now.equals(stage)) {
      stage = now;
      System.err.println(now);
    }
  }

  void clear() {
    if (isTerminal) {
      System.err.print("\r" + " ".repeat(WIDTH) + "\r");
    }
  }
}
