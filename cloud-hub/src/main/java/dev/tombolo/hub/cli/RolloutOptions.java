package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.config.Units;
import dev.tombolo.hub.http.api.RolloutAsk;
import dev.tombolo.hub.http.api.RolloutWaveAsk;
import dev.tombolo.protocol.id.ReleaseRef;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What a rollout is to do, for `create` and `preview`.
@Command
@SuppressWarnings("NullAway.Init")
final class RolloutOptions {
  private static final int PERCENT_MAX = 100;

  @Parameters(paramLabel = "NAME@VERSION", description = "A release that was pushed.")
  private String release;

  @Option(names = "--fleet", required = true, paramLabel = "FLEET", description = "In which fleet.")
  private String fleet;

  @Option(
      names = "--site",
      paramLabel = "SITE",
      description = "Only at this site; may be given more than once.")
  private List<String> sites = List.of();

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only devices with this label, their own or their site's.")
  private Map<String, String> labels = Map.of();

  @Option(
      names = "--wave",
      paramLabel = "NAME=WHO[,...]",
      description = {
        "The next wave. WHO is a number (5), a share of all devices (10%%), labels",
        "(@tier=pilot), slots (shop-1/till-1+shop-2/till-1) or rest. Behind it, for its gate alone:",
        "healthy=PERCENT, soak=DURATION, approval.",
        "Without: canary=1, tenth=10%%, rest. The rest always comes last."
      })
  private List<String> waves = List.of();

  @Option(
      names = "--healthy",
      paramLabel = "PERCENT",
      description = "The next wave opens when so many of the reached ones have it. Default: 95")
  private @Nullable Integer healthy;

  @Option(
      names = "--soak",
      paramLabel = "DURATION",
      description = "... and have been so for so long. Default: 0s")
  private @Nullable String soak;

  @Option(names = "--approval", description = "... and somebody has said 'rollout approve'.")
  private boolean approval;

  @Option(
      names = "--per-site",
      paramLabel = "N",
      description = "At most N of a site switch at once; 0: no bound. Default: 1")
  private @Nullable Integer perSite;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "At most N in all switch at once; 0: no bound. Default: 0")
  private @Nullable Integer inFlight;

  @Option(
      names = "--failures-per-site",
      paramLabel = "N",
      description = "A site with N failures is left alone; 0: no bound. Default: 1")
  private @Nullable Integer failuresPerSite;

  @Option(
      names = "--abort-failed",
      paramLabel = "N",
      description = "N failures end the rollout; 0: no bound. Default: 0")
  private @Nullable Integer abortFailed;

  @Option(
      names = "--abort-percent",
      paramLabel = "PERCENT",
      description = "So many failed of the reached ones of a wave end it; 0: no bound. Default: 10")
  private @Nullable Integer abortPercent;

  @Option(
      names = "--roll-back",
      description = "When it ends so, who has switched goes back to what it had, all at once.")
  private boolean rollBack;

  @Option(
      names = "--permit",
      paramLabel = "DURATION",
      description = "How long a device may use its leave to switch. Default: 24h")
  private @Nullable String permit;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description = "Close it at this time (2026-12-24T06:00:00Z), or so long after now (14d).")
  private @Nullable String deadline;

  RolloutAsk ask(
      @Nullable Long lineBitsPerSecond,
      @Nullable BigDecimal pricePerGb,
      boolean evenIfNobody,
      @Nullable String typed) {
    try {
      ReleaseRef.parse(release);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
    List<RolloutWaveAsk> asked = new ArrayList<>();
    for (String wave : waves.isEmpty() ? List.of("canary=1", "tenth=10%") : waves) {
      asked.add(wave(wave));
    }
    return new RolloutAsk(
        release,
        fleet,
        sites,
        labels,
        asked,
        perSite,
        inFlight,
        failuresPerSite,
        abortFailed,
        abortPercent,
        rollBack,
        permit == null ? null : millis("--permit", permit),
        deadline == null ? null : time(deadline),
        deadline == null || time(deadline) != null ? null : life(deadline),
        lineBitsPerSecond,
        pricePerGb,
        evenIfNobody,
        typed);
  }

  private RolloutWaveAsk wave(String text) {
    String[] parts = text.split(",", -1);
    int at = parts[0].indexOf('=');
    if (at < 1 || at == parts[0].length() - 1) {
      throw Failure.usage("--wave '" + text + "': write NAME=WHO, like canary=5 or early=10%");
    }
    Integer its = healthy;
    Long soaks = soak == null ? null : Long.valueOf(millis("--soak", soak));
    boolean approved = approval;
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].equals("approval")) {
        approved = true;
      } else if (parts[i].startsWith("soak=")) {
        soaks = millis("--wave " + text, parts[i].substring("soak=".length()));
      } else if (parts[i].startsWith("healthy=")) {
        its = percent(text, parts[i].substring("healthy=".length()));
      } else {
        throw Failure.usage(
            "--wave '" + text + "': '" + parts[i] + "' is not healthy=, soak= or approval");
      }
    }
    return new RolloutWaveAsk(
        parts[0].substring(0, at), parts[0].substring(at + 1), its, soaks, approved);
  }

  private static int percent(String wave, String text) {
    try {
      int percent = Integer.parseInt(text);
      if (percent >= 0 && percent <= PERCENT_MAX) {
        return percent;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw Failure.usage("--wave '" + wave + "': healthy= takes 0 to 100");
  }

  private static long millis(String option, String text) {
    try {
      return Units.duration(text).toMillis();
    } catch (IllegalArgumentException e) {
      throw Failure.usage(option + ": " + e.getMessage());
    }
  }

  /// Null when it is none.
  private static @Nullable Long time(String text) {
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /// So long after the beginning by the hub's clock: this machine's may be wrong.
  private static long life(String text) {
    try {
      return Units.duration(text).toMillis();
    } catch (IllegalArgumentException e) {
      throw Failure.usage(
          "--deadline: '"
              + text
              + "' is neither a time (2026-12-24T06:00:00Z) nor a duration (14d)");
    }
  }
}
