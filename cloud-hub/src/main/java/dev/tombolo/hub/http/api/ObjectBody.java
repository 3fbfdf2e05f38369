package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An object of `apply`. `kind` says which fields count; others are left null.
///
/// @param kind `Fleet`, `Site`, `DeviceSlot`, `Application` or `Rollout`
/// @param guarded a fleet's `protected`
/// @param times of a Site: when it may download and switch; of a Fleet: its sites, where they say
///   nothing themselves
/// @param parameters by application, then by parameter; of an Application only under its own name
/// @param syncPolicies of an Application
/// @param rollout what a Rollout is to do
/// @param source of an Application that comes out of Git
/// @param line of a Fleet or Site; null: nothing is said of it
/// @param file where the object was written, for `explain`
/// @param lines of its values in the file: `people-embedding/port`, `release`, `0/1/2` for the
///   third patch of the second override of the first policy
@Json
public record ObjectBody(
    String kind,
    String name,
    @Nullable String fleet,
    @Nullable String site,
    String displayName,
    Map<String, String> labels,
    boolean guarded,
    @Nullable String timeZone,
    @Nullable String region,
    @Nullable String contact,
    @Nullable String release,
    Map<String, Map<String, String>> parameters,
    @Nullable SiteTimesBody times,
    @Nullable List<PolicyBody> syncPolicies,
    @Nullable RolloutBody rollout,
    @Nullable SourceBody source,
    @Nullable String file,
    @Nullable Map<String, Integer> lines,
    @Nullable LineBody line) {
  public ObjectBody {
    Objects.requireNonNull(kind, "kind is missing");
    Objects.requireNonNull(name, "name is missing");
    Objects.requireNonNull(displayName, "displayName is missing");
    labels = Map.copyOf(labels);
    parameters = Map.copyOf(parameters);
  }

  public ObjectBody(
      String kind,
      String name,
      @Nullable String fleet,
      @Nullable String site,
      String displayName,
      Map<String, String> labels,
      boolean guarded,
      @Nullable String timeZone,
      @Nullable String region,
      @Nullable String contact,
      @Nullable String release,
      Map<String, Map<String, String>> parameters) {
    this(
        kind,
        name,
        fleet,
        site,
        displayName,
        labels,
        guarded,
        timeZone,
        region,
        contact,
        release,
        parameters,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /// What tells it from others of its kind.
  public String place() {
    return switch (kind) {
      case "DeviceSlot" -> site + "/" + name;
      case "Application" -> fleet + "/" + name;
      default -> name;
    };
  }

  /// As a hub calls it: `site store-117`.
  public String title() {
    String word = kind.equals("DeviceSlot") ? "slot" : kind.toLowerCase(Locale.ROOT);
    return word + " " + place();
  }
}
