package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SectionBounds;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Map;
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

  private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

  private ObjectBounds() {}

  static @Nullable Reason check(AdminObject object) {
    Reason common = text("displayName", object.displayName());
    if (common == null) {
      common = labels(object.labels());
    }
    if (common != null) {
      return common;
    }
    return switch (object) {
      case AdminObject.Fleet fleet -> parameters(fleet.parameters());
      case AdminObject.Slot slot -> parameters(slot.parameters());
      case AdminObject.Site site -> site(site);
      case AdminObject.Application application -> application(application);
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
    Reason times = times(site.times());
    return times != null ? times : parameters(site.parameters());
  }

  private static @Nullable Reason times(SiteTimes times) {
    int weekly =
        Math.max(
            times.openingHours().size(),
            Math.max(times.download().size(), times.switching().size()));
    if (weekly > SiteTimes.WEEKLY_MAX) {
      return new Reason.LimitExceeded("weekly times of a site", SiteTimes.WEEKLY_MAX, weekly);
    }
    int freezes = times.freezeDates().size();
    return freezes > SiteTimes.FREEZES_MAX
        ? new Reason.LimitExceeded("freeze dates of a site", SiteTimes.FREEZES_MAX, freezes)
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
            "parameters." + name, "...", "leave out control characters and line breaks");
      }
    }
    return null;
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
    return hasControl(value)
        ? new Reason.InputInvalid(field, "...", "leave out control characters and line breaks")
        : null;
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
