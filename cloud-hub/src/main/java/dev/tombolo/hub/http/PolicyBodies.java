package dev.tombolo.hub.http;

import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.http.api.ExpressionBody;
import dev.tombolo.hub.http.api.OverrideBody;
import dev.tombolo.hub.http.api.PatchBody;
import dev.tombolo.hub.http.api.PolicyBody;
import dev.tombolo.hub.http.api.SelectorBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Checks the sync policies of an application at the hub's edge.
final class PolicyBodies {
  /// More than the hub's decider takes; it names the bound that counts.
  private static final int ITEMS_MAX = 1_000;

  private PolicyBodies() {}

  static List<SyncPolicy> read(@Nullable List<PolicyBody> bodies) throws RefusedException {
    List<SyncPolicy> policies = new ArrayList<>();
    for (PolicyBody body : bounded(bodies)) {
      String field = "spec.syncPolicies[" + policies.size() + "]";
      List<SyncPolicy.Override> overrides = new ArrayList<>();
      for (OverrideBody override : bounded(body.overrides())) {
        overrides.add(override(field + ".overrides[" + overrides.size() + "]", override));
      }
      policies.add(new SyncPolicy(selector(field + ".destination", body.selector()), overrides));
    }
    return policies;
  }

  private static SyncPolicy.Override override(String field, OverrideBody body)
      throws RefusedException {
    List<Patch> patches = new ArrayList<>();
    for (PatchBody patch : bounded(body.patches())) {
      String at = field + ".patches[" + patches.size() + "]";
      Patch.Op op = Parts.read(at + ".op", patch.op(), Patch.Op::of);
      String parameter = Parts.read(at + ".path", patch.path(), Patch::parameterOf);
      String path = patch.from();
      String from = path == null ? null : Parts.read(at + ".from", path, Patch::parameterOf);
      patches.add(
          Parts.read(
              at + ((patch.value() != null) == op.takesValue() ? ".from" : ".value"),
              patch.value(),
              text -> new Patch(op, parameter, patch.value(), from)));
    }
    if (patches.isEmpty()) {
      throw Parts.invalid(field + ".patches", "", "say what is different; give a patch");
    }
    return new SyncPolicy.Override(selector(field, body.selector()), patches);
  }

  private static Selector selector(String field, @Nullable SelectorBody body)
      throws RefusedException {
    if (body == null) {
      return Selector.ALL;
    }
    List<Selector.Expression> expressions = new ArrayList<>();
    for (ExpressionBody each : bounded(body.matchExpressions())) {
      String at = field + ".selector.matchExpressions[" + expressions.size() + "]";
      Selector.Operator operator =
          Parts.read(at + ".operator", each.operator(), Selector.Operator::of);
      String key = ObjectBodies.shorter(at + ".key", each.key());
      List<String> values = new ArrayList<>();
      for (String value : bounded(each.values())) {
        values.add(ObjectBodies.shorter(at + ".values", value));
      }
      expressions.add(
          Parts.read(at + ".values", "", text -> new Selector.Expression(key, operator, values)));
    }
    Map<String, String> labels = Objects.requireNonNullElse(body.matchLabels(), Map.of());
    ObjectBodies.labels(labels);
    return new Selector(labels, expressions);
  }

  private static <T> List<T> bounded(@Nullable List<T> items) throws RefusedException {
    if (items == null) {
      return List.of();
    }
    if (items.size() > ITEMS_MAX) {
      throw new RefusedException(
          new Reason.LimitExceeded("items of a list", ITEMS_MAX, items.size()));
    }
    if (items.stream().anyMatch(Objects::isNull)) {
      throw Parts.invalid("spec.syncPolicies", "null", "leave out what is empty");
    }
    return items;
  }
}
