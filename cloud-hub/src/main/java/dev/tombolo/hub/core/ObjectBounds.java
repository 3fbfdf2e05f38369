package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.Redaction;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.SectionBounds;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.desired.Template;
import dev.tombolo.hub.policy.PlainText;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Bounds of what operators may say in one object. Each check answers null when all is well.
final class ObjectBounds {
  /// Objects of each kind that one hub keeps. They are held in memory.
  static final int FLEETS_MAX = 10_000;

  static final int SITES_MAX = 200_000;
  static final int SLOTS_MAX = 1_000_000;
  static final int APPLICATIONS_OF_FLEET_MAX = 256;

  static final int TEXT_CHARS_MAX = 256;
  static final int LABELS_MAX = 32;
  static final int PARAMETER_NAME_CHARS_MAX = 64;

  /// Of one application. Every device of its fleet is matched against all of them.
  static final int POLICIES_MAX = 32;

  static final int OVERRIDES_MAX = 128;
  static final int PATCHES_MAX = 32;
  static final int SELECTOR_PARTS_MAX = 64;

  private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

  private ObjectBounds() {}

  /// Reads the time zones. It takes longer than a step may, so it is done when a hub starts and not
  /// with its first command.
  static void prepare() {
    if (ZONES.isEmpty()) {
      throw new IllegalStateException("this Java has no time zones");
    }
  }

  static @Nullable Reason check(AdminObject object) {
    Reason common = text("displayName", object.displayName());
    if (common == null) {
      common = labels(object.labels());
    }
    if (common != null) {
      return common;
    }
    return switch (object) {
      case AdminObject.Fleet fleet -> {
        Reason times = times(fleet.times());
        Reason line = times != null ? times : line(fleet.line());
        yield line != null ? line : parameters(fleet.parameters());
      }
      case AdminObject.Slot slot -> parameters(slot.parameters());
      case AdminObject.Site site -> site(site);
      case AdminObject.Application application -> application(application);
      case AdminObject.Rollout rollout -> null;
    };
  }

  private static @Nullable Reason site(AdminObject.Site site) {
    if (!ZONES.contains(site.timeZone())) {
      return new Reason.InputInvalid(
          "timeZone", site.timeZone(), "use an IANA name, like Europe/Berlin");
    }
    Reason region = text("region", site.region());
    if (region != null) {
      return region;
    }
    Reason contact = text("contact", site.contact());
    if (contact != null) {
      return contact;
    }
    Reason line = line(site.line());
    if (line != null) {
      return line;
    }
    Reason times = times(site.times());
    return times != null ? times : parameters(site.parameters());
  }

  private static @Nullable Reason line(Optional<LineRules> line) {
    int limits = line.map(it -> it.bandwidth().size()).orElse(0);
    return limits > LineRules.LIMITS_MAX
        ? new Reason.LimitExceeded("limits of bandwidth", LineRules.LIMITS_MAX, limits)
        : null;
  }

  private static @Nullable Reason times(SiteTimes times) {
    int weekly =
        Math.max(
            times.openingHours().size(),
            Math.max(times.download().size(), times.switching().size()));
    if (weekly > SiteTimes.WEEKLY_MAX) {
      return new Reason.LimitExceeded("weekly times", SiteTimes.WEEKLY_MAX, weekly);
    }
    int freezes = times.freezeDates().size();
    return freezes > SiteTimes.FREEZES_MAX
        ? new Reason.LimitExceeded("freeze dates", SiteTimes.FREEZES_MAX, freezes)
        : null;
  }

  private static @Nullable Reason application(AdminObject.Application application) {
    if (application.release().isPresent()
        && !application.release().get().name().equals(application.name())) {
      return new Reason.InputInvalid(
          "release",
          application.release().get().toString(),
          "use a release of " + application.name() + ", as the object's name says");
    }
    Reason wrong = values(application.parameters());
    wrong = wrong == null ? policies(application) : wrong;
    int bytes = bytes(application.parameters());
    return wrong != null || bytes <= SectionBounds.APPLICATION_PARAMETERS_BYTES_MAX
        ? wrong
        : new Reason.LimitExceeded(
            "bytes of parameters of an application",
            SectionBounds.APPLICATION_PARAMETERS_BYTES_MAX,
            bytes);
  }

  private static @Nullable Reason parameters(Map<Name, Map<String, String>> parameters) {
    int bytes = 0;
    for (Map<String, String> values : parameters.values()) {
      Reason wrong = values(values);
      if (wrong != null) {
        return wrong;
      }
      bytes += bytes(values);
    }
    return bytes <= SectionBounds.PARAMETERS_BYTES_MAX
        ? null
        : new Reason.LimitExceeded(
            "bytes of parameters", SectionBounds.PARAMETERS_BYTES_MAX, bytes);
  }

