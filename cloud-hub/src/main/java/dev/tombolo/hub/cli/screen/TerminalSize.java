package dev.tombolo.hub.cli.screen;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How large the terminal is. Java does not tell; `stty` (POSIX) does.
final class TerminalSize {
  private static final File TERMINAL = new File("/dev/tty");
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("(\\d{1,4}) (\\d{1,4})\\s*");
  private static final int ANSWER_BYTES_MAX = 64;
  private static final long WAIT_SECONDS = 2;

  private TerminalSize() {}

  /// As it is now: people resize windows.
  static OptionalInt rows() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Redirect.from(TERMINAL))
              .redirectError(Redirect.DISCARD)
              .start();
      try {
        byte[] answer = stty.getInputStream().readNBytes(ANSWER_BYTES_MAX);
        stty.waitFor(WAIT_SECONDS, TimeUnit.SECONDS);
        return rowsOf(new String(answer, StandardCharsets.US_ASCII));
      } finally {
        stty.destroy();
      }
    } catch (IOException e) {
      return OptionalInt.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalInt.empty();
    }
  }

  /// Of `24 80`; a terminal that does not know says 0.
  static OptionalInt rowsOf(String answer) {
    Matcher said = ROWS_AND_COLUMNS.matcher(answer);
    int rows = said.matches() ? Integer.parseInt(said.group(1)) : 0;
    return rows == 0 ? OptionalInt.empty() : OptionalInt.of(rows);
  }
}
