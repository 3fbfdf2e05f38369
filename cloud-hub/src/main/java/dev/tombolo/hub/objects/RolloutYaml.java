package dev.tombolo.hub.objects;

import dev.tombolo.hub.config.Units;
import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.hub.http.api.RolloutAsk;
import dev.tombolo.hub.http.api.RolloutBody;
import dev.tombolo.hub.http.api.RolloutWaveAsk;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `spec` of a Rollout, as people write it: what `tombolo rollout create` takes as options.
final class RolloutYaml {
  private static final int PERCENT_MAX = 100;
  private static final int DEVICES_MAX = 1_000_000;
  private static final List<String> PICKS = List.of("devices", "percent", "labels", "slots");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?Z");

  private final YamlMap spec;
  private final @Nullable Integer healthy;
  private final @Nullable Long soak;
  private final boolean approval;

  private RolloutYaml(YamlMap spec) {
    this.spec = spec;
    this.healthy = whole(spec, "healthy", PERCENT_MAX);
    this.soak = millis(spec, "soak");
    this.approval = spec.flag("approval", false);
  }

  static RolloutBody read(YamlMap spec) {
    return new RolloutYaml(spec).body();
  }

  private RolloutBody body() {
    String fleet = spec.read("fleet", Name::new).text();
    String release = spec.read("release", ReleaseRef::parse).toString();
    List<String> sites = List.of();
    if (spec.has("sites")) {
      sites = spec.reads("sites", Name::new).stream().map(Name::text).toList();
    }
    Map<String, String> labels = spec.textMap("labels");
    List<RolloutWaveAsk> waves = waves();
    Deadline deadline = spec.optionalRead("deadline", Deadline::of).orElse(Deadline.NONE);
    RolloutAsk what =
        new RolloutAsk(
            release,
            fleet,
            sites,
            labels,
            waves,
            whole(spec, "perSite", DEVICES_MAX),
            whole(spec, "inFlight", DEVICES_MAX),
            whole(spec, "failuresPerSite", DEVICES_MAX),
            whole(spec, "abortFailed", DEVICES_MAX),
            whole(spec, "abortPercent", PERCENT_MAX),
            spec.flag("rollBack", false),
            millis(spec, "permit"),
            deadline.atMillis(),
            null,
            null,
            null,
            false,
            null);
    spec.noMore();
    return new RolloutBody(what, deadline.lifeMillis());
  }

  private List<RolloutWaveAsk> waves() {
    List<YamlMap> written = spec.maps("waves");
    List<RolloutWaveAsk> waves = new ArrayList<>();
    for (YamlMap wave : written) {
      waves.add(wave(wave, waves.size() == written.size() - 1));
    }
    if (waves.isEmpty()) {
      waves.add(new RolloutWaveAsk("canary", "1", healthy, soak, approval));
      waves.add(new RolloutWaveAsk("tenth", "10%", healthy, soak, approval));
    }
    return waves;
  }

  private RolloutWaveAsk wave(YamlMap yaml, boolean isLast) {
    String name = yaml.text("name");
    List<String> picks = PICKS.stream().filter(yaml::has).toList();
    if (picks.size() > 1) {
      throw yaml.fault(
          picks.get(1), "the wave has " + picks.get(0) + " already; keep one of the two");
    }
    String pick = pick(yaml);
    if (pick.equals("rest") && !isLast) {
      throw yaml.fault(
          "name",
          "the wave '"
              + name
              + "' says no devices, percent, labels or slots, so it takes the rest;"
              + " put it last");
    }
    Integer its = whole(yaml, "healthy", PERCENT_MAX);
    Long soaks = millis(yaml, "soak");
    RolloutWaveAsk wave =
        new RolloutWaveAsk(
            name,
            pick,
            its == null ? healthy : its,
            soaks == null ? soak : soaks,
            yaml.flag("approval", approval));
    yaml.noMore();
    return wave;
  }

  private static String pick(YamlMap yaml) {
    Integer devices = whole(yaml, "devices", DEVICES_MAX);
    Integer percent = whole(yaml, "percent", PERCENT_MAX);
    Map<String, String> labels = yaml.textMap("labels");
    List<String> slots = List.of();
    if (yaml.has("slots")) {
      slots = yaml.reads("slots", SlotRef::parse).stream().map(SlotRef::toString).toList();
    }
    if (devices != null) {
      return devices.toString();
    }
    if (percent != null) {
      return percent + "%";
    }
    if (!slots.isEmpty()) {
      // A slash tells slots from all else.
      return String.join("+", slots);
    }
    if (yaml.has("labels")) {
      return labels(yaml, labels);
    }
    return "rest";
  }

  private static String labels(YamlMap yaml, Map<String, String> labels) {
    if (labels.isEmpty()) {
      throw yaml.fault("labels", "is empty; name a label, or leave it out to take the rest");
    }
    List<String> parts = new ArrayList<>();
    new TreeMap<>(labels)
        .forEach(
            (key, value) -> {
              if (key.contains("=") || key.contains("&") || value.contains("&")) {
                throw yaml.fault("labels", "a wave picks by labels without '&' and '='");
              }
              parts.add(key + "=" + value);
            });
    return "@" + String.join("&", parts);
  }

  private static @Nullable Integer whole(YamlMap yaml, String key, int max) {
    return yaml.optionalWhole(key, 0, max).map(Long::intValue).orElse(null);
  }

  private static @Nullable Long millis(YamlMap yaml, String key) {
    return yaml.optionalDuration(key).map(Duration::toMillis).orElse(null);
  }

  /// When it is closed.
  ///
  /// @param atMillis a time
  /// @param lifeMillis so long after its beginning
  private record Deadline(@Nullable Long atMillis, @Nullable Long lifeMillis) {
    private static final Deadline NONE = new Deadline(null, null);

    static Deadline of(String text) {
      if (TIME.matcher(text).matches()) {
        try {
          return new Deadline(Instant.parse(text).toEpochMilli(), null);
        } catch (DateTimeParseException e) {
          // said below
        }
      }
      Optional<Duration> life = life(text);
      if (life.isPresent()) {
        return new Deadline(null, life.get().toMillis());
      }
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is neither a time in UTC (2026-12-24T06:00:00Z) nor a time after the beginning"
              + " (14d)");
    }

    private static Optional<Duration> life(String text) {
      try {
        return Optional.of(Units.duration(text));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
  }
}