  private static @Nullable Reason values(Map<String, String> values) {
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String name = entry.getKey();
      if (name.isEmpty() || name.length() > PARAMETER_NAME_CHARS_MAX || hasControl(name)) {
        return new Reason.InputInvalid(
            "parameters", name, "use names of 1-" + PARAMETER_NAME_CHARS_MAX + " characters");
      }
      if (hasControl(entry.getValue())) {
        return new Reason.InputInvalid(
            "parameters." + name,
            Quoted.of(entry.getValue()),
            "leave out control characters and line breaks");
      }
      Reason unknown = template("parameters." + name, entry.getValue());
      if (unknown != null) {
        return unknown;
      }
    }
    return null;
  }

  private static @Nullable Reason template(String field, String value) {
    String unknown = Template.isOne(value) ? Template.unknownIn(value) : null;
    return unknown == null
        ? null
        : new Reason.InputInvalid(
            field,
            "${" + unknown,
            "use one of "
                + String.join(", ", Template.VARIABLES)
                + " and close the brace, or write '$${' for the text itself");
  }

  private static @Nullable Reason policies(AdminObject.Application application) {
    if (application.policies().size() > POLICIES_MAX) {
      return new Reason.LimitExceeded("syncPolicies", POLICIES_MAX, application.policies().size());
    }
    int overrides = 0;
    int chars = 0;
    for (SyncPolicy policy : application.policies()) {
      Reason wrong = selector(policy.selector());
      overrides += policy.overrides().size();
      for (SyncPolicy.Override override : policy.overrides()) {
        wrong = wrong == null ? selector(override.selector()) : wrong;
        wrong = wrong == null ? patches(override.patches()) : wrong;
        chars += override.selector().toString().length();
        for (Patch patch : override.patches()) {
          chars += patch.toString().length();
        }
      }
      if (wrong != null) {
        return wrong;
      }
    }
    if (overrides > OVERRIDES_MAX) {
      return new Reason.LimitExceeded("overrides of an application", OVERRIDES_MAX, overrides);
    }
    return chars <= SectionBounds.POLICIES_CHARS_MAX
        ? null
        : new Reason.LimitExceeded(
            "characters of syncPolicies", SectionBounds.POLICIES_CHARS_MAX, chars);
  }

  private static @Nullable Reason patches(List<Patch> patches) {
    if (patches.size() > PATCHES_MAX) {
      return new Reason.LimitExceeded("patches of an override", PATCHES_MAX, patches.size());
    }
    for (Patch patch : patches) {
      String value = patch.value();
      Reason wrong = values(Map.of(patch.parameter(), value == null ? "" : value));
      String from = patch.from();
      if (wrong == null && from != null) {
        wrong = values(Map.of(from, ""));
      }
      if (wrong == null && from != null && Redaction.uncovers(from, patch.parameter())) {
        wrong =
            new Reason.InputInvalid(
                "path", patch.path(), "it would show the secret " + from + "; name it like one");
      }
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static @Nullable Reason selector(Selector selector) {
    int parts = selector.matchLabels().size();
    for (Selector.Expression expression : selector.matchExpressions()) {
      parts += 1 + expression.values().size();
    }
    return parts <= SELECTOR_PARTS_MAX
        ? null
        : new Reason.LimitExceeded("labels of a selector", SELECTOR_PARTS_MAX, parts);
  }

  private static @Nullable Reason labels(Map<String, String> labels) {
    if (labels.size() > LABELS_MAX) {
      return new Reason.LimitExceeded("labels", LABELS_MAX, labels.size());
    }
    for (Map.Entry<String, String> label : labels.entrySet()) {
      Reason wrong = text("labels", label.getKey());
      if (wrong == null) {
        wrong = text("labels." + label.getKey(), label.getValue());
      }
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static @Nullable Reason text(String field, String value) {
    if (value.length() > TEXT_CHARS_MAX) {
      return new Reason.LimitExceeded("characters of " + field, TEXT_CHARS_MAX, value.length());
    }
    return PlainText.isOne(value)
        ? null
        : new Reason.InputInvalid(
            field,
            Quoted.of(value),
            "leave out control characters, line breaks and direction marks");
  }

  private static boolean hasControl(String value) {
    return value.chars().anyMatch(Character::isISOControl);
  }

  /// As they stand in the section, quotes escaped.
  private static int bytes(Map<String, String> values) {
    String json = JsonWriter.write(values, (writer, v) -> writer.textMap("", v));
    return json.getBytes(StandardCharsets.UTF_8).length;
  }
}
