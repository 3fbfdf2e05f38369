package dev.tombolo.hub.objects;

import dev.tombolo.hub.config.StrictYaml;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.http.api.LimitBody;
import dev.tombolo.hub.http.api.LineBody;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.PolicyBody;
import dev.tombolo.hub.http.api.RolloutBody;
import dev.tombolo.hub.http.api.SiteTimesBody;
import dev.tombolo.hub.http.api.SourceBody;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.hub.policy.PlainText;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.window.BitRate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Fleets, sites, device slots, applications and rollouts as people write them: YAML documents
/// separated by `---`, each with `apiVersion`, `kind`, `metadata` and `spec`.
public final class ObjectsYaml {
  /// How objects are written now.
  public static final String API_VERSION = "tombolo.io/v1alpha1";

  /// How they were written first; means the same.
  private static final String FIRST_API_VERSION = "tombolo.dev/v1";

  public static final List<String> KINDS =
      List.of("Fleet", "Site", "DeviceSlot", "Application", "Rollout");

  /// Another word for a DeviceSlot.
  private static final String DEVICE = "Device";

  private static final List<String> KIND_WORDS =
      List.of("Fleet", "Site", "DeviceSlot", DEVICE, "Application", "Rollout");

  /// A kind by the word that stands for it everywhere else.
  public static String kindOf(String word) {
    return word.equals(DEVICE) ? "DeviceSlot" : word;
  }

  private final List<ObjectBody> objects = new ArrayList<>();

  /// Where each parameter and each patch stands, by what a hub calls it.
  private final Map<String, Place> parameters = new HashMap<>();

  /// Where each object begins, by kind and name.
  private final Map<String, Integer> lines = new HashMap<>();

  private final String file;

  private record Place(YamlMap map, String key) {}

  private ObjectsYaml(String file) {
    this.file = file;
  }

  /// @param file its name, for messages
  /// @throws YamlFault at the first mistake
  public static ObjectsYaml read(String file, String text) {
    return of(file, StrictYaml.documents(file, text));
  }

  /// One of several files: it may be empty.
  ///
  /// @param file its name, for messages
  /// @throws YamlFault at the first mistake
  public static ObjectsYaml readAny(String file, String text) {
    return of(file, StrictYaml.anyDocuments(file, text));
  }

  private static ObjectsYaml of(String file, List<YamlMap> documents) {
    ObjectsYaml read = new ObjectsYaml(file);
    for (YamlMap yaml : documents) {
      for (ObjectBody object : read.object(yaml)) {
        String identity = object.kind() + " " + nameOf(object);
        Integer before = read.lines.putIfAbsent(identity, yaml.line());
        if (before != null) {
          throw yaml.fault("metadata", identity + " stands in line " + before + " already");
        }
        read.objects.add(object);
      }
    }
    return read;
  }

  public List<ObjectBody> objects() {
    return List.copyOf(objects);
  }

  /// From 1; 0 when the object does not stand here.
  public int lineOf(ObjectBody object) {
    return lines.getOrDefault(object.kind() + " " + nameOf(object), 0);
  }

  /// The fault at the place of a parameter that a hub has refused.
  ///
  /// @param field as the hub names it: `slot store-117/counter-1 parameters.people-embedding.port`
  public Optional<YamlFault> fault(String field, String what) {
    int parameter = field.indexOf("] parameters.");
    return Optional.ofNullable(
            parameters.get(parameter < 0 ? field : field.substring(0, parameter + 1)))
        .map(place -> place.map().fault(place.key(), what));
  }

  private List<ObjectBody> object(YamlMap yaml) {
    yaml.word("apiVersion", List.of(API_VERSION, FIRST_API_VERSION));
    String kind = kindOf(yaml.word("kind", KIND_WORDS));
    YamlMap metadata = yaml.map("metadata");
    boolean isRollout = kind.equals("Rollout");
    Metadata about =
        new Metadata(
            metadata.read("name", Name::new).text(),
            isRollout ? "" : plain(metadata, "displayName"),
            isRollout ? Map.of() : labels(metadata),
            file);
    metadata.noMore();
    List<ObjectBody> objects =
        switch (kind) {
          case "Fleet" -> List.of(fleet(about, yaml));
          case "Site" -> List.of(site(about, yaml.map("spec")));
          case "DeviceSlot" -> List.of(slot(about, yaml.map("spec")));
          case "Rollout" ->
              List.of(
                  about.rollout(RolloutYaml.read(yaml.map("spec")), Map.of("name", yaml.line())));
          default -> applications(about, yaml.map("spec"));
        };
    yaml.noMore();
    return objects;
  }

