package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminCommand.Sources;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.id.Name;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps who gave each value of an object: who wrote it first as it is now, not who changed the
/// object last.
public final class GivenValues {
  /// An application's own release, among its values.
  public static final String RELEASE = "release";

  private GivenValues() {}

  /// @param path where a file has the value, as [Sources] calls it
  private record Value(String text, String path) {}

  /// @param fresh who writes now
  static Map<String, Given> next(
      @Nullable Kept<? extends AdminObject> before,
      AdminObject object,
      Sources sources,
      Given fresh) {
    Map<String, Value> was = before == null ? Map.of() : of(before.content());
    Map<String, Given> next = new HashMap<>();
    of(object)
        .forEach(
            (key, value) -> {
              Value old = was.get(key);
              next.put(
                  key,
                  before != null && old != null && old.text().equals(value.text())
                      ? before.given().getOrDefault(key, before.whole())
                      : fresh.from(sources.of(value.path())));
            });
    return next;
  }

  private static Map<String, Value> of(AdminObject object) {
    Map<String, Value> values = new LinkedHashMap<>();
    switch (object) {
      case AdminObject.Fleet fleet -> {
        add(fleet.parameters(), values);
        add(fleet.line(), values);
        add(fleet.times(), values);
      }
      case AdminObject.Site site -> {
        add(site.parameters(), values);
        add(site.line(), values);
        add(site.times(), values);
      }
      case AdminObject.Slot slot -> add(slot.parameters(), values);
      case AdminObject.Application application -> {
        add(Map.of(application.name(), application.parameters()), values);
        application
            .release()
            .ifPresent(release -> values.put(RELEASE, new Value(release.version(), RELEASE)));
        add(application.policies(), values);
      }
      case AdminObject.Rollout rollout -> {}
    }
    return values;
  }

  private static void add(SiteTimes times, Map<String, Value> values) {
    SiteTimes.KINDS.forEach(
        (path, kind) -> {
          if (times.says(path)) {
            values.put(path, new Value(kind.apply(times).toString(), path));
          }
        });
  }

  private static void add(Optional<LineRules> line, Map<String, Value> values) {
    line.ifPresent(rules -> values.put(LineRules.PATH, new Value(rules.words(), LineRules.PATH)));
  }

  private static void add(Map<Name, Map<String, String>> parameters, Map<String, Value> values) {
    parameters.forEach(
        (application, there) ->
            there.forEach(
                (name, text) -> {
                  String key = Layer.key(application, name);
                  values.put(key, new Value(text, key));
                }));
  }

  private static void add(List<SyncPolicy> policies, Map<String, Value> values) {
    for (int i = 0; i < policies.size(); i++) {
      SyncPolicy policy = policies.get(i);
      for (int j = 0; j < policy.overrides().size(); j++) {
        SyncPolicy.Override override = policy.overrides().get(j);
        for (int k = 0; k < override.patches().size(); k++) {
          values.put(
              SyncPolicy.key(policy, override, override.patches().get(k)),
              new Value("", i + "/" + j + "/" + k));
        }
      }
    }
  }
}
