package dev.tombolo.hub.http;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.http.api.LimitBody;
import dev.tombolo.hub.http.api.LineBody;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.RolloutBody;
import dev.tombolo.hub.http.api.SiteTimesBody;
import dev.tombolo.hub.http.api.SourceBody;
import dev.tombolo.hub.policy.PlainText;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.BitRate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Checks the objects of `apply` at the hub's edge. People meet these faults only past the command
/// line, which checks files with their lines; other clients meet them here.
public final class ObjectBodies {
  private static final int TEXT_CHARS_MAX = 256;

  /// As many as the hub's decider takes.
  private static final int LABELS_MAX = 32;

  private static final int PARAMETERS_MAX = 256;
  private static final int LINES_MAX = 4_096;

  private ObjectBodies() {}

  public static AdminObject read(ObjectBody body) throws RefusedException {
    shorter("displayName", body.displayName());
    labels(body.labels());
    return switch (body.kind()) {
      case "Fleet" ->
          new AdminObject.Fleet(
              Parts.name("metadata.name", body.name()),
              body.displayName(),
              body.labels(),
              body.guarded(),
              parameters(body),
              times(body.times(), Set.of()),
              line(body.line()));
      case "Site" ->
          new AdminObject.Site(
              Parts.name("metadata.name", body.name()),
              Parts.name("spec.fleet", body.fleet()),
              body.displayName(),
              body.labels(),
              timeZone(body.timeZone()),
              shorter("spec.region", body.region()),
              shorter("spec.contact", body.contact()),
              parameters(body),
              times(body.times(), none(body.times())),
              line(body.line()));
      case "DeviceSlot" ->
          new AdminObject.Slot(
              new SlotRef(
                  Parts.name("spec.site", body.site()), Parts.name("metadata.name", body.name())),
              body.displayName(),
              body.labels(),
              parameters(body));
      case "Application" -> application(body);
      case "Rollout" -> rollout(body);
      default ->
          throw Parts.invalid(
              "kind", body.kind(), "use Fleet, Site, DeviceSlot, Application or Rollout");
    };
  }

  /// Where the object was written; what is too long is not remembered.
  public static AdminCommand.Sources sources(ObjectBody body) {
    String file = Objects.requireNonNullElse(body.file(), "");
    Map<String, Integer> lines = Objects.requireNonNullElse(body.lines(), Map.of());
    boolean isFit =
        file.length() <= TEXT_CHARS_MAX && file.chars().noneMatch(Character::isISOControl);
    return isFit && lines.size() <= LINES_MAX
        ? new AdminCommand.Sources(file, lines)
        : AdminCommand.Sources.UNKNOWN;
  }

  private static AdminObject application(ObjectBody body) throws RefusedException {
    Name name = Parts.name("metadata.name", body.name());
    String version = body.release();
    Optional<ReleaseRef> release =
        version == null
            ? Optional.empty()
            : Optional.of(Parts.release("spec.release", name + "@" + version));
    return new AdminObject.Application(
        name,
        Parts.name("spec.fleet", body.fleet()),
        release,
        body.displayName(),
        body.labels(),
        parameters(body).getOrDefault(name, Map.of()),
        PolicyBodies.read(body.syncPolicies()),
        source(body));
  }

  private static Optional<GitSource> source(ObjectBody body) throws RefusedException {
    SourceBody source = body.source();
    if (source == null) {
      return Optional.empty();
    }
    boolean saysMore =
        body.release() != null
            || !body.parameters().isEmpty()
            || (body.syncPolicies() != null && !body.syncPolicies().isEmpty());
    if (saysMore) {
      throw Parts.invalid(
          "spec.source",
          source.url(),
          "leave out release, parameters and syncPolicies: they come from the repository");
    }
    try {
      return Optional.of(
          new GitSource(source.url(), source.branch(), source.path(), source.intervalMillis()));
    } catch (IllegalArgumentException e) {
      throw Parts.invalid(
          "spec.source.gitRepository", source.url(), String.valueOf(e.getMessage()));
    }
  }

  private static AdminObject rollout(ObjectBody body) throws RefusedException {
    RolloutBody what = body.rollout();
    if (what == null) {
      throw Parts.invalid("spec", "", "say what the rollout is to do");
    }
    return new AdminObject.Rollout(
        Parts.name("metadata.name", body.name()),
        Parts.release("spec.release", what.what().release()),
        RolloutBodies.scope(what.what()),
        RolloutBodies.plan(what.what()),
        Optional.ofNullable(what.lifeMillis()));
  }

