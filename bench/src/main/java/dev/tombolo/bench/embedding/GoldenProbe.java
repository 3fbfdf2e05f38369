package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The accuracy gate: asks the running service for the golden set's sentences and exits 0 only if
/// every nearest neighbour is the known one. The last line of output says why, for `why`.
/// `GoldenProbe --port 8000 --golden golden.txt`
public final class GoldenProbe {
  private static final int TIMEOUT_MILLIS = 5_000;

  private GoldenProbe() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    try {
      Options options = Options.parse(arguments);
      GoldenSet golden = GoldenSet.read(Path.of(options.text("golden")));
      URI embed = URI.create("http://127.0.0.1:" + options.port("port") + "/embed");
      GoldenSet.Score score = golden.score(text -> ask(embed, text));
      System.out.println(
          score.passed()
              ? "golden set: %d of %d right".formatted(score.right(), score.cases())
              : "golden set: %d of %d right; %s"
                  .formatted(score.right(), score.cases(), score.firstWrong()));
      return score.passed() ? 0 : 1;
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      System.out.println("golden set: " + e.getMessage());
      return 1;
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
