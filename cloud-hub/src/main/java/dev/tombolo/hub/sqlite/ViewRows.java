package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.admin.GitStateJson;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the rows of lists.
final class ViewRows {
  private static final String DEVICE_COLUMNS =
      """
      SELECT d.*, s.fleet AS fleet, p.online AS online, p.seen_millis AS seen_millis,
          p.agent_version AS agent_version, o.revision AS revision,
          h.revision AS held_revision, t.body AS body, t.hub_millis AS state_millis,
          c.not_after AS not_after
        FROM\s""";

  private static final String DEVICE_JOINS =
      """

          LEFT JOIN presences p ON p.device = d.id
          LEFT JOIN documents o ON o.device = d.id
          LEFT JOIN held_documents h ON h.device = d.id
          LEFT JOIN device_states t ON t.device = d.id
          LEFT JOIN certificates c ON c.device = d.id AND c.generation = 'current'""";

  /// Sites first, so that a list comes by site and slot from the indexes.
  static final String DEVICES =
      DEVICE_COLUMNS + "sites s CROSS JOIN devices d ON d.site = s.name" + DEVICE_JOINS;

  static final String ONE_DEVICE =
      DEVICE_COLUMNS
          + "devices d CROSS JOIN sites s ON s.name = d.site"
          + DEVICE_JOINS
          + " WHERE d.id = ?";

  private ViewRows() {}

  static Views.ApplicationView application(ResultSet r) throws SQLException {
    String policies = r.getString("policies");
    return new Views.ApplicationView(
        name(r, "name"),
        name(r, "fleet"),
        r.getString("display_name"),
        Columns.texts(r.getString("labels")),
        r.getString("version"),
        policies == null ? 0 : LayerColumns.policies(policies).size(),
        origin(r));
  }

  static Views.GitView git(ResultSet r) throws SQLException {
    String state = r.getString("state");
    return new Views.GitView(
        Loading.name(r, "fleet"),
        Loading.name(r, "application"),
        Columns.read(r.getString("source"), GitStateJson::source),
        state == null ? GitState.NONE : Columns.read(state, GitStateJson::state));
  }

  static Views.FleetView fleet(ResultSet r) throws SQLException {
    return new Views.FleetView(
        name(r, "name"),
        r.getString("display_name"),
        Columns.texts(r.getString("labels")),
        r.getBoolean("protected"),
        Columns.parameters(r.getString("parameters")),
        Columns.times(r.getString("times")),
        Columns.line(r.getString("line")),
        r.getInt("site_count"),
        r.getInt("device_count"),
        origin(r));
  }

  static Views.SiteView site(ResultSet r) throws SQLException {
    return new Views.SiteView(
        name(r, "name"),
        name(r, "fleet"),
        r.getString("display_name"),
        Columns.texts(r.getString("labels")),
        r.getString("time_zone"),
        r.getString("region"),
        r.getString("contact"),
        Columns.parameters(r.getString("parameters")),
        Columns.times(r.getString("times"), r.getString("fleet_times")),
        Columns.line(r.getString("line")),
        r.getInt("slot_count"),
        r.getInt("device_count"),
        origin(r));
  }

  static Views.SlotView slot(ResultSet r) throws SQLException {
    String holder = r.getString("holder");
    return new Views.SlotView(
        new SlotRef(name(r, "site"), name(r, "name")),
        name(r, "fleet"),
        r.getString("display_name"),
        Columns.texts(r.getString("labels")),
        Columns.parameters(r.getString("parameters")),
        holder == null ? null : new DeviceId(holder),
        origin(r));
  }

  static Views.AssignmentView assignment(ResultSet r) throws SQLException {
    return new Views.AssignmentView(
        name(r, "application"),
        name(r, "fleet"),
        Loading.nameOrNull(r.getString("site")),
        Loading.nameOrNull(r.getString("slot")),
        r.getString("version"),
        new Digest(r.getString("release")),
        r.getLong("changed_millis"),
        r.getString("changed_by"),
        Loading.longOrNull(r, "generation"));
  }