  private static Map<Name, Map<String, String>> parameters(ObjectBody body)
      throws RefusedException {
    Map<Name, Map<String, String>> parameters = new HashMap<>();
    for (Map.Entry<String, Map<String, String>> entry : body.parameters().entrySet()) {
      if (entry.getValue().size() > PARAMETERS_MAX) {
        throw new RefusedException(
            new Reason.LimitExceeded("PARAMETERS_MAX", PARAMETERS_MAX, entry.getValue().size()));
      }
      parameters.put(Parts.name("spec.parameters", entry.getKey()), Map.copyOf(entry.getValue()));
    }
    return Map.copyOf(parameters);
  }

  /// A fleet has nothing above it that could be taken back.
  private static Set<String> none(@Nullable SiteTimesBody body) throws RefusedException {
    if (body == null) {
      return Set.of();
    }
    for (String kind : body.none()) {
      if (!SiteTimes.KINDS.containsKey(kind)) {
        throw Parts.invalid(
            "spec.times.none", kind, "use " + String.join(", ", SiteTimes.KINDS.keySet()));
      }
    }
    return Set.copyOf(body.none());
  }

  private static SiteTimes times(@Nullable SiteTimesBody body, Set<String> none)
      throws RefusedException {
    if (body == null) {
      return SiteTimes.ANY;
    }
    return new SiteTimes(
        each("spec.windows.download", body.download(), SiteTimes.WEEKLY_MAX, Weekly::parse),
        each("spec.windows.switch", body.switching(), SiteTimes.WEEKLY_MAX, Weekly::parse),
        each("spec.openingHours", body.openingHours(), SiteTimes.WEEKLY_MAX, Weekly::parse),
        each("spec.freezeDates", body.freezeDates(), SiteTimes.FREEZES_MAX, SiteTimes::dates),
        none);
  }

  private static Optional<LineRules> line(@Nullable LineBody body) throws RefusedException {
    if (body == null) {
      return Optional.empty();
    }
    if (body.bandwidth().size() > LineRules.LIMITS_MAX) {
      throw new RefusedException(
          new Reason.LimitExceeded(
              "lines of spec.line.bandwidth", LineRules.LIMITS_MAX, body.bandwidth().size()));
    }
    List<LineRules.Limit> limits = new ArrayList<>();
    for (LimitBody limit : body.bandwidth()) {
      limits.add(
          new LineRules.Limit(
              each("spec.line.bandwidth.hours", List.of(limit.hours()), 1, Weekly::parse)
                  .getFirst(),
              each("spec.line.bandwidth.limit", List.of(limit.limit()), 1, BitRate::parse)
                  .getFirst()));
    }
    return Optional.of(new LineRules(limits));
  }

  private static <T> List<T> each(
      String field, List<String> texts, int max, Function<String, T> reader)
      throws RefusedException {
    if (texts.size() > max) {
      throw new RefusedException(new Reason.LimitExceeded("lines of " + field, max, texts.size()));
    }
    List<T> read = new ArrayList<>(texts.size());
    for (String text : texts) {
      try {
        read.add(reader.apply(shorter(field, text)));
      } catch (IllegalArgumentException e) {
        throw Parts.invalid(field, text, String.valueOf(e.getMessage()));
      }
    }
    return read;
  }

  static void labels(Map<String, String> labels) throws RefusedException {
    if (labels.size() > LABELS_MAX) {
      throw new RefusedException(new Reason.LimitExceeded("LABELS_MAX", LABELS_MAX, labels.size()));
    }
    for (Map.Entry<String, String> label : labels.entrySet()) {
      shorter("metadata.labels", label.getKey());
      shorter("metadata.labels", label.getValue());
    }
  }

  private static String timeZone(@Nullable String zone) throws RefusedException {
    String text = Objects.requireNonNullElse(zone, "");
    if (!ZoneId.getAvailableZoneIds().contains(text)) {
      throw Parts.invalid("spec.timeZone", text, "write an IANA name like Europe/Berlin");
    }
    return text;
  }

  static String shorter(String field, @Nullable String text) throws RefusedException {
    String given = Objects.requireNonNullElse(text, "");
    if (given.length() > TEXT_CHARS_MAX || !PlainText.isOne(given)) {
      throw Parts.invalid(
          field,
          given.substring(0, Math.min(40, given.length())),
          "use at most "
              + TEXT_CHARS_MAX
              + " characters, without control characters, line breaks and direction marks");
    }
    return given;
  }
}
