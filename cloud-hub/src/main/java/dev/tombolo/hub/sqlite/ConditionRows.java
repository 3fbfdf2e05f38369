package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads everything that says why a device is as it is.
final class ConditionRows {
  static final String QUERY =
      """
      SELECT d.*, s.fleet AS fleet, s.time_zone AS time_zone, s.times AS times,
          (SELECT f.times FROM fleets f WHERE f.name = s.fleet) AS fleet_times,
          w.until_millis AS lifted_until, p.online AS online,
          max(coalesce(p.seen_millis, 0), coalesce(
            (SELECT max(taken_millis) FROM outbox_marks m WHERE m.device = d.id), 0)) AS seen,
          s.line AS line, (SELECT f.line FROM fleets f WHERE f.name = s.fleet) AS fleet_line,
          p.features AS features, p.agent_version AS agent_version,
          t2.since_millis AS paused_since, t2.paused_by AS paused_by, t2.why AS paused_why,
          o.manifest AS manifest, o.revision AS revision,
          (SELECT max(not_after) FROM certificates x WHERE x.device = d.id
            AND x.generation <> 'superseded') AS certified_until,
          t.body AS body, t.hub_millis AS state_millis
        FROM devices d JOIN sites s ON s.name = d.site
          LEFT JOIN window_lifts w ON w.site = d.site AND w.slot = d.slot
          LEFT JOIN transfer_pauses t2 ON t2.site = d.site AND t2.slot = (
            SELECT max(slot) FROM transfer_pauses x
              WHERE x.site = d.site AND x.slot IN ('', d.slot))
          LEFT JOIN presences p ON p.device = d.id
          LEFT JOIN documents o ON o.device = d.id
          LEFT JOIN device_states t ON t.device = d.id
        WHERE d.id = ?""";

  private ConditionRows() {}

  /// @param applications that the device should run
  static DeviceCondition read(ResultSet r, List<Resolved.Application> applications)
      throws SQLException {
    Map<Name, DeviceCondition.Wanted> wanted = new HashMap<>();
    for (Resolved.Application application : applications) {
      wanted.put(
          application.name(),
          new DeviceCondition.Wanted(
              application.release().release(), application.release().version()));
    }
    String manifest = r.getString("manifest");
    String body = r.getString("body");
    return new DeviceCondition(
        Loading.deviceRecord(r),
        r.getBoolean("online"),
        r.getLong("seen"),
        wanted,
        manifest == null ? null : new Digest(manifest),
        r.getLong("revision"),
        body == null ? null : stateOf(body),
        r.getLong("state_millis"),
        plan(r),
        pause(r),
        Objects.requireNonNullElse(r.getString("agent_version"), ""),
        leftOut(r),
        Loading.longOrNull(r, "certified_until"));
  }

  /// As [dev.tombolo.hub.device.PresenceRecord#lacks].
  private static List<String> leftOut(ResultSet r) throws SQLException {
    List<String> features = Columns.words(Objects.requireNonNullElse(r.getString("features"), ""));
    if (features.isEmpty() || features.contains(Features.LINE)) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    if (r.getString("paused_by") != null) {
      words.add("the pause of its downloads");
    }
    boolean isLimited =
        Columns.line(r.getString("line"))
            .map(it -> !it.bandwidth().isEmpty())
            .orElse(isLimited(r.getString("fleet_line")));
    if (isLimited) {
      words.add("the bandwidth of its site");
    }
    return words;
  }

  private static boolean isLimited(@Nullable String line) {
    return line != null && Columns.line(line).filter(it -> !it.bandwidth().isEmpty()).isPresent();
  }

  private static DeviceCondition.@Nullable Plan plan(ResultSet r) throws SQLException {
    SiteTimes times = Columns.times(r.getString("times"), r.getString("fleet_times"));
    return times.isAny()
        ? null
        : new DeviceCondition.Plan(
            r.getString("time_zone"), times, Loading.longOrNull(r, "lifted_until"));
  }

  /// The slot's own counts before its site's.
  private static DeviceCondition.@Nullable Pause pause(ResultSet r) throws SQLException {
    String by = r.getString("paused_by");
    return by == null
        ? null
        : new DeviceCondition.Pause(by, r.getString("paused_why"), r.getLong("paused_since"));
  }

  static ReportBody.State stateOf(String body) {
    if (Columns.json(ReportBody.class, body) instanceof ReportBody.State state) {
      return state;
    }
    throw new IllegalStateException("a device's state is of another kind");
  }
}
