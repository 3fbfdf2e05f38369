package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.http.api.AppliedShown;
import dev.tombolo.hub.http.api.FieldChangeRow;
import dev.tombolo.hub.http.api.ObjectChangeRow;
import dev.tombolo.hub.http.api.ReachRow;
import dev.tombolo.hub.http.api.RolloutPlannedRow;
import dev.tombolo.hub.http.api.RolloutPreviewWave;
import dev.tombolo.hub.http.api.SettingReachRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an `apply` changes, in lines for people.
final class AppliedWords {
  private AppliedWords() {}

  /// Every object that differs, with its fields.
  static List<String> differences(AppliedShown applied) {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    for (ObjectChangeRow object : applied.objects()) {
      counts.merge(object.action(), 1, Integer::sum);
      if (object.action().equals("unchanged")) {
        continue;
      }
      lines.add(object.object() + " " + object.action() + generation(object));
      for (FieldChangeRow field : object.fields()) {
        lines.add("  " + field.path() + ": " + change(field));
      }
    }
    List<String> sums = new ArrayList<>();
    counts.forEach((action, count) -> sums.add(count + " " + action));
    lines.add("objects: " + (sums.isEmpty() ? "none" : String.join(", ", sums)));
    return lines;
  }

  /// The rollouts that would begin, wave by wave.
  static List<String> rollouts(AppliedShown applied) {
    List<String> lines = new ArrayList<>();
    for (RolloutPlannedRow rollout : applied.rollouts()) {
      lines.add(
          "rollout "
              + rollout.name()
              + " would begin: "
              + rollout.release()
              + " in fleet "
              + rollout.fleet()
              + ", "
              + Ago.counted(rollout.preview().devices(), "device")
              + " at "
              + Ago.counted(rollout.preview().sites(), "site")
              + ", "
              + Ago.bytes(rollout.preview().bytes())
              + " at the most");
      for (RolloutPreviewWave wave : rollout.preview().waves()) {
        lines.add(
            "  wave "
                + wave.name()
                + ": "
                + Ago.counted(wave.devices(), "device")
                + " at "
                + Ago.counted(wave.sites(), "site")
                + (wave.haveIt() == 0 ? "" : ", " + wave.haveIt() + " have it already"));
      }
    }
    return lines;
  }

  private static String generation(ObjectChangeRow object) {
    return object.action().equals("changed")
        ? " (generation " + (object.generation() - 1) + " -> " + object.generation() + ")"
        : "";
  }

  private static String change(FieldChangeRow field) {
    String before = field.before();
    String after = field.after();
    return before == null
        ? quoted(after) + " (new)"
        : after == null ? quoted(before) + " (removed)" : quoted(before) + " -> " + quoted(after);
  }

  private static String quoted(@Nullable String value) {
    return value == null || value.isEmpty() ? "''" : value;
  }

  /// How many devices get what; nothing when nobody looked.
  static List<String> reach(AppliedShown applied) {
    List<String> lines = new ArrayList<>();
    ReachRow reach = applied.devices();
    if (reach == null) {
      return lines;
    }
    lines.add(
        "devices: " + reach.changed() + " of " + reach.looked() + " in reach get other settings");
    for (SettingReachRow each : reach.settings()) {
      long more = each.devices() - each.first().size();
      lines.add(
          "  "
              + (each.application() == null ? "" : each.application() + " ")
              + each.setting()
              + ": "
              + each.devices()
              + " ("
              + String.join(", ", each.first())
              + (more > 0 ? " and " + more + " more" : "")
              + ")");
    }
    return lines;
  }
}
