package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.config.StrictYaml;
import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseCheck;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A `release.yaml` as read, before its files are looked up and digested.
///
/// @param manifest everything but the variants' files
/// @param picks which files each variant asks for, in the manifest's order of variants
public record ReleaseDraft(ReleaseManifest manifest, List<List<FilePick>> picks) {
  public static final String API_VERSION = "tombolo.io/v1alpha1";

  /// How releases were written first; means the same.
  private static final String FIRST_API_VERSION = "tombolo.dev/v1";

  public ReleaseDraft {
    picks = List.copyOf(picks);
  }

  /// @param file its name, for messages
  public static ReleaseDraft read(String file, String text) {
    YamlMap yaml = StrictYaml.document(file, text);
    yaml.word("apiVersion", List.of(FIRST_API_VERSION, API_VERSION));
    yaml.word("kind", List.of("Release"));
    YamlMap metadata = yaml.map("metadata");
    Name name = metadata.read("name", Name::new);
    String version = metadata.read("version", version1 -> new ReleaseRef(name, version1).version());
    metadata.noMore();
    YamlMap spec = yaml.map("spec");
    yaml.noMore();

    List<Variant> variants = new ArrayList<>();
    List<List<FilePick>> picks = new ArrayList<>();
    List<YamlMap> variantMaps = spec.maps("variants");
    if (variantMaps.isEmpty()) {
      throw spec.fault("variants", "missing; list at least one kind of machine and its files");
    }
    for (YamlMap variant : variantMaps) {
      picks.add(variant.maps("files").stream().map(FilePick::read).toList());
      variants.add(variant(variant));
    }
    List<String> fleets = spec.texts("fleets");
    List<Need> needs = needs(spec);
    ReleaseManifest manifest =
        new ReleaseManifest(
            name,
            version,
            ReleaseManifest.Kind.valueOf(
                spec.word("kind", List.of("model", "app", "agent")).toUpperCase(Locale.ROOT)),
            spec.text("description", ""),
            fleets.isEmpty() ? List.of("*") : fleets,
            spec.whole("securityFloor", 0, Integer.MAX_VALUE, 0),
            requires(spec.texts("requires"), needs, variants),
            variants,
            needs);
    spec.noMore();
    return new ReleaseDraft(manifest, picks);
  }

  /// `needs: {people-embedding: "1.4.0"}`; `>=` before the version may stand there.
  private static List<Need> needs(YamlMap spec) {
    List<Need> needs = new ArrayList<>();
    Optional<YamlMap> listed = spec.optionalMap("needs");
    if (listed.isEmpty()) {
      return needs;
    }
    YamlMap map = listed.get();
    for (String key : map.keys()) {
      if (!Name.isValid(key)) {
        throw map.fault(key, "'" + key + "' is not an application's name");
      }
      Name application = new Name(key);
      needs.add(
          new Need(
              application,
              map.read(key, text -> new ReleaseRef(application, least(text)).version())));
    }
    return needs;
  }

  private static String least(String text) {
    return text.startsWith(">=") ? text.substring(2).strip() : text;
  }

  /// What an agent must know to keep to the rest of the release goes without saying.
  private static List<String> requires(
      List<String> listed, List<Need> needs, List<Variant> variants) {
    List<String> all = new ArrayList<>(listed);
    if (!needs.isEmpty() && !all.contains(Features.NEEDS)) {
      all.add(Features.NEEDS);
    }
    if (ReleaseCheck.hasLatencyGate(variants) && !all.contains(Features.LATENCY)) {
      all.add(Features.LATENCY);
    }
    return all;
  }

  private static Variant variant(YamlMap yaml) {
    Variant variant =
        new Variant(
            yaml.text("os", "linux"),
            yaml.text("architecture", "any"),
            yaml.texts("runtimes"),
            List.of(),
            yaml.optionalMap("workload").map(WorkloadYaml::read).orElseGet(WorkloadYaml::none),
            yaml.maps("parameters").stream().map(ReleaseDraft::parameter).toList());
    yaml.noMore();
    return variant;
  }

  private static Variant.Parameter parameter(YamlMap yaml) {
    Variant.Parameter.Type type =
        Variant.Parameter.Type.valueOf(
            yaml.word("type", List.of("integer", "boolean", "text")).toUpperCase(Locale.ROOT));
    Optional<Long> min = yaml.optionalWhole("min", Long.MIN_VALUE, Long.MAX_VALUE);
    Optional<Long> max = yaml.optionalWhole("max", Long.MIN_VALUE, Long.MAX_VALUE);
    Variant.Parameter parameter =
        new Variant.Parameter(
            yaml.text("name"),
            type,
            yaml.optionalScalar("default").orElse(null),
            min.orElse(null),
            max.orElse(null));
    yaml.noMore();
    return parameter;
  }

  /// The manifest with the files that were found for each variant.
  ReleaseManifest with(List<List<Variant.File>> files) {
    List<Variant> variants = new ArrayList<>();
    for (Variant variant : manifest.variants()) {
      variants.add(
          new Variant(
              variant.os(),
              variant.architecture(),
              variant.runtimes(),
              files.get(variants.size()),
              variant.workload(),
              variant.parameters()));
    }
    return new ReleaseManifest(
        manifest.name(),
        manifest.version(),
        manifest.kind(),
        manifest.description(),
        manifest.fleets(),
        manifest.securityFloor(),
        manifest.requires(),
        variants,
        manifest.needs());
  }
}