  private static String plain(YamlMap yaml, String key) {
    return yaml.optionalRead(key, ObjectsYaml::plain).orElse("");
  }

  private static String plain(String text) {
    if (!PlainText.isOne(text)) {
      throw new IllegalArgumentException(
          "'" + text + "': leave out control characters, line breaks and direction marks");
    }
    return text;
  }

  private static Map<String, String> labels(YamlMap metadata) {
    Map<String, String> labels = metadata.textMap("labels");
    metadata
        .optionalMap("labels")
        .ifPresent(map -> labels.keySet().forEach(key -> map.read(key, ObjectsYaml::plain)));
    return labels;
  }

  /// A fleet may go without `spec`.
  private ObjectBody fleet(Metadata about, YamlMap yaml) {
    boolean guarded = false;
    LineBody line = null;
    Values values = new Values();
    SiteTimesBody times = null;
    if (yaml.has("spec")) {
      YamlMap spec = yaml.map("spec");
      guarded = spec.flag("protected", false);
      values = parameters("fleet " + about.name(), spec);
      times = times(spec, values, false);
      line = line(spec, values);
      spec.noMore();
    }
    return about.fleet(guarded, times, values, line);
  }

  private ObjectBody site(Metadata about, YamlMap spec) {
    Values values = parameters("site " + about.name(), spec);
    SiteTimesBody times = times(spec, values, true);
    ObjectBody site =
        about.site(
            times,
            line(spec, values),
            spec.read("fleet", Name::new).text(),
            spec.read("timeZone", ObjectsYaml::timeZone),
            plain(spec, "region"),
            plain(spec, "contact"),
            values);
    spec.noMore();
    return site;
  }

  /// @param isSite an empty list is said, and means: none here, whatever the fleet has
  private static SiteTimesBody times(YamlMap spec, Values values, boolean isSite) {
    List<String> none = new ArrayList<>();
    List<String> download = List.of();
    List<String> switching = List.of();
    if (spec.has("windows")) {
      YamlMap windows = spec.map("windows");
      download = said(windows, "download", Weekly::parse, SiteTimes.DOWNLOAD, none, isSite);
      switching = said(windows, "switch", Weekly::parse, SiteTimes.SWITCH, none, isSite);
      lineOf(windows, "download", SiteTimes.DOWNLOAD, values);
      lineOf(windows, "switch", SiteTimes.SWITCH, values);
      windows.noMore();
    }
    lineOf(spec, SiteTimes.OPENING, SiteTimes.OPENING, values);
    lineOf(spec, SiteTimes.FREEZES, SiteTimes.FREEZES, values);
    return new SiteTimesBody(
        download,
        switching,
        said(spec, SiteTimes.OPENING, Weekly::parse, SiteTimes.OPENING, none, isSite),
        said(spec, SiteTimes.FREEZES, SiteTimes::dates, SiteTimes.FREEZES, none, isSite),
        none);
  }

  private static List<String> said(
      YamlMap yaml,
      String key,
      Function<String, ?> reader,
      String kind,
      List<String> none,
      boolean isSite) {
    if (isSite && yaml.isEmptyList(key)) {
      none.add(kind);
      return List.of();
    }
    return yaml.reads(key, reader::apply).stream().map(Object::toString).toList();
  }

  private static void lineOf(YamlMap yaml, String key, String path, Values values) {
    if (yaml.has(key)) {
      values.lines().put(path, yaml.lineOf(key));
    }
  }

