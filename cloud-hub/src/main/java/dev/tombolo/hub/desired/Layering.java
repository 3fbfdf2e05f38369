package dev.tombolo.hub.desired;

import dev.tombolo.hub.desired.Resolved.Chosen;
import dev.tombolo.hub.desired.Resolved.Link;
import dev.tombolo.hub.desired.Resolved.Trail;
import dev.tombolo.hub.desired.SlotSettings.Policies;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Lays layers over each other, patches what comes of them, and fills templates in. The same
/// function renders a device's document and explains it.
public final class Layering {
  private static final int QUOTES_BYTES = 6;

  private final SlotSettings settings;
  private final Map<String, String> labels;
  private final List<Trouble> troubles = new ArrayList<>(0);
  private long bytes;

  private Layering(SlotSettings settings) {
    this.settings = settings;
    this.labels = settings.policies().isEmpty() ? Map.of() : settings.place().labels();
  }

  public static Resolved of(SlotSettings settings) {
    return new Layering(settings).resolve();
  }

  /// What cannot be done of applications that go to the place and that nothing selects.
  ///
  /// @param resolved what came of the settings
  public static List<Trouble> ofUnselected(SlotSettings settings, Resolved resolved) {
    Set<Name> unselected = new TreeSet<>();
    settings.layers().forEach(layer -> unselected.addAll(layer.parameters().keySet()));
    resolved.applications().forEach(application -> unselected.remove(application.name()));
    if (unselected.isEmpty()) {
      return List.of();
    }
    Layering layering = new Layering(settings);
    for (Name application : unselected) {
      if (layering.isDestination(application)) {
        layering.parameters(application);
      }
    }
    return layering.troubles;
  }

  private Resolved resolve() {
    TreeMap<Name, List<Chosen>> chosen = new TreeMap<>();
    for (Layer layer : settings.layers()) {
      boolean isByName = layer.kind() == LayerKind.SITE || layer.kind() == LayerKind.DEVICE;
      layer
          .choices()
          .forEach(
              (name, choice) -> {
                // A rollout names no place: it goes where the application goes at all.
                if (isByName || chosen.containsKey(name) || isDestination(name)) {
                  chosen
                      .computeIfAbsent(name, any -> new ArrayList<>(1))
                      .add(
                          new Chosen(
                              layer.kind(),
                              choice.object().isEmpty() ? layer.object() : choice.object(),
                              choice));
                }
              });
    }
    List<Resolved.Application> applications = new ArrayList<>(chosen.size());
    chosen.forEach(
        (name, releases) ->
            applications.add(new Resolved.Application(name, releases, parameters(name))));
    return new Resolved(applications, troubles);
  }

  /// Whether an application that is chosen for a whole fleet, or by a rollout, goes to this place.
  private boolean isDestination(Name application) {
    Policies policies = settings.policies().get(application);
    return policies == null || SyncPolicy.isAnyFor(policies.policies(), labels);
  }

  private TreeMap<String, Trail> parameters(Name application) {
    TreeMap<String, List<Link>> links = new TreeMap<>();
    for (Layer layer : settings.layers()) {
      layer
          .parameters()
          .getOrDefault(application, Map.of())
          .forEach(
              (name, text) ->
                  links
                      .computeIfAbsent(name, any -> new ArrayList<>(2))
                      .add(
                          new Link(
                              layer.kind(),
                              layer.object(),
                              "",
                              text,
                              layer.givenFor(application, name))));
    }
    Policies policies = settings.policies().get(application);
    if (policies != null) {
      for (int i = 0; i < policies.policies().size(); i++) {
        override(application, policies, i, links);
      }
    }
    TreeMap<String, Trail> trails = new TreeMap<>();
    links.forEach((name, all) -> trails.put(name, trail(application, name, all)));
    return trails;
  }

  private void override(
      Name application, Policies policies, int number, Map<String, List<Link>> links) {
    SyncPolicy policy = policies.policies().get(number);
    if (!policy.selector().matches(labels)) {
      return;
    }
    for (int i = 0; i < policy.overrides().size(); i++) {
      SyncPolicy.Override override = policy.overrides().get(i);
      if (override.selector().matches(labels)) {
        patch(
            application,
            policies,
            policy,
            override,
            "spec.syncPolicies[" + number + "].overrides[" + i + "]",
            links);
      }
    }
  }

