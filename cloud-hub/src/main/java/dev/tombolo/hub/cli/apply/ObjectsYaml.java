package dev.tombolo.hub.cli.apply;

import dev.tombolo.hub.config.StrictYaml;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.SiteTimesBody;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Fleets, sites, device slots and applications as people write them: YAML documents separated by
/// `---`, each with `apiVersion`, `kind`, `metadata` and `spec`.
public final class ObjectsYaml {
  public static final String API_VERSION = "tombolo.dev/v1";

  private final List<ObjectBody> objects = new ArrayList<>();

  /// Where each parameter stands, by what a hub calls it.
  private final Map<String, Place> parameters = new HashMap<>();

  private record Place(YamlMap map, String key) {}

  private ObjectsYaml() {}

  /// @param file its name, for messages
  /// @throws YamlFault at the first mistake
  public static ObjectsYaml read(String file, String text) {
    ObjectsYaml read = new ObjectsYaml();
    Map<String, Integer> lines = new HashMap<>();
    for (YamlMap yaml : StrictYaml.documents(file, text)) {
      ObjectBody object = read.object(yaml);
      String identity = object.kind() + " " + nameOf(object);
      Integer before = lines.putIfAbsent(identity, yaml.line());
      if (before != null) {
        throw yaml.fault("metadata", identity + " stands in line " + before + " already");
      }
      read.objects.add(object);
    }
    return read;
  }

  public List<ObjectBody> objects() {
    return List.copyOf(objects);
  }

  /// The fault at the place of a parameter that a hub has refused.
  ///
  /// @param field as the hub names it: `slot store-117/counter-1 parameters.people-embedding.port`
  public Optional<YamlFault> fault(String field, String what) {
    return Optional.ofNullable(parameters.get(field))
        .map(place -> place.map().fault(place.key(), what));
  }

  private ObjectBody object(YamlMap yaml) {
    yaml.word("apiVersion", List.of(API_VERSION));
    String kind = yaml.word("kind", List.of("Fleet", "Site", "DeviceSlot", "Application"));
    YamlMap metadata = yaml.map("metadata");
    Metadata about =
        new Metadata(
            metadata.read("name", Name::new).text(),
            metadata.text("displayName", ""),
            metadata.textMap("labels"));
    metadata.noMore();
    ObjectBody object =
        switch (kind) {
          case "Fleet" -> fleet(about, yaml);
          case "Site" -> site(about, yaml.map("spec"));
          case "DeviceSlot" -> slot(about, yaml.map("spec"));
          default -> application(about, yaml.map("spec"));
        };
    yaml.noMore();
    return object;
  }

  /// A fleet may go without `spec`.
  private ObjectBody fleet(Metadata about, YamlMap yaml) {
    boolean guarded = false;
    Map<String, Map<String, String>> parameters = Map.of();
    if (yaml.has("spec")) {
      YamlMap spec = yaml.map("spec");
      guarded = spec.flag("protected", false);
      parameters = parameters("fleet " + about.name(), spec);
      spec.noMore();
    }
    return about.object("Fleet", null, null, guarded, null, null, null, null, parameters);
  }

  private ObjectBody site(Metadata about, YamlMap spec) {
    SiteTimesBody times = times(spec);
    ObjectBody site =
        about.site(
            times,
            spec.read("fleet", Name::new).text(),
            spec.read("timeZone", ObjectsYaml::timeZone),
            spec.text("region", ""),
            spec.text("contact", ""),
            parameters("site " + about.name(), spec));
    spec.noMore();
    return site;
  }

  private static SiteTimesBody times(YamlMap spec) {
    List<String> download = List.of();
    List<String> switching = List.of();
    if (spec.has("windows")) {
      YamlMap windows = spec.map("windows");
      download = words(windows.reads("download", Weekly::parse));
      switching = words(windows.reads("switch", Weekly::parse));
      windows.noMore();
    }
    return new SiteTimesBody(
        download,
        switching,
        words(spec.reads("openingHours", Weekly::parse)),
        words(spec.reads("freezeDates", SiteTimes::dates)));
  }

  private static List<String> words(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }

  private ObjectBody slot(Metadata about, YamlMap spec) {
    String site = spec.read("site", Name::new).text();
    ObjectBody slot =
        about.object(
            "DeviceSlot",
            null,
            site,
            false,
            null,
            null,
            null,
            null,
            parameters("slot " + site + "/" + about.name(), spec));
    spec.noMore();
    return slot;
  }

  private ObjectBody application(Metadata about, YamlMap spec) {
    String fleet = spec.read("fleet", Name::new).text();
    String release =
        spec.optionalRead("release", version -> new ReleaseRef(new Name(about.name()), version))
            .map(ReleaseRef::version)
            .orElse(null);
    Map<String, String> own = spec.scalarMap("parameters");
    note("application " + fleet + "/" + about.name(), about.name(), spec, "parameters");
    spec.noMore();
    return about.object(
        "Application",
        fleet,
        null,
        false,
        null,
        null,
        null,
        release,
        own.isEmpty() ? Map.of() : Map.of(about.name(), own));
  }

  /// Remembers where the parameters of an application stand.
  private void note(String object, String application, YamlMap at, String under) {
    at.optionalMap(under)
        .ifPresent(
            map ->
                map.keys()
                    .forEach(
                        key ->
                            parameters.put(
                                object + " parameters." + application + "." + key,
                                new Place(map, key))));
  }

  private Map<String, Map<String, String>> parameters(String object, YamlMap spec) {
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    spec.optionalMap("parameters")
        .ifPresent(
            applications -> {
              for (String application : applications.keys()) {
                if (!Name.isValid(application)) {
                  throw applications.fault(
                      application, "not an application's name; parameters go under one");
                }
                all.put(application, applications.scalarMap(application));
                note(object, application, applications, application);
              }
            });
    return all;
  }

  private static String timeZone(String text) {
    if (ZoneId.getAvailableZoneIds().contains(text)) {
      return text;
    }
    throw new IllegalArgumentException(
        "'"
            + text
            + "' is not a time zone; write an IANA name like Europe/Berlin"
            + NearMiss.of(text, ZoneId.getAvailableZoneIds())
                .map(meant -> "; did you mean '" + meant + "'?")
                .orElse(""));
  }

  private static String nameOf(ObjectBody object) {
    return switch (object.kind()) {
      case "DeviceSlot" -> object.site() + "/" + object.name();
      case "Application" -> object.fleet() + "/" + object.name();
      default -> object.name();
    };
  }

  private record Metadata(String name, String displayName, Map<String, String> labels) {
    ObjectBody site(
        SiteTimesBody times,
        String fleet,
        String timeZone,
        String region,
        String contact,
        Map<String, Map<String, String>> parameters) {
      return new ObjectBody(
          "Site",
          name,
          fleet,
          null,
          displayName,
          labels,
          false,
          timeZone,
          region,
          contact,
          null,
          parameters,
          times);
    }

    ObjectBody object(
        String kind,
        @Nullable String fleet,
        @Nullable String site,
        boolean guarded,
        @Nullable String timeZone,
        @Nullable String region,
        @Nullable String contact,
        @Nullable String release,
        Map<String, Map<String, String>> parameters) {
      return new ObjectBody(
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
          null);
    }
  }
}
