package dev.tombolo.bench.demo;

import java.io.Console;
import java.io.PrintStream;
import java.util.List;

/// What the demo shows. Progress bars and colours on a terminal only.
final class Screen {
  private static final String START_OF_LINE = "\r\033[K";

  /// What does not fit the terminal's line is cut off, not wrapped into the next.
  private static final String NO_WRAP = "\033[?7l";

  private static final String WRAP = "\033[?7h";

  private final PrintStream out;
  private final boolean terminal;
  private boolean progressShown;
  private boolean silent;

  Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  static Screen standard() {
    Console console = System.console();
    return new Screen(System.out, console != null && console.isTerminal());
  }

  boolean isTerminal() {
    return terminal;
  }

  void title(String text) {
    print("\n" + styled("1", text));
  }

  /// A remark.
  void say(String text) {
    print(text);
  }

  /// A command about to run, as one would type it.
  void command(String line) {
    print(styled("36", "$ " + line));
  }

  /// What a command printed.
  void output(String text) {
    text.stripTrailing().lines().forEach(line -> print("  " + line));
  }

  void held(String claim) {
    print(styled("32", "  ✓ ") + claim);
  }

  void broken(String claim) {
    print(styled("31", "  ✗ ") + claim);
  }

  void table(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] width = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).append(" ".repeat(width[i] - row.get(i).length() + 3));
      }
      print("  " + line.toString().stripTrailing());
    }
  }

  /// One line that is overwritten by what comes next.
  synchronized void progress(String line) {
    if (terminal && !silent) {
      out.print(START_OF_LINE + NO_WRAP + line + WRAP);
      out.flush();
      progressShown = true;
    }
  }

  /// After Ctrl-C: what the interrupted steps still have to say helps nobody.
  synchronized void beSilent() {
    silent = true;
  }

  /// Said even when silent.
  synchronized void lastWord(String text) {
    if (progressShown) {
      out.print(START_OF_LINE);
      progressShown = false;
    }
    out.println(text);
    out.flush();
  }

  private synchronized void print(String line) {
    if (!silent) {
      lastWord(line);
    }
  }

  private String styled(String style, String text) {
    return terminal ? "\033[" + style + "m" + text + "\033[0m" : text;
  }
}