  /// All patches of an override or none.
  private void patch(
      Name application,
      Policies policies,
      SyncPolicy policy,
      SyncPolicy.Override override,
      String path,
      Map<String, List<Link>> links) {
    Map<String, List<Link>> patched = new HashMap<>();
    for (int i = 0; i < override.patches().size(); i++) {
      Patch patch = override.patches().get(i);
      String where = path + ".patches[" + i + "]";
      String looksAt = patch.op().isFromAnother() ? patch.source() : patch.parameter();
      String now = textOf(chain(looksAt, patched, links));
      Trouble trouble = trouble(application, policies.object(), where, patch, now);
      if (trouble != null) {
        troubles.add(trouble);
        return;
      }
      if (patch.op() == Patch.Op.TEST || patch.parameter().equals(patch.from())) {
        continue;
      }
      Given given =
          policies.given().getOrDefault(SyncPolicy.key(policy, override, patch), policies.whole());
      if (patch.op() == Patch.Op.MOVE) {
        List<Link> gone = chain(looksAt, patched, links);
        gone.add(new Link(LayerKind.OVERRIDE, policies.object(), where, null, given));
        patched.put(looksAt, gone);
      }
      List<Link> next = chain(patch.parameter(), patched, links);
      String text = patch.op().isFromAnother() ? now : patch.value();
      next.add(new Link(LayerKind.OVERRIDE, policies.object(), where, text, given));
      patched.put(patch.parameter(), next);
    }
    links.putAll(patched);
  }

  /// What says something of a parameter so far, to be added to.
  private static List<Link> chain(
      String parameter, Map<String, List<Link>> patched, Map<String, List<Link>> links) {
    List<Link> there = patched.get(parameter);
    return new ArrayList<>(there == null ? links.getOrDefault(parameter, List.of()) : there);
  }

  private static @Nullable String textOf(List<Link> chain) {
    return chain.isEmpty() ? null : chain.getLast().text();
  }

  private @Nullable Trouble trouble(
      Name application, String object, String where, Patch patch, @Nullable String now) {
    return switch (patch.op()) {
      case ADD -> null;
      case MOVE, COPY ->
          now == null
              ? new Trouble.NothingToTake(application, object, where, patch.source())
              : null;
      case REPLACE, REMOVE ->
          now == null
              ? new Trouble.NothingToPatch(application, object, where, patch.parameter())
              : null;
      case TEST ->
          isAsWanted(patch, now) ? null : new Trouble.TestFailed(application, object, where);
    };
  }

  /// A test looks at what the device is given, so templates are filled before it.
  private boolean isAsWanted(Patch patch, @Nullable String now) {
    String given = filled(now);
    String wanted = filled(patch.wanted());
    return given != null && wanted != null && JsonValue.areEqual(given, wanted);
  }

  /// Null where a label is missing.
  private @Nullable String filled(@Nullable String text) {
    if (text == null || !Template.isOne(text)) {
      return text;
    }
    Template.Filled filled = Template.fill(text, settings.place());
    return filled.missing() == null ? filled.text() : null;
  }

  private Trail trail(Name application, String name, List<Link> links) {
    Link last = links.getLast();
    String text = last.text();
    if (text == null) {
      return new Trail(links, null);
    }
    boolean isPlain = last.layer() != LayerKind.OVERRIDE && !Template.isOne(text);
    if (isPlain) {
      bytes += size(name, text);
      return new Trail(links, text);
    }
    Template.Filled filled = Template.fill(text, settings.place());
    String object = last.detail().isEmpty() ? last.object() : last.object() + " " + last.detail();
    if (filled.missing() != null) {
      troubles.add(new Trouble.LabelMissing(application, name, object, filled.missing()));
      return new Trail(links, null);
    }
    long size = size(name, filled.text());
    if (bytes + size > SectionBounds.DEVICE_PARAMETERS_BYTES_MAX) {
      troubles.add(new Trouble.TooLarge(application, name, object));
      return new Trail(links, null);
    }
    bytes += size;
    return new Trail(links, filled.text());
  }

  /// At least as many bytes as it takes in the section.
  private static long size(String name, String value) {
    return QUOTES_BYTES + 3L * (name.length() + value.length());
  }
}
