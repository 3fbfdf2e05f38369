package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.Applied.Reach;
import dev.tombolo.hub.core.admin.Applied.SettingReach;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.desired.Trouble;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What a change does to the slots looked at so far: how many devices get which setting anew, and
/// what would not work where.
final class ReachCount {
  /// Slots named of each setting and each problem.
  static final int NAMED_MAX = 5;

  /// Kinds of problems told; further ones are not.
  static final int PROBLEMS_MAX = 32;

  private long looked;
  private long changed;
  private final TreeMap<Setting, Places> settings = new TreeMap<>();
  private final Map<Problem, Places> fresh = new LinkedHashMap<>();
  private final Map<Problem, Places> old = new LinkedHashMap<>();

  /// @param application null: it is the place's own
  private record Setting(@Nullable Name application, String name) implements Comparable<Setting> {
    private static final Comparator<Setting> ORDER =
        Comparator.comparing(Setting::application, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Setting::name);

    @Override
    public int compareTo(Setting other) {
      return ORDER.compare(this, other);
    }
  }

  /// @param isMeant it was written to happen: never a fault
  private record Problem(String where, String value, String words, boolean isMeant) {}

  private record Places(long count, List<String> first) {
    static final Places NONE = new Places(0, List.of());

    Places and(SlotRef slot) {
      if (first.size() == NAMED_MAX) {
        return new Places(count + 1, first);
      }
      List<String> more = new ArrayList<>(first);
      more.add(slot.toString());
      return new Places(count + 1, more);
    }

    @Override
    public String toString() {
      return String.join(", ", first)
          + (count > first.size() ? " and " + (count - first.size()) + " more" : "");
    }
  }

  ReachCount copy() {
    ReachCount copy = new ReachCount();
    copy.looked = looked;
    copy.changed = changed;
    copy.settings.putAll(settings);
    copy.fresh.putAll(fresh);
    copy.old.putAll(old);
    return copy;
  }

  /// Takes a slot in.
  ///
  /// @param isHeld a device has it
  /// @param before as it was; null when it is new
  /// @param after as it will be; null when it goes
  /// @param inTheEnd as it will be once rollouts have done what they are to do; null: there are
  ///   none
  void take(
      SlotRef slot,
      boolean isHeld,
      @Nullable SlotAs before,
      @Nullable SlotAs after,
      @Nullable SlotSettings inTheEnd,
      ParameterCheck check) {
    Resolved was = before == null ? null : Layering.of(before.settings());
    Resolved is = after == null ? null : Layering.of(after.settings());
    if (isHeld) {
      looked++;
      Set<Setting> different = different(was, is);
      if (before != null && after != null) {
        addDifferentOfPlace(before, after, different);
      }
      if (!different.isEmpty()) {
        changed++;
      }
      for (Setting setting : different) {
        settings.put(setting, settings.getOrDefault(setting, Places.NONE).and(slot));
      }
    }
    Set<Problem> known = was == null ? Set.of() : problems(was, check);
    Set<Problem> found = is == null ? new LinkedHashSet<>() : problems(is, check);
    if (inTheEnd != null) {
      found.addAll(problems(Layering.of(inTheEnd), check));
    }
    for (Problem problem : found) {
      note(problem, slot, known.contains(problem) || problem.isMeant() ? old : fresh);
    }
    if (is != null && after != null) {
      Set<Problem> written = unselected(after, is);
      if (was != null && before != null && !written.isEmpty()) {
        written.removeAll(unselected(before, was));
      }
      written.forEach(problem -> note(problem, slot, old));
    }
  }

  private static void note(Problem problem, SlotRef slot, Map<Problem, Places> into) {
    if (into.containsKey(problem) || into.size() < PROBLEMS_MAX) {
      into.put(problem, into.getOrDefault(problem, Places.NONE).and(slot));
    }
  }

  /// What would not work if something selected its application. That may never be, so it is only
  /// told of, and only when it is written.
  private static Set<Problem> unselected(SlotAs slot, Resolved resolved) {
    Set<Problem> problems = new LinkedHashSet<>();
    for (Trouble trouble : Layering.ofUnselected(slot.settings(), resolved)) {
      if (trouble instanceof Trouble.LabelMissing) {
        problems.add(
            new Problem(
                trouble.where(),
                trouble.value(),
                trouble.words()
                    + "; nothing selects "
                    + trouble.application()
                    + " there yet, and what would is refused",
                false));
      }
    }
    return problems;
  }