  /// `bandwidth: []` is said, and means: no bound.
  private static @Nullable LineBody line(YamlMap spec, Values values) {
    if (!spec.has("line")) {
      return null;
    }
    YamlMap line = spec.map("line");
    List<LimitBody> limits = new ArrayList<>();
    for (YamlMap limit : line.givenMaps("bandwidth")) {
      Weekly hours =
          limit
              .optionalRead("hours", Weekly::parse)
              .orElseGet(() -> Weekly.parse(LineRules.Limit.ALWAYS));
      limits.add(new LimitBody(hours.toString(), limit.read("limit", BitRate::parse).toString()));
      limit.noMore();
    }
    values.lines().put(LineRules.PATH, line.lineOf("bandwidth"));
    line.noMore();
    return new LineBody(limits);
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
            parameters("slot " + site + "/" + about.name(), spec),
            null,
            null);
    spec.noMore();
    return slot;
  }

  /// One for each fleet that it goes to.
  private List<ObjectBody> applications(Metadata about, YamlMap spec) {
    SourceBody source = SourceYaml.read(spec);
    Optional<String> own = spec.optionalRead("fleet", Name::new).map(Name::text);
    String release =
        spec.optionalRead("release", version -> new ReleaseRef(new Name(about.name()), version))
            .map(ReleaseRef::version)
            .orElse(null);
    Map<String, PoliciesYaml.Of> policies = PoliciesYaml.read(spec, own);
    Map<String, PoliciesYaml.Of> fleets = new LinkedHashMap<>();
    if (policies.isEmpty()) {
      fleets.put(own.orElseGet(() -> spec.read("fleet", Name::new).text()), new PoliciesYaml.Of());
    } else {
      fleets.putAll(policies);
    }
    List<ObjectBody> objects = new ArrayList<>();
    fleets.forEach(
        (fleet, of) -> {
          String title = "application " + fleet + "/" + about.name();
          Values values = new Values();
          Map<String, String> given = values(title, about.name(), spec, "parameters", values);
          if (!given.isEmpty()) {
            values.parameters().put(about.name(), given);
          }
          if (release != null) {
            values.lines().put("release", spec.lineOf("release"));
          }
          of.patches()
              .forEach(
                  (path, patch) -> {
                    values.lines().put(path, patch.lineOf("value"));
                    String[] numbers = path.split("/");
                    parameters.put(
                        title
                            + " spec.syncPolicies["
                            + numbers[0]
                            + "].overrides["
                            + numbers[1]
                            + "].patches["
                            + numbers[2]
                            + "]",
                        new Place(patch, "value"));
                  });
          objects.add(
              about.object(
                  "Application",
                  fleet,
                  null,
                  false,
                  null,
                  null,
                  null,
                  release,
                  values,
                  of.policies().isEmpty() ? null : of.policies(),
                  source));
        });
    spec.noMore();
    return objects;
  }

  /// @param parameters by application
  /// @param lines of the values, as the hub is told them
  private record Values(Map<String, Map<String, String>> parameters, Map<String, Integer> lines) {
    Values() {
      this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }
  }

  private Values parameters(String object, YamlMap spec) {
    Values values = new Values();
    spec.optionalMap("parameters")
        .ifPresent(
            applications -> {
              for (String application : applications.keys()) {
                if (!Name.isValid(application)) {
                  throw applications.fault(
                      application, "not an application's name; parameters go under one");
                }
                values
                    .parameters()
                    .put(
                        application,
                        values(object, application, applications, application, values));
              }
            });
    return values;
  }

  /// The parameters of one application; remembers where they stand.
  private Map<String, String> values(
      String object, String application, YamlMap at, String under, Values into) {
    Map<String, String> found = at.scalarMap(under);
    at.optionalMap(under)
        .ifPresent(
            map ->
                found.forEach(
                    (name, text) -> {
                      PoliciesYaml.template(map, name, text);
                      into.lines().put(application + "/" + name, map.lineOf(name));
                      parameters.put(
                          object + " parameters." + application + "." + name, new Place(map, name));
                    }));
    return found;
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

  /// What tells it from others of its kind.
  public static String nameOf(ObjectBody object) {
    return object.place();
  }

  /// A refusal that begins with the title of one of the objects, at that object's line.
  public Optional<YamlFault> faultOf(String refusal) {
    for (ObjectBody object : objects) {
      Integer line = lines.get(object.kind() + " " + nameOf(object));
      if (line != null && refusal.startsWith(object.title() + ": ")) {
        return Optional.of(StrictYaml.fault(file, line, refusal));
      }
    }
    return Optional.empty();
  }

  private record Metadata(
      String name, String displayName, Map<String, String> labels, String file) {
    ObjectBody site(
        SiteTimesBody times,
        @Nullable LineBody line,
        String fleet,
        String timeZone,
        String region,
        String contact,
        Values values) {
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
          values.parameters(),
          times,
          null,
          null,
          null,
          file,
          values.lines(),
          line);
    }

    ObjectBody rollout(RolloutBody what, Map<String, Integer> lines) {
      return new ObjectBody(
          "Rollout",
          name,
          what.what().fleet(),
          null,
          displayName,
          labels,
          false,
          null,
          null,
          null,
          what.what().release(),
          Map.of(),
          null,
          null,
          what,
          null,
          file,
          lines,
          null);
    }

    ObjectBody fleet(
        boolean guarded, @Nullable SiteTimesBody times, Values values, @Nullable LineBody line) {
      return new ObjectBody(
          "Fleet",
          name,
          null,
          null,
          displayName,
          labels,
          guarded,
          null,
          null,
          null,
          null,
          values.parameters(),
          times,
          null,
          null,
          null,
          file,
          values.lines(),
          line);
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
        Values values,
        @Nullable List<PolicyBody> policies,
        @Nullable SourceBody source) {
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
          values.parameters(),
          null,
          policies,
          null,
          source,
          file,
          values.lines(),
          null);
    }
  }
}
