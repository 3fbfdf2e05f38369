package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Reads the database beside its writer. WAL lets each read see the last commit without waiting for
/// the next. A few connections are kept open; a reader waits when all are in use.
public final class SqliteViews implements HubViews {
  private static final int CONNECTIONS = 3;

  private final ArrayBlockingQueue<Connection> idle = new ArrayBlockingQueue<>(CONNECTIONS);

  private SqliteViews() {}

  /// @param file made by [SqliteHubStore]
  public static SqliteViews open(Path file) {
    SqliteViews views = new SqliteViews();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        views.idle.add(connection);
        try (var statement = connection.createStatement()) {
          statement.execute("PRAGMA busy_timeout = 5000");
          statement.execute("PRAGMA query_only = ON");
        }
      }
      return views;
    } catch (SQLException e) {
      views.close();
      throw new StoreFailure("cannot open " + file + " for reading: " + e.getMessage(), e);
    }
  }

  @Override
  public List<Views.FleetView> fleets() {
    return list(
        """
        SELECT f.*,
            (SELECT count(*) FROM sites s WHERE s.fleet = f.name) AS site_count,
            (SELECT count(*) FROM devices d JOIN sites s ON s.name = d.site
              WHERE s.fleet = f.name AND d.standing = 'active') AS device_count
          FROM fleets f ORDER BY f.name""",
        ViewRows::fleet);
  }

  @Override
  public List<Views.SiteView> sites(Optional<Name> fleet) {
    return list(
        """
        SELECT s.*,
            (SELECT count(*) FROM slots l WHERE l.site = s.name) AS slot_count,
            (SELECT count(*) FROM devices d
              WHERE d.site = s.name AND d.standing = 'active') AS device_count
          FROM sites s WHERE ?1 IS NULL OR s.fleet = ?1 ORDER BY s.name""",
        ViewRows::site,
        fleet.orElse(null));
  }

  @Override
  public List<Views.SlotView> slots(Optional<Name> fleet, Optional<Name> site) {
    return list(
        """
        SELECT l.*, s.fleet AS fleet, d.id AS holder
          FROM slots l JOIN sites s ON s.name = l.site
            LEFT JOIN devices d
              ON d.site = l.site AND d.slot = l.name AND d.standing = 'active'
          WHERE (?1 IS NULL OR s.fleet = ?1) AND (?2 IS NULL OR l.site = ?2)
          ORDER BY l.site, l.name""",
        ViewRows::slot,
        fleet.orElse(null),
        site.orElse(null));
  }

  @Override
  public List<Views.ApplicationView> applications(Optional<Name> fleet) {
    return list(
        "SELECT * FROM applications WHERE ?1 IS NULL OR fleet = ?1 ORDER BY fleet, name",
        ViewRows::application,
        fleet.orElse(null));
  }

  @Override
  public List<Views.AssignmentView> assignments(Optional<Name> fleet) {
    return list(
        """
        SELECT * FROM assignments WHERE ?1 IS NULL OR fleet = ?1
          ORDER BY fleet, site, slot, application""",
        ViewRows::assignment,
        fleet.orElse(null));
  }

  @Override
  public List<Views.ReleaseView> releases() {
    return list(
        "SELECT * FROM releases ORDER BY pushed_millis DESC, name, version", ViewRows::release);
  }

  @Override
  public Optional<String> releaseEnvelope(Digest release) {
    return one("SELECT envelope FROM releases WHERE digest = ?", r -> r.getString(1), release);
  }

  @Override
  public List<Envelope> publisherRoots() {
    return list(
        "SELECT envelope FROM publisher_roots ORDER BY version",
        r -> Columns.json(Envelope.class, r.getString(1)));
  }

  @Override
  public List<Views.TokenView> tokens() {
    return list(
        """
        SELECT t.*, (SELECT count(*) FROM token_uses u WHERE u.token = t.id) AS used
          FROM tokens t ORDER BY t.created_millis DESC, t.id LIMIT 1000""",
        ViewRows::token);
  }

  @Override
  public List<UserRecord> users() {
    return list("SELECT * FROM users ORDER BY name", Loading::user);
  }

  @Override
  public List<Views.DeviceView> devices(
      Optional<Name> fleet, Optional<Name> site, Optional<DeviceId> after, int limit) {
    return list(
        ViewRows.DEVICES
            + """
             WHERE (?1 IS NULL OR s.fleet = ?1) AND (?2 IS NULL OR d.site = ?2)
              AND (?3 IS NULL OR d.id > ?3)
            ORDER BY d.id LIMIT ?4""",
        ViewRows::device,
        fleet.orElse(null),
        site.orElse(null),
        after.orElse(null),
        bounded(limit));
  }

  @Override
  public Optional<Views.DeviceView> device(DeviceId device) {
    return one(ViewRows.DEVICES + " WHERE d.id = ?", ViewRows::device, device);
  }

  @Override
  public List<Stranger> strangers() {
    return list("SELECT * FROM strangers ORDER BY since_millis, device", Loading::stranger);
  }

  @Override
  public History history() {
    return list(
            "SELECT epoch, id FROM history",
            r -> new History(r.getLong("epoch"), r.getString("id")))
        .getFirst();
  }

  @Override
  public Optional<DeviceId> holder(SlotRef slot) {
    return one(
        """
        SELECT id FROM devices WHERE site = ? AND slot = ? AND standing <> 'revoked'
          ORDER BY standing = 'active' DESC, standing_since DESC LIMIT 1""",
        r -> new DeviceId(r.getString(1)),
        slot.site(),
        slot.slot());
  }

  @Override
  public Optional<DeviceCondition> condition(DeviceId device) {
    // One after the other: a query within a query would hold two connections.
    List<Views.AssignmentView> wanted =
        list(
            """
            SELECT a.* FROM assignments a, devices d JOIN sites s ON s.name = d.site
              WHERE d.id = ? AND a.fleet = s.fleet
                AND (a.site = '' OR (a.site = d.site AND (a.slot = '' OR a.slot = d.slot)))
              ORDER BY a.site, a.slot""",
            ViewRows::assignment,
            device);
    return one(ConditionRows.QUERY, r -> ConditionRows.read(r, wanted), device);
  }

  @Override
  public List<Views.ResultView> results(
      long after, Optional<DeviceId> device, Optional<Name> channel, int limit) {
    return results("ASC", after, device, channel, limit);
  }

  @Override
  public List<Views.ResultView> newestResults(
      Optional<DeviceId> device, Optional<Name> channel, int limit) {
    return results("DESC", 0, device, channel, limit).reversed();
  }

  private List<Views.ResultView> results(
      String order, long after, Optional<DeviceId> device, Optional<Name> channel, int limit) {
    // Two statements, so that each has its index.
    String where =
        device.isPresent()
            ? "WHERE r.device = ?2 AND r.id > ?1 AND (?3 IS NULL OR r.channel = ?3)"
            : "WHERE r.id > ?1 AND ?2 IS NULL AND (?3 IS NULL OR r.channel = ?3)";
    return list(
        "SELECT r.*, d.site, d.slot FROM results r JOIN devices d ON d.id = r.device "
            + where
            + " ORDER BY r.id "
            + order
            + " LIMIT ?4",
        ViewRows::result,
        after,
        device.orElse(null),
        channel.orElse(null),
        bounded(limit));
  }

  @Override
  public long lastResult() {
    return number("SELECT max(id) FROM results");
  }

  @Override
  public List<Views.HappenedView> happened(long after, Optional<DeviceId> device, int limit) {
    String where =
        device.isPresent() ? "WHERE device = ?2 AND id > ?1" : "WHERE id > ?1 AND ?2 IS NULL";
    return list(
        "SELECT * FROM happened " + where + " ORDER BY id LIMIT ?3",
        ViewRows::happened,
        after,
        device.orElse(null),
        bounded(limit));
  }

  @Override
  public long lastHappened() {
    return number("SELECT max(id) FROM happened");
  }

  @Override
  public List<AuditRecord> audit(long sequence, int limit) {
    return list(
        "SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence LIMIT ?",
        Loading::audit,
        sequence,
        bounded(limit));
  }

  @Override
  public long lastAudit() {
    return number("SELECT max(sequence) FROM audit");
  }

  @Override
  public Views.Figures figures() {
    return one(
            """
            SELECT (SELECT count(*) FROM fleets), (SELECT count(*) FROM sites),
              (SELECT count(*) FROM slots),
              (SELECT count(*) FROM devices WHERE standing = 'active'),
              (SELECT count(*) FROM devices WHERE standing = 'quarantined'),
              (SELECT count(*) FROM devices WHERE standing = 'revoked'),
              (SELECT count(*) FROM presences WHERE online = 1),
              (SELECT count(*) FROM releases),
              (SELECT coalesce(max(id), 0) FROM results),
              (SELECT coalesce(max(id), 0) FROM happened),
              (SELECT coalesce(max(sequence), 0) FROM audit),
              (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)""",
            ViewRows::figures)
        .orElseThrow(() -> new IllegalStateException("a row of counts is always there"));
  }

  @Override
  public void close() {
    // Readers under way hand their connection back and are not waited for longer than they take.
    for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new StoreFailure("cannot close the database: " + e.getMessage(), e);
      }
    }
  }

  /// Reads the row the cursor stands on.
  interface Row<T> {
    T read(ResultSet r) throws SQLException;
  }

  private long number(String sql) {
    return one(sql, r -> r.getLong(1)).orElse(0L);
  }

  private <T> Optional<T> one(String sql, Row<T> row, @Nullable Object... values) {
    return list(sql, row, values).stream().findFirst();
  }

  private <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    Connection connection = take();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        Object value = values[i];
        switch (value) {
          case null -> statement.setObject(i + 1, null);
          case Long number -> statement.setLong(i + 1, number);
          default -> statement.setString(i + 1, value.toString());
        }
      }
      List<T> rows = new ArrayList<>();
      try (ResultSet r = statement.executeQuery()) {
        while (r.next()) {
          rows.add(row.read(r));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new StoreFailure("cannot read " + Arrays.toString(values) + ": " + e.getMessage(), e);
    } finally {
      idle.add(connection);
    }
  }

  private Connection take() {
    try {
      return idle.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailure("interrupted while waiting to read", e);
    }
  }

  private static long bounded(int limit) {
    return Math.clamp(limit, 1, ROWS_MAX);
  }
}
