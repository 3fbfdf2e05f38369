package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.Redaction;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Patch;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What audit lines say before and after. Tokens are named by their id and secret-looking
/// parameters are redacted, so that no secret comes here.
final class AuditJson {
  private AuditJson() {}

  static String of(Map<String, String> fields) {
    return JsonWriter.write(new TreeMap<>(fields), (json, values) -> values.forEach(json::text));
  }

  static String of(String field, String value) {
    return of(Map.of(field, value));
  }

  static String of(Reason reason) {
    return Json.write(reason);
  }

  static String of(AdminObject object) {
    return JsonWriter.write(object, AuditJson::write);
  }

  private static void write(JsonWriter json, AdminObject object) {
    json.text("displayName", object.displayName()).textMap("labels", object.labels());
    switch (object) {
      case AdminObject.Fleet fleet -> {
        json.yes("protected", fleet.isProtected());
        parameters(json, fleet.parameters());
        times(json, fleet.times());
        line(json, fleet.line());
      }
      case AdminObject.Site site -> {
        json.id("fleet", site.fleet())
            .text("timeZone", site.timeZone())
            .text("region", site.region())
            .text("contact", site.contact());
        parameters(json, site.parameters());
        times(json, site.times());
        line(json, site.line());
      }
      case AdminObject.Slot slot -> parameters(json, slot.parameters());
      case AdminObject.Application application ->
          json.id("release", application.release().orElse(null))
              .textMap("parameters", Redaction.of(application.parameters()))
              .texts("syncPolicies", policies(application.policies()))
              .text("source", application.source().map(GitSource::where).orElse(null));
      case AdminObject.Rollout rollout ->
          json.id("release", rollout.release())
              .id("scope", rollout.scope())
              .integer("waves", rollout.plan().waves().size());
    }
  }

  /// In words; none leaves an empty list.
  private static List<String> policies(List<SyncPolicy> policies) {
    List<String> words = new ArrayList<>();
    for (SyncPolicy policy : policies) {
      words.add("to " + policy.selector());
      for (SyncPolicy.Override override : policy.overrides()) {
        for (Patch patch : override.patches()) {
          words.add("where " + override.selector() + ": " + FieldChanges.redacted(patch));
        }
      }
    }
    return words;
  }

  /// What is not declared is left out.
  private static void times(JsonWriter json, SiteTimes times) {
    SiteTimes.KINDS.forEach(
        (path, kind) -> {
          if (times.says(path)) {
            json.texts(path, kind.apply(times).stream().map(Object::toString).toList());
          }
        });
  }

  private static void line(JsonWriter json, Optional<LineRules> line) {
    line.ifPresent(rules -> json.text(LineRules.PATH, rules.words()));
  }

  private static void parameters(JsonWriter json, Map<Name, Map<String, String>> parameters) {
    json.list(
        "parameters",
        List.copyOf(new TreeMap<>(parameters).entrySet()),
        (each, entry) ->
            each.id("application", entry.getKey())
                .textMap("values", Redaction.of(entry.getValue())));
  }
}
