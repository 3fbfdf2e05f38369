package dev.tombolo.hub.http;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.Applied;
import dev.tombolo.hub.http.api.AppliedShown;
import dev.tombolo.hub.http.api.FieldChangeRow;
import dev.tombolo.hub.http.api.ObjectChangeRow;
import dev.tombolo.hub.http.api.ReachRow;
import dev.tombolo.hub.http.api.RolloutPlannedRow;
import dev.tombolo.hub.http.api.SettingReachRow;
import dev.tombolo.protocol.id.Name;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns what an `apply` changed into the rows of the admin API.
final class AppliedRows {
  private AppliedRows() {}

  /// @param more warnings
  static AppliedShown of(
      AdminAnswer.Done done, List<RolloutPlannedRow> rollouts, List<String> more) {
    Applied applied = done.applied();
    return applied == null
        ? new AppliedShown(done.changes(), List.of(), null, rollouts, more)
        : new AppliedShown(
            done.changes(),
            applied.objects().stream().map(AppliedRows::of).toList(),
            applied.reach().looked() < 0 ? null : of(applied.reach()),
            rollouts,
            Stream.concat(applied.warnings().stream(), more.stream()).toList());
  }

  private static ObjectChangeRow of(Applied.ObjectChange change) {
    return new ObjectChangeRow(
        change.object(),
        change.action().word(),
        change.generation(),
        change.fields().stream()
            .map(field -> new FieldChangeRow(field.path(), field.before(), field.after()))
            .toList());
  }

  private static ReachRow of(Applied.Reach reach) {
    return new ReachRow(
        reach.looked(),
        reach.changed(),
        reach.settings().stream()
            .map(
                each ->
                    new SettingReachRow(
                        textOf(each.application()), each.setting(), each.devices(), each.first()))
            .toList());
  }

  private static @Nullable String textOf(@Nullable Name name) {
    return name == null ? null : name.text();
  }
}