  static Views.RunningView running(ResultSet r) throws SQLException {
    return new Views.RunningView(
        new SlotRef(name(r, "site"), name(r, "slot")),
        r.getBoolean("online"),
        r.getString("version"),
        r.getBoolean("ok"),
        r.getBoolean("failed"),
        r.getLong("told"));
  }

  static Views.ReleaseView release(ResultSet r) throws SQLException {
    return new Views.ReleaseView(
        new Digest(r.getString("digest")),
        name(r, "name"),
        r.getString("version"),
        Columns.word(ReleaseManifest.Kind.class, r.getString("kind")),
        Columns.words(r.getString("fleets")),
        r.getLong("security_floor"),
        Columns.words(r.getString("files")).size(),
        r.getLong("bytes"),
        r.getLong("pushed_millis"),
        r.getString("pushed_by"),
        Columns.needs(r.getString("needs")));
  }

  static Views.TokenView token(ResultSet r) throws SQLException {
    return new Views.TokenView(
        r.getString("id"),
        name(r, "fleet"),
        Loading.nameOrNull(r.getString("site")),
        Loading.nameOrNull(r.getString("slot")),
        r.getInt("uses"),
        r.getInt("used"),
        r.getLong("created_millis"),
        r.getString("created_by"),
        r.getLong("expires_millis"),
        Loading.longOrNull(r, "revoked_millis"));
  }

  static Views.DeviceView device(ResultSet r) throws SQLException {
    String body = r.getString("body");
    ReportBody.@Nullable State state = body == null ? null : ConditionRows.stateOf(body);
    DeviceRecord device = Loading.deviceRecord(r);
    String agentVersion = r.getString("agent_version");
    return new Views.DeviceView(
        device.id(),
        name(r, "fleet"),
        device.slot(),
        device.standing(),
        device.standingReason(),
        r.getBoolean("online"),
        r.getLong("seen_millis"),
        device.enrolledMillis(),
        agentVersion == null ? "" : agentVersion,
        state == null || state.facts().isEmpty() ? device.facts() : state.facts(),
        r.getLong("revision"),
        r.getLong("held_revision"),
        state == null ? List.of() : state.applications(),
        state == null ? List.of() : state.reasons(),
        r.getLong("state_millis"),
        r.getLong("not_after"));
  }

  static Views.ResultView result(ResultSet r) throws SQLException {
    return new Views.ResultView(
        r.getLong("id"),
        new DeviceId(r.getString("device")),
        new SlotRef(name(r, "site"), name(r, "slot")),
        r.getString("incarnation"),
        r.getLong("sequence"),
        r.getLong("hub_millis"),
        r.getLong("wall_millis"),
        name(r, "channel"),
        r.getString("json"));
  }

  static Views.HappenedView happened(ResultSet r) throws SQLException {
    String release = r.getString("release");
    return new Views.HappenedView(
        r.getLong("id"),
        new DeviceId(r.getString("device")),
        r.getString("incarnation"),
        r.getLong("sequence"),
        r.getLong("hub_millis"),
        r.getLong("wall_millis"),
        r.getString("what"),
        Loading.nameOrNull(r.getString("application")),
        release == null ? null : new Digest(release),
        r.getString("detail"));
  }

  static Views.Figures figures(ResultSet r) throws SQLException {
    return new Views.Figures(
        r.getLong(1),
        r.getLong(2),
        r.getLong(3),
        r.getLong(4),
        r.getLong(5),
        r.getLong(6),
        r.getLong(7),
        r.getLong(8),
        r.getLong(9),
        r.getLong(10),
        r.getLong(11),
        r.getLong(12));
  }

  private static Views.Origin origin(ResultSet r) throws SQLException {
    return new Views.Origin(
        r.getString("id"),
        r.getLong("generation"),
        r.getLong("changed_millis"),
        r.getString("changed_by"));
  }

  private static Name name(ResultSet r, String column) throws SQLException {
    return new Name(r.getString(column));
  }
}
