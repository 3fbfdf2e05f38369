package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/// The accuracy gate: asks the running service for the golden set's sentences and exits 0 only if
/// every nearest neighbour is the known one, with 65 if one is another: asking again does not
/// change that. The last line of output says why, for `why`. `GoldenProbe --port 8000 --golden
/// golden.txt [--patience 5]`
public final class GoldenProbe {
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final int RETRY_MILLIS = 50;

  /// `EX_DATAERR` of BSD's sysexits.h.
  private static final int WRONG_FOR_GOOD = 65;

  private GoldenProbe() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    try {
      Options options = Options.parse(arguments);
      GoldenSet golden = GoldenSet.read(Path.of(options.text("golden")));
      URI embed = URI.create("http://127.0.0.1:" + options.port("port") + "/embed");
      awaitService(embed, Integer.parseInt(options.text("patience", "0")));
      GoldenSet.Score score = golden.score(text -> ask(embed, text));
      System.out.println(
          score.passed()
              ? "golden set: %d of %d right".formatted(score.right(), score.cases())
              : "golden set: %d of %d right; %s"
                  .formatted(score.right(), score.cases(), score.firstWrong()));
      return score.passed() ? 0 : WRONG_FOR_GOOD;
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      System.out.println("golden set: " + e.getMessage());
      return 1;
    }
  }

  /// A service that has just been started gets a few seconds to load its model.
  private static void awaitService(URI embed, int seconds) throws IOException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (true) {
      try {
        ask(embed, "are you there?");
        return;
      } catch (UncheckedIOException e) {
        if (System.nanoTime() >= end) {
          throw e.getCause();
        }
        LockSupport.parkNanos(RETRY_MILLIS * 1_000_000L);
      }
    }
  }

  private static Vector ask(URI embed, String text) {
    try {
      var connection = (HttpURLConnection) embed.toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setDoOutput(true);
      connection.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException(embed + " answered " + connection.getResponseCode());
      }
      try (var body = connection.getInputStream()) {
        return Vector.parse(new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
