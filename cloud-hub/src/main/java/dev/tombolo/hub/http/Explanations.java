package dev.tombolo.hub.http;

import dev.tombolo.hub.audit.Redaction;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.desired.TimesLayer;
import dev.tombolo.hub.http.api.ExplainedLink;
import dev.tombolo.hub.http.api.ExplainedValue;
import dev.tombolo.hub.http.api.Explanation;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.hub.rollout.Choice;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Tells where the values of a device come from: what rendering makes of its settings, in rows.
final class Explanations {
  private static final String RELEASE = "release";
  private static final String PARAMETERS = "parameters.";

  /// The layer below all layers.
  private static final String DEFAULT = "release default";

  /// Paths named to who asks for one that there is not.
  private static final int LISTED_MAX = 20;

  private static final Given PUBLISHER = new Given("", 0, "");

  private Explanations() {}

  /// @param path `APPLICATION`, `APPLICATION.release`, `APPLICATION.parameters.NAME`, or
  ///   `line.bandwidth`; empty: all
  ///
  /// @param standings of the slot, newest first
  /// @param defaults of a release, by parameter
  static Explanation of(
      @Nullable String device,
      SlotSettings settings,
      List<Standing> standings,
      Function<Digest, SortedMap<String, String>> defaults,
      Optional<String> path)
      throws RefusedException {
    Resolved resolved = Layering.of(settings);
    List<ExplainedValue> values = new ArrayList<>();
    for (Resolved.Application application : resolved.applications()) {
      values.add(release(application, standings));
      application
          .parameters()
          .forEach((name, trail) -> values.add(parameter(application, name, trail)));
      values.addAll(byDefault(application, defaults.apply(application.release().release())));
    }
    values.addAll(times(settings));
    line(settings).ifPresent(values::add);
    List<ExplainedValue> wanted =
        path.isEmpty()
            ? values
            : values.stream().filter(value -> isMeant(value.path(), path.get())).toList();
    if (path.isPresent() && wanted.isEmpty()) {
      List<String> known = values.stream().map(ExplainedValue::path).toList();
      throw new RefusedException(
          new Reason.NotFound(
              "value of " + settings.place().slot(),
              path.get(),
              NearMiss.of(path.get(), known)
                  .map(List::of)
                  .orElseGet(() -> known.subList(0, Math.min(LISTED_MAX, known.size())))));
    }
    return new Explanation(
        device,
        settings.place().slot().toString(),
        settings.place().fleet().text(),
        settings.place().labels(),
        wanted,
        resolved.troubles().stream()
            .map(trouble -> trouble.where() + ": '" + trouble.value() + "': " + trouble.words())
            .toList());
  }

  /// When the device may download and switch: of each kind the site's word, else the fleet's.
  private static List<ExplainedValue> times(SlotSettings settings) {
    List<ExplainedValue> values = new ArrayList<>();
    SiteTimes.KINDS
        .keySet()
        .forEach(
            path -> {
              List<ExplainedLink> chain = new ArrayList<>();
              for (TimesLayer layer : settings.times().reversed()) {
                if (layer.times().says(path)) {
                  String text = layer.times().words(path);
                  chain.add(link(layer.kind().word(), layer.object(), "", text, layer.given(path)));
                }
              }
              if (!chain.isEmpty()) {
                values.add(new ExplainedValue(path, chain.getFirst().text(), chain));
              }
            });
    return values;
  }

  /// `people-embedding.port` means the parameter, too.
  private static boolean isMeant(String path, String asked) {
    return path.equals(asked)
        || path.startsWith(asked + ".")
        || path.replaceFirst("\\." + PARAMETERS, ".").equals(asked);
  }

  /// Older rollouts that select a release for the device, too, come behind what counts.
  private static ExplainedValue release(
      Resolved.Application application, List<Standing> standings) {
    List<ExplainedLink> chain = new ArrayList<>();
    for (Resolved.Chosen chosen : application.releases().reversed()) {
      chain.add(
          link(
              chosen.layer().word(),
              chosen.object(),
              "",
              chosen.choice().version(),
              chosen.choice().given()));
    }
    Set<String> told = new HashSet<>();
    chain.forEach(link -> told.add(link.object()));
    List<ExplainedLink> older = new ArrayList<>();
    for (Standing standing : standings) {
      RolloutRecord record = standing.record();
      String object = "rollout " + record.id();
      String version = versionOf(standing.choice());
      boolean isIts = record.application().equals(application.name()) && !told.contains(object);
      if (isIts && version != null) {
        older.add(
            new ExplainedLink(
                LayerKind.ROLLOUT.word(),
                object,
                "",
                version,
                record.createdBy(),
                record.createdMillis(),
                record.origin().writtenIn()));
      }
    }
    chain.addAll(1, older);
    return new ExplainedValue(
        application.name() + "." + RELEASE, application.release().version(), chain);
  }

  private static @Nullable String versionOf(Choice choice) {
    return switch (choice) {
      case Choice.None _ -> null;
      case Choice.Free free -> free.version();
      case Choice.Gated gated -> gated.version();
    };
  }

  /// What no layer says anything of.
  private static List<ExplainedValue> byDefault(
      Resolved.Application application, SortedMap<String, String> defaults) {
    String object = "release " + application.name() + "@" + application.release().version();
    List<ExplainedValue> values = new ArrayList<>();
    defaults.forEach(
        (name, text) -> {
          if (!application.parameters().containsKey(name)) {
            String shown = redacted(name, text);
            values.add(
                new ExplainedValue(
                    application.name() + "." + PARAMETERS + name,
                    shown,
                    List.of(link(DEFAULT, object, "", shown, PUBLISHER))));
          }
        });
    return values;
  }

  private static ExplainedValue parameter(
      Resolved.Application application, String name, Resolved.Trail trail) {
    List<ExplainedLink> chain = new ArrayList<>();
    for (Resolved.Link link : trail.links().reversed()) {
      chain.add(
          link(
              link.layer().word(),
              link.object(),
              link.detail(),
              redacted(name, link.text()),
              link.given()));
    }
    return new ExplainedValue(
        application.name() + "." + PARAMETERS + name, redacted(name, trail.value()), chain);
  }

  private static Optional<ExplainedValue> line(SlotSettings settings) {
    List<ExplainedLink> chain = new ArrayList<>();
    for (Layer layer : settings.layers().reversed()) {
      layer
          .line()
          .ifPresent(
              rules ->
                  chain.add(
                      link(
                          layer.kind().word(),
                          layer.object(),
                          "",
                          rules.words(),
                          layer.given().getOrDefault(LineRules.PATH, layer.whole()))));
    }
    return chain.isEmpty()
        ? Optional.empty()
        : Optional.of(new ExplainedValue(LineRules.PATH, chain.getFirst().text(), chain));
  }

  private static ExplainedLink link(
      String layer, String object, String where, @Nullable String text, Given given) {
    return new ExplainedLink(
        layer, object, where, text, given.by(), given.millis(), given.source());
  }

  private static @Nullable String redacted(String name, @Nullable String value) {
    return value == null ? null : Redaction.of(Map.of(name, value)).get(name);
  }
}
