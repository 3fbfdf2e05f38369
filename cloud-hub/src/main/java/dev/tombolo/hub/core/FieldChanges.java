package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.Redaction;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied.FieldChange;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What differs between two states of an operator's object, field by field. Secrets are redacted.
final class FieldChanges {
  private FieldChanges() {}

  /// @param before null when it is new
  /// @param after null when it goes
  static List<FieldChange> between(@Nullable AdminObject before, @Nullable AdminObject after) {
    SortedMap<String, String> was = fields(before, false);
    SortedMap<String, String> is = fields(after, false);
    SortedMap<String, String> wasShown = fields(before, true);
    SortedMap<String, String> isShown = fields(after, true);
    TreeSet<String> paths = new TreeSet<>(was.keySet());
    paths.addAll(is.keySet());
    List<FieldChange> changes = new ArrayList<>();
    for (String path : paths) {
      String old = was.get(path);
      if (old == null || !old.equals(is.get(path))) {
        changes.add(new FieldChange(path, wasShown.get(path), isShown.get(path)));
      }
    }
    return changes;
  }

  private static SortedMap<String, String> fields(
      @Nullable AdminObject object, boolean isRedacted) {
    SortedMap<String, String> fields = new TreeMap<>();
    if (object == null) {
      return fields;
    }
    put(fields, "displayName", object.displayName());
    object.labels().forEach((key, value) -> fields.put("labels." + key, value));
    switch (object) {
      case AdminObject.Fleet fleet -> {
        if (fleet.isProtected()) {
          fields.put("protected", "true");
        }
        times(fields, fleet.times());
        fleet.line().ifPresent(rules -> fields.put(LineRules.PATH, rules.words()));
        parameters(fields, fleet.parameters(), isRedacted);
      }
      case AdminObject.Site site -> {
        fields.put("fleet", site.fleet().text());
        fields.put("timeZone", site.timeZone());
        put(fields, "region", site.region());
        put(fields, "contact", site.contact());
        times(fields, site.times());
        site.line().ifPresent(rules -> fields.put(LineRules.PATH, rules.words()));
        parameters(fields, site.parameters(), isRedacted);
      }
      case AdminObject.Slot slot -> parameters(fields, slot.parameters(), isRedacted);
      case AdminObject.Application application -> {
        application.release().ifPresent(release -> fields.put("release", release.version()));
        shown(application.parameters(), isRedacted)
            .forEach((name, value) -> fields.put("parameters." + name, value));
        policies(fields, application.policies(), isRedacted);
        application
            .source()
            .ifPresent(
                source -> {
                  fields.put("source.url", source.url());
                  fields.put("source.branch", source.branch());
                  put(fields, "source.path", source.path());
                  fields.put("source.interval", Gate.words(source.intervalMillis()));
                });
      }
      case AdminObject.Rollout rollout -> rollout(fields, rollout);
    }
    return fields;
  }

  private static void rollout(Map<String, String> fields, AdminObject.Rollout rollout) {
    fields.put("release", rollout.release().toString());
    fields.put("fleet", rollout.scope().fleet().text());
    put(
        fields,
        "sites",
        String.join(
            ", ", new TreeSet<>(rollout.scope().sites()).stream().map(Name::text).toList()));
    rollout.scope().labels().forEach((key, value) -> fields.put("labels." + key, value));
    RolloutPlan plan = rollout.plan();
    for (int i = 0; i < plan.waves().size(); i++) {
      Wave wave = plan.waves().get(i);
      fields.put(
          "waves[" + i + "]", wave.name() + "=" + wave.pick().words() + ", " + wave.gate().words());
    }
    fields.put("perSite", Integer.toString(plan.budgets().perSite()));
    fields.put("inFlight", Integer.toString(plan.budgets().inFlight()));
    fields.put("failuresPerSite", Integer.toString(plan.budgets().failuresPerSite()));
    fields.put("abortFailed", Integer.toString(plan.abort().failed()));
    fields.put("abortPercent", Integer.toString(plan.abort().failedPercent()));
    fields.put("rollBack", Boolean.toString(plan.abort().rollsBack()));
    fields.put("permit", Gate.words(plan.permitMillis()));
    Long deadline = plan.deadlineMillis();
    if (deadline != null) {
      fields.put("deadline", Instant.ofEpochMilli(deadline).toString());
    }
    rollout.lifeMillis().ifPresent(life -> fields.put("deadline", Gate.words(life)));
  }

  private static void put(Map<String, String> fields, String path, String value) {
    if (!value.isEmpty()) {
      fields.put(path, value);
    }
  }

  private static void times(Map<String, String> fields, SiteTimes times) {
    for (String kind : SiteTimes.KINDS.keySet()) {
      if (times.says(kind)) {
        fields.put(kind, times.words(kind));
      }
    }
  }

  private static void parameters(
      Map<String, String> fields, Map<Name, Map<String, String>> parameters, boolean isRedacted) {
    parameters.forEach(
        (application, values) ->
            shown(values, isRedacted)
                .forEach(
                    (name, value) -> fields.put("parameters." + application + "." + name, value)));
  }

  private static Map<String, String> shown(Map<String, String> values, boolean isRedacted) {
    return isRedacted ? Redaction.of(values) : values;
  }

  private static void policies(
      Map<String, String> fields, List<SyncPolicy> policies, boolean isRedacted) {
    for (int i = 0; i < policies.size(); i++) {
      SyncPolicy policy = policies.get(i);
      String path = "syncPolicies[" + i + "]";
      fields.put(path + ".destination.selector", policy.selector().toString());
      for (int j = 0; j < policy.overrides().size(); j++) {
        SyncPolicy.Override override = policy.overrides().get(j);
        String at = path + ".overrides[" + j + "]";
        fields.put(at + ".selector", override.selector().toString());
        for (int k = 0; k < override.patches().size(); k++) {
          Patch patch = override.patches().get(k);
          fields.put(at + ".patches[" + k + "]", (isRedacted ? redacted(patch) : patch).toString());
        }
      }
    }
  }

  static Patch redacted(Patch patch) {
    String value = patch.value();
    return value == null
        ? patch
        : new Patch(
            patch.op(),
            patch.parameter(),
            Redaction.of(Map.of(patch.parameter(), value)).get(patch.parameter()),
            patch.from());
  }
}
