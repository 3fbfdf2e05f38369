package dev.tombolo.hub.cli.client;

import dev.tombolo.hub.cli.screen.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Options that say where the hub is and who asks.
@Command
@SuppressWarnings("NullAway.Init")
public final class HubAddress {
  @Option(
      names = "--hub",
      paramLabel = "URL",
      defaultValue = "${env:TOMBOLO_HUB:-http://127.0.0.1:8480}",
      description = "Admin address of the hub, or TOMBOLO_HUB. Default: http://127.0.0.1:8480")
  private String hub;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with your operator's token, or TOMBOLO_TOKEN_FILE."
              + " Default: ~/.config/tombolo/token")
  private @Nullable Path tokenFile;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The hub's data folder, to use the first operator's token in it.")
  private @Nullable Path data;

  public Optional<Path> dataFolder() {
    return Optional.ofNullable(data);
  }

  public HubClient client() {
    URI base;
    try {
      base = URI.create(hub.endsWith("/") ? hub.substring(0, hub.length() - 1) : hub);
    } catch (IllegalArgumentException e) {
      throw Failure.usage("--hub: '" + hub + "' is not a URL; write http://HOST:PORT");
    }
    if (base.getHost() == null || !String.valueOf(base.getScheme()).matches("https?")) {
      throw Failure.usage("--hub: '" + hub + "' is not a URL; write http://HOST:PORT");
    }
    Path file = tokenFile();
    return new HubClient(base, readToken(file), file);
  }

  private Path tokenFile() {
    if (tokenFile != null) {
      return tokenFile;
    }
    if (data != null) {
      return data.resolve("admin-token");
    }
    Optional<String> named = environment("TOMBOLO_TOKEN_FILE");
    if (named.isPresent()) {
      return Path.of(named.get());
    }
    Path config =
        environment("XDG_CONFIG_HOME")
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("user.home", ""), ".config"));
    return config.resolve("tombolo").resolve("token");
  }

  private static String readToken(Path file) {
    try {
      String token = Files.readString(file).strip();
      if (!token.matches("tbo_[0-9A-Za-z]+")) {
        throw Failure.refused(
            "token-invalid",
            file + " does not hold an operator's token; it is one line that begins with tbo_");
      }
      return token;
    } catch (NoSuchFileException e) {
      throw Failure.refused(
          "token-missing",
          "you have no operator's token: there is no "
              + file
              + "; on the hub's machine say --data DIR, elsewhere ask an operator for one"
              + " ('tombolo user create NAME') and save it there or say --token-file FILE");
    } catch (IOException e) {
      throw Failure.refused(
          "token-unreadable",
          "cannot read the operator's token in "
              + file
              + " ("
              + e.getClass().getSimpleName()
              + "); run it as the user who owns the file");
    }
  }

  private static Optional<String> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }
}