  private static Set<Setting> different(@Nullable Resolved was, @Nullable Resolved is) {
    Set<Setting> different = new TreeSet<>();
    Map<Name, Resolved.Application> before = byName(was);
    Map<Name, Resolved.Application> after = byName(is);
    Set<Name> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (Name name : names) {
      Resolved.Application old = before.get(name);
      Resolved.Application now = after.get(name);
      Digest oldRelease = old == null ? null : old.release().release();
      Digest newRelease = now == null ? null : now.release().release();
      if (!Objects.equals(oldRelease, newRelease)) {
        different.add(new Setting(name, "release"));
      }
      Map<String, String> oldValues = old == null ? Map.of() : old.values();
      Map<String, String> newValues = now == null ? Map.of() : now.values();
      if (!oldValues.equals(newValues)) {
        Set<String> parameters = new TreeSet<>(oldValues.keySet());
        parameters.addAll(newValues.keySet());
        for (String parameter : parameters) {
          if (!Objects.equals(oldValues.get(parameter), newValues.get(parameter))) {
            different.add(new Setting(name, "parameters." + parameter));
          }
        }
      }
    }
    return different;
  }

  private static void addDifferentOfPlace(SlotAs before, SlotAs after, Set<Setting> different) {
    Map<String, Object> was = ofPlace(before);
    ofPlace(after)
        .forEach(
            (name, value) -> {
              if (!value.equals(was.get(name))) {
                different.add(new Setting(null, name));
              }
            });
  }

  /// Everything in a document that is not of an application, by the path that people write it at.
  private static Map<String, Object> ofPlace(SlotAs slot) {
    Map<String, Object> values = new HashMap<>();
    values.put("fleet", slot.settings().place().fleet());
    values.put("displayName", slot.displayName());
    values.put("timeZone", slot.timeZone());
    SiteTimes times = slot.settings().timesInForce();
    SiteTimes.KINDS.forEach((path, kind) -> values.put(path, kind.apply(times)));
    values.put(
        LineRules.PATH, slot.settings().lineInForce().map(LineRules::bandwidth).orElse(List.of()));
    return values;
  }

  private static Map<Name, Resolved.Application> byName(@Nullable Resolved resolved) {
    Map<Name, Resolved.Application> all = new TreeMap<>();
    if (resolved != null) {
      resolved.applications().forEach(application -> all.put(application.name(), application));
    }
    return all;
  }

  private static Set<Problem> problems(Resolved resolved, ParameterCheck check) {
    Set<Problem> problems = new LinkedHashSet<>();
    for (Trouble trouble : resolved.troubles()) {
      problems.add(
          new Problem(trouble.where(), trouble.value(), trouble.words(), trouble.isMeant()));
    }
    for (Resolved.Application application : resolved.applications()) {
      Digest release = application.release().release();
      application
          .parameters()
          .forEach(
              (name, trail) -> {
                String value = trail.value();
                String fix = value == null ? null : check.problem(release, name, value);
                if (value != null && fix != null) {
                  Resolved.Link last = trail.links().getLast();
                  problems.add(
                      new Problem(
                          last.object()
                              + (last.detail().isEmpty() ? "" : " " + last.detail())
                              + " parameters."
                              + application.name()
                              + "."
                              + name,
                          value,
                          fix,
                          false));
                }
              });
    }
    return problems;
  }

  /// What would not work and did before; null when all does.
  @Nullable Reason refusal() {
    for (Map.Entry<Problem, Places> entry : fresh.entrySet()) {
      Problem problem = entry.getKey();
      return new Reason.InputInvalid(
          problem.where(),
          problem.value(),
          problem.words()
              + " (on "
              + counted(entry.getValue().count())
              + ": "
              + entry.getValue()
              + ")");
    }
    return null;
  }

  /// What does not work and did not before, and what is left out as was asked.
  List<String> warnings() {
    return words(problem -> true);
  }

  /// What does not work, did not before, and was not meant so.
  List<String> faults() {
    return words(problem -> !problem.isMeant());
  }

  private List<String> words(Predicate<Problem> which) {
    List<String> warnings = new ArrayList<>();
    old.forEach(
        (problem, places) -> {
          if (which.test(problem)) {
            warnings.add(
                problem.where()
                    + ": '"
                    + problem.value()
                    + "': "
                    + problem.words()
                    + " (on "
                    + counted(places.count())
                    + ": "
                    + places
                    + ")");
          }
        });
    return warnings;
  }

  private static String counted(long slots) {
    return slots == 1 ? "1 slot" : slots + " slots";
  }

  Reach reach() {
    List<SettingReach> all = new ArrayList<>();
    settings.forEach(
        (setting, places) ->
            all.add(
                new SettingReach(
                    setting.application(), setting.name(), places.count(), places.first())));
    return new Reach(looked, changed, all);
  }
}
