package dev.tombolo.hub.objects;

import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.Template;
import dev.tombolo.hub.http.api.ExpressionBody;
import dev.tombolo.hub.http.api.OverrideBody;
import dev.tombolo.hub.http.api.PatchBody;
import dev.tombolo.hub.http.api.PolicyBody;
import dev.tombolo.hub.http.api.SelectorBody;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `spec.syncPolicies` of an Application, as people write it.
final class PoliciesYaml {
  private final Map<String, Of> byFleet = new LinkedHashMap<>();

  private PoliciesYaml() {}

  /// What is said of one fleet.
  ///
  /// @param patches where each patch stands, by policy, override and patch: `0/1/2`
  record Of(List<PolicyBody> policies, Map<String, YamlMap> patches) {
    Of() {
      this(new ArrayList<>(), new LinkedHashMap<>());
    }
  }

  /// By fleet, in the order in which they are named.
  ///
  /// @param own the fleet that the application itself names
  static Map<String, Of> read(YamlMap spec, Optional<String> own) {
    PoliciesYaml read = new PoliciesYaml();
    for (YamlMap policy : spec.maps("syncPolicies")) {
      read.policy(policy, own);
    }
    return read.byFleet;
  }

  private void policy(YamlMap yaml, Optional<String> own) {
    Optional<YamlMap> destination = yaml.optionalMap("destination");
    Optional<String> named =
        destination.flatMap(map -> map.optionalRead("fleet", Name::new)).map(Name::text);
    SelectorBody selector =
        destination
            .map(
                map -> {
                  if (map.has("selector") && map.has("clusterSelector")) {
                    throw map.fault("clusterSelector", "is the same as selector; keep one");
                  }
                  return selector(map, map.has("clusterSelector") ? "clusterSelector" : "selector");
                })
            .orElse(new SelectorBody(Map.of(), List.of()));
    destination.ifPresent(YamlMap::noMore);
    if (named.isEmpty() && own.isEmpty()) {
      throw destination
          .map(map -> map.fault("fleet", "missing; name the fleet here or as spec.fleet"))
          .orElseGet(() -> yaml.fault("destination", "missing; name a fleet in it"));
    }
    if (named.isPresent() && own.isPresent() && !named.equals(own)) {
      throw destination
          .orElseThrow()
          .fault("fleet", "spec.fleet says " + own.get() + "; leave one of the two out");
    }
    Of of = byFleet.computeIfAbsent(named.or(() -> own).orElseThrow(), fleet -> new Of());
    List<OverrideBody> overrides = new ArrayList<>();
    for (YamlMap override : yaml.maps("overrides")) {
      overrides.add(override(override, of, of.policies().size() + "/" + overrides.size()));
    }
    yaml.noMore();
    of.policies().add(new PolicyBody(selector, overrides));
  }

  private static OverrideBody override(YamlMap yaml, Of of, String path) {
    SelectorBody selector = selector(yaml, "selector");
    List<PatchBody> patches = new ArrayList<>();
    for (YamlMap patch : yaml.maps("patches")) {
      of.patches().put(path + "/" + patches.size(), patch);
      patches.add(patch(patch));
    }
    yaml.noMore();
    if (patches.isEmpty()) {
      throw yaml.fault("patches", "missing; say what is different there");
    }
    return new OverrideBody(selector, patches);
  }

  private static PatchBody patch(YamlMap yaml) {
    String op = yaml.word("op", Patch.Op.WORDS);
    String parameter = yaml.read("path", Patch::parameterOf);
    Optional<String> from = yaml.optionalRead("from", Patch::parameterOf);
    Optional<String> value = yaml.optionalScalar("value");
    yaml.noMore();
    try {
      Patch patch = new Patch(Patch.Op.of(op), parameter, value.orElse(null), from.orElse(null));
      value.ifPresent(text -> template(yaml, "value", text));
      return new PatchBody(op, patch.path(), patch.value(), from.map(Patch::pathOf).orElse(null));
    } catch (IllegalArgumentException e) {
      boolean isValueRight = value.isPresent() == Patch.Op.of(op).takesValue();
      throw yaml.fault(isValueRight ? "from" : "value", String.valueOf(e.getMessage()));
    }
  }

  private static SelectorBody selector(YamlMap yaml, String key) {
    Optional<YamlMap> map = yaml.optionalMap(key);
    if (map.isEmpty()) {
      return new SelectorBody(Map.of(), List.of());
    }
    Map<String, String> labels = map.get().textMap("matchLabels");
    List<ExpressionBody> expressions = new ArrayList<>();
    for (YamlMap each : map.get().maps("matchExpressions")) {
      String label = each.text("key");
      String operator = each.word("operator", Selector.Operator.WORDS);
      List<String> values = each.texts("values");
      each.noMore();
      try {
        Selector.Expression expression =
            new Selector.Expression(label, Selector.Operator.of(operator), values);
        expressions.add(
            new ExpressionBody(label, expression.operator().word(), expression.values()));
      } catch (IllegalArgumentException e) {
        throw each.fault("values", String.valueOf(e.getMessage()));
      }
    }
    map.get().noMore();
    return new SelectorBody(labels, expressions);
  }

  /// Refuses variables that there are not.
  static void template(YamlMap at, String key, String text) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw at.fault(key, "'" + text + "': leave out control characters and line breaks");
    }
    String unknown = Template.isOne(text) ? Template.unknownIn(text) : null;
    if (unknown != null) {
      throw at.fault(
          key,
          "'${"
              + unknown
              + (text.contains("${" + unknown + "}") ? "}" : "")
              + "' is not a variable"
              + NearMiss.of(unknown, Template.VARIABLES)
                  .map(meant -> "; did you mean '${" + meant + "}'?")
                  .orElse(
                      "; use ${"
                          + String.join("}, ${", Template.VARIABLES)
                          + "X}, or '$${' for the text itself"));
    }
  }
}
