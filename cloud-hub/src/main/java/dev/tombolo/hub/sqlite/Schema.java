package dev.tombolo.hub.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// The tables, and how an older database becomes a newer one. `PRAGMA user_version` counts the
/// migrations that ran. To change a table, append a migration; never edit one that was released.
final class Schema {
  /// SQLite 3.35 brought RETURNING, 3.37 STRICT tables.
  private static final int SQLITE_MINOR_MIN = 37;

  private static final List<List<String>> MIGRATIONS =
      List.of(
          version1(),
          version2(),
          version3(),
          version4(),
          version5(),
          version6(),
          version7(),
          version8(),
          version9(),
          version10(),
          version11(),
          version12(),
          version13());

  /// The version from which on `history.commits` counts.
  static final int COUNTS_COMMITS_SINCE = 4;

  private Schema() {}

  static int newest() {
    return MIGRATIONS.size();
  }

  /// @throws DataFolderRefused when a newer hub wrote the database, or SQLite is too old
  static void mustBeKnown(Connection connection, String file) throws SQLException {
    checkLibrary(connection);
    int version = versionOf(connection);
    if (version > newest()) {
      throw new DataFolderRefused(
          file
              + " was written by a newer tombolo (schema "
              + version
              + ", this one knows "
              + newest()
              + "); run that version, or start with another --data folder");
    }
  }

  /// Of a database that is known.
  ///
  /// @return whether a database that did not count its commits does so from now on
  static boolean migrate(Connection connection) throws SQLException {
    int version = versionOf(connection);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (int next = version; next < newest(); next++) {
        for (String sql : MIGRATIONS.get(next)) {
          statement.execute(sql);
        }
        statement.execute("PRAGMA user_version = " + (next + 1));
      }
      // All at once: a new database whose log was cut half-way through this has no table at all.
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
    return version > 0 && version < COUNTS_COMMITS_SINCE;
  }

  private static void checkLibrary(Connection connection) throws SQLException {
    String version = text(connection, "SELECT sqlite_version()");
    String[] parts = version.split("\\.");
    if (Integer.parseInt(parts[0]) != 3 || Integer.parseInt(parts[1]) < SQLITE_MINOR_MIN) {
      throw new DataFolderRefused(
          "SQLite " + version + " is too old; this program needs 3." + SQLITE_MINOR_MIN);
    }
  }

  private static int versionOf(Connection connection) throws SQLException {
    return Integer.parseInt(text(connection, "PRAGMA user_version"));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private static List<String> version1() {
    return List.of(
        "CREATE TABLE history (epoch INTEGER NOT NULL, id TEXT NOT NULL) STRICT",
        "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
        """
        CREATE TABLE fleets (
          name TEXT PRIMARY KEY, display_name TEXT NOT NULL, labels TEXT NOT NULL,
          protected INTEGER NOT NULL, parameters TEXT NOT NULL,
          id TEXT NOT NULL, generation INTEGER NOT NULL,
          changed_millis INTEGER NOT NULL, changed_by TEXT NOT NULL) STRICT""",
        """
        CREATE TABLE sites (
          name TEXT PRIMARY KEY, fleet TEXT NOT NULL, display_name TEXT NOT NULL,
          labels TEXT NOT NULL, time_zone TEXT NOT NULL, region TEXT NOT NULL,
          contact TEXT NOT NULL, parameters TEXT NOT NULL,
          id TEXT NOT NULL, generation INTEGER NOT NULL,
          changed_millis INTEGER NOT NULL, changed_by TEXT NOT NULL) STRICT""",
        "CREATE INDEX sites_of_fleet ON sites (fleet)",
        """
        CREATE TABLE slots (
          site TEXT NOT NULL, name TEXT NOT NULL, display_name TEXT NOT NULL,
          labels TEXT NOT NULL, parameters TEXT NOT NULL,
          id TEXT NOT NULL, generation INTEGER NOT NULL,
          changed_millis INTEGER NOT NULL, changed_by TEXT NOT NULL,
          PRIMARY KEY (site, name)) STRICT""",
        """
        CREATE TABLE applications (
          fleet TEXT NOT NULL, name TEXT NOT NULL, display_name TEXT NOT NULL,
          labels TEXT NOT NULL, parameters TEXT NOT NULL, release TEXT,
          id TEXT NOT NULL, generation INTEGER NOT NULL,
          changed_millis INTEGER NOT NULL, changed_by TEXT NOT NULL,
          PRIMARY KEY (fleet, name)) STRICT""",
        // An empty site or slot means the whole fleet or site.
        """
        CREATE TABLE assignments (
          fleet TEXT NOT NULL, site TEXT NOT NULL, slot TEXT NOT NULL,
          application TEXT NOT NULL, version TEXT NOT NULL, release TEXT NOT NULL,
          changed_millis INTEGER NOT NULL, changed_by TEXT NOT NULL,
          PRIMARY KEY (fleet, site, slot, application)) STRICT""",
        """
        CREATE TABLE publisher_roots (
          version INTEGER PRIMARY KEY, payload TEXT NOT NULL, envelope TEXT NOT NULL,
          trusted_millis INTEGER NOT NULL, trusted_by TEXT NOT NULL) STRICT""",
        """
        CREATE TABLE releases (
          digest TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL,
          kind TEXT NOT NULL, envelope TEXT NOT NULL, fleets TEXT NOT NULL,
          security_floor INTEGER NOT NULL, files TEXT NOT NULL, bytes INTEGER NOT NULL,
          pushed_millis INTEGER NOT NULL, pushed_by TEXT NOT NULL,
          UNIQUE (name, version)) STRICT""",
        """
        CREATE TABLE tokens (
          id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL, fleet TEXT NOT NULL,
          site TEXT, slot TEXT, replaces TEXT, uses INTEGER NOT NULL,
          created_millis INTEGER NOT NULL, created_by TEXT NOT NULL,
          expires_millis INTEGER NOT NULL, revoked_millis INTEGER) STRICT""",
        """
        CREATE TABLE token_uses (
          token TEXT NOT NULL, key TEXT NOT NULL, device TEXT NOT NULL, millis INTEGER NOT NULL,
          PRIMARY KEY (token, key)) STRICT""",
        """
        CREATE TABLE devices (
          id TEXT PRIMARY KEY, key TEXT NOT NULL, site TEXT NOT NULL, slot TEXT NOT NULL,
          standing TEXT NOT NULL, standing_reason TEXT, standing_since INTEGER NOT NULL,
          enrolled_millis INTEGER NOT NULL, token TEXT NOT NULL, facts TEXT NOT NULL) STRICT""",
        // The database itself keeps a slot to one live key.
        """
        CREATE UNIQUE INDEX holders ON devices (site, slot) WHERE standing = 'active'""",
        """
        CREATE TABLE certificates (
          serial TEXT PRIMARY KEY, device TEXT NOT NULL, csr TEXT NOT NULL, key TEXT NOT NULL,
          not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
          generation TEXT NOT NULL, pem TEXT NOT NULL) STRICT""",
        """
        CREATE UNIQUE INDEX live_certificates ON certificates (device, generation)
          WHERE generation <> 'superseded'""",
        """
        CREATE TABLE documents (
          device TEXT PRIMARY KEY, history TEXT NOT NULL, revision INTEGER NOT NULL,
          issued_millis INTEGER NOT NULL, manifest TEXT NOT NULL, payload TEXT NOT NULL,
          releases TEXT NOT NULL) STRICT""",
        """
        CREATE TABLE held_documents (
          device TEXT PRIMARY KEY, manifest TEXT NOT NULL, revision INTEGER NOT NULL,
          millis INTEGER NOT NULL) STRICT""",
        """
        CREATE TABLE presences (
          device TEXT PRIMARY KEY, boot_id TEXT NOT NULL, connect INTEGER NOT NULL,
          online INTEGER NOT NULL, seen_millis INTEGER NOT NULL, remote TEXT NOT NULL,
          agent_version TEXT NOT NULL) STRICT""",
        """
        CREATE TABLE outbox_marks (
          device TEXT NOT NULL, incarnation TEXT NOT NULL, through INTEGER NOT NULL,
          taken_millis INTEGER NOT NULL,
          PRIMARY KEY (device, incarnation)) STRICT, WITHOUT ROWID""",
        """
        CREATE TABLE device_states (
          device TEXT PRIMARY KEY, incarnation TEXT NOT NULL, sequence INTEGER NOT NULL,
          hub_millis INTEGER NOT NULL, wall_millis INTEGER NOT NULL,
          releases TEXT NOT NULL, body TEXT NOT NULL) STRICT""",
        """
        CREATE TABLE results (
          id INTEGER PRIMARY KEY, device TEXT NOT NULL, incarnation TEXT NOT NULL,
          sequence INTEGER NOT NULL, hub_millis INTEGER NOT NULL, wall_millis INTEGER NOT NULL,
          channel TEXT NOT NULL, json TEXT NOT NULL) STRICT""",
        "CREATE INDEX results_of_device ON results (device, id)",
        """
        CREATE TABLE happened (
          id INTEGER PRIMARY KEY, device TEXT NOT NULL, incarnation TEXT NOT NULL,
          sequence INTEGER NOT NULL, hub_millis INTEGER NOT NULL, wall_millis INTEGER NOT NULL,
          what TEXT NOT NULL, application TEXT, release TEXT, detail TEXT NOT NULL) STRICT""",
        "CREATE INDEX happened_to_device ON happened (device, id)",
        """
        CREATE TABLE users (
          name TEXT PRIMARY KEY, token_hash TEXT NOT NULL, created_millis INTEGER NOT NULL,
          created_by TEXT NOT NULL, revoked_millis INTEGER) STRICT""",
        """
        CREATE TABLE audit (
          sequence INTEGER PRIMARY KEY, millis INTEGER NOT NULL, principal TEXT NOT NULL,
          action TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
          previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT""",
        """
        CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
          BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
        """
        CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
          BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""");
  }

  /// Bounds: rows in blocks that go together, and indexes for what is looked for.
  private static List<String> version2() {
    return List.of(
        """
        CREATE TABLE row_blocks (
          log TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
          bytes INTEGER NOT NULL, taken_millis INTEGER NOT NULL,
          PRIMARY KEY (log, first)) STRICT, WITHOUT ROWID""",
        // Rows were numbered without gaps, and none was ever dropped.
        """
        INSERT INTO row_blocks
          SELECT 'results', min(id), max(id), sum(256 + length(CAST(json AS BLOB))),
              max(hub_millis)
            FROM results GROUP BY (id - 1) / 100""",
        """
        INSERT INTO row_blocks
          SELECT 'events', min(id), max(id), sum(320 + length(CAST(detail AS BLOB))),
              max(hub_millis)
            FROM happened GROUP BY (id - 1) / 100""",
        """
        DELETE FROM outbox_marks WHERE (device, incarnation) IN (
          SELECT device, incarnation FROM (
            SELECT device, incarnation, row_number()
                OVER (PARTITION BY device ORDER BY taken_millis DESC) AS age
              FROM outbox_marks)
            WHERE age > 8)""",
        """
        CREATE INDEX ended_certificates ON certificates (not_after)
          WHERE generation = 'superseded'""",
        "CREATE INDEX current_certificates ON certificates (device) WHERE generation = 'current'",
        // Lists, page by page, in their order.
        "CREATE UNIQUE INDEX sites_by_name ON sites (fleet, name)",
        "DROP INDEX sites_of_fleet",
        "CREATE INDEX devices_by_place ON devices (site, slot, id)",
        "CREATE INDEX assignments_of_site ON assignments (site, fleet)",
        "CREATE INDEX releases_by_time ON releases (pushed_millis DESC, name, version)",
        "CREATE INDEX tokens_by_time ON tokens (created_millis DESC, id)",
        "CREATE INDEX results_of_channel ON results (channel, id)");
  }

  /// Sync policies, and who gave each value.
  private static List<String> version5() {
    return List.of(
        """
        CREATE TABLE sync_policies (
          fleet TEXT NOT NULL, application TEXT NOT NULL, policies TEXT NOT NULL,
          PRIMARY KEY (fleet, application)) STRICT, WITHOUT ROWID""",
        // An object is its title: `site store-117`.
        """
        CREATE TABLE given_values (
          object TEXT PRIMARY KEY, given TEXT NOT NULL) STRICT, WITHOUT ROWID""");
  }

  /// Where devices share within their site.
  private static List<String> version6() {
    return List.of(
        "ALTER TABLE presences ADD COLUMN lan TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE presences ADD COLUMN lan_millis INTEGER NOT NULL DEFAULT 0");
  }

  /// When a site may download and switch, and for whom a person has lifted that.
  private static List<String> version7() {
    return List.of(
        "ALTER TABLE sites ADD COLUMN times TEXT NOT NULL DEFAULT ''",
        """
        CREATE TABLE window_lifts (
          site TEXT NOT NULL, slot TEXT NOT NULL, until_millis INTEGER NOT NULL,
          lifted_millis INTEGER NOT NULL, lifted_by TEXT NOT NULL,
          PRIMARY KEY (site, slot)) STRICT, WITHOUT ROWID""");
  }

  /// How often it was committed to.
  private static List<String> version4() {
    return List.of("ALTER TABLE history ADD COLUMN commits INTEGER NOT NULL DEFAULT 0");
  }

  /// Rollouts.
  private static List<String> version8() {
    return List.of(
        """
        CREATE TABLE rollouts (
          id INTEGER PRIMARY KEY, fleet TEXT NOT NULL, application TEXT NOT NULL,
          record TEXT NOT NULL, counts TEXT NOT NULL) STRICT""",
        "CREATE INDEX rollouts_of_fleet ON rollouts (fleet, id)",
        // Slots in their order, a line each; waves a character each.
        """
        CREATE TABLE rollout_blocks (
          rollout INTEGER NOT NULL, first INTEGER NOT NULL, first_slot TEXT NOT NULL,
          last_slot TEXT NOT NULL, slots TEXT NOT NULL, waves TEXT NOT NULL,
          PRIMARY KEY (rollout, first)) STRICT""",
        "CREATE INDEX rollout_blocks_by_slot ON rollout_blocks (rollout, first_slot, last_slot)",
        """
        CREATE INDEX audit_of_rollouts ON audit (subject, sequence)
          WHERE substr(action, 1, 8) = 'rollout-'""",
        """
        CREATE TABLE rollout_members (
          rollout INTEGER NOT NULL, member INTEGER NOT NULL, wave INTEGER NOT NULL,
          phase INTEGER NOT NULL, granted INTEGER NOT NULL, prior INTEGER NOT NULL,
          holder INTEGER NOT NULL, life INTEGER NOT NULL, reason TEXT,
          PRIMARY KEY (rollout, member)) STRICT, WITHOUT ROWID""");
  }

  /// Rollouts by the name that they were applied under; what comes out of Git.
  private static List<String> version9() {
    return List.of(
        """
        CREATE TABLE git_sources (
          fleet TEXT NOT NULL, application TEXT NOT NULL, source TEXT NOT NULL,
          PRIMARY KEY (fleet, application)) STRICT, WITHOUT ROWID""",
        """
        CREATE TABLE git_states (
          fleet TEXT NOT NULL, application TEXT NOT NULL, state TEXT NOT NULL,
          PRIMARY KEY (fleet, application)) STRICT, WITHOUT ROWID""",
        "CREATE INDEX rollouts_by_name ON rollouts (json_extract(record, '$.origin.name'), id)");
  }

  /// What releases need of each other, how fast sites' lines were, and windows of whole fleets.
  private static List<String> version10() {
    return List.of(
        "ALTER TABLE releases ADD COLUMN needs TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE fleets ADD COLUMN times TEXT NOT NULL DEFAULT ''",
        """
        CREATE TABLE line_rates (
          site TEXT PRIMARY KEY, bytes_per_second INTEGER NOT NULL, samples INTEGER NOT NULL,
          measured_millis INTEGER NOT NULL) STRICT, WITHOUT ROWID""");
  }

  /// How devices use their site's line, and whose downloads a person has paused.
  private static List<String> version11() {
    return List.of(
        "ALTER TABLE fleets ADD COLUMN line TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE sites ADD COLUMN line TEXT NOT NULL DEFAULT ''",
        // Without a slot it is the whole site.
        """
        CREATE TABLE transfer_pauses (
          site TEXT NOT NULL, slot TEXT NOT NULL, since_millis INTEGER NOT NULL,
          paused_by TEXT NOT NULL, why TEXT NOT NULL,
          PRIMARY KEY (site, slot)) STRICT, WITHOUT ROWID""");
  }

  /// What each device's agent knows.
  private static List<String> version12() {
    return List.of("ALTER TABLE presences ADD COLUMN features TEXT NOT NULL DEFAULT ''");
  }

  /// Devices that a rollout is not about any more.
  private static List<String> version13() {
    return List.of("ALTER TABLE rollout_members ADD COLUMN outside INTEGER NOT NULL DEFAULT 0");
  }

  /// Backups, and what a restored hub has lost.
  private static List<String> version3() {
    return List.of(
        "ALTER TABLE outbox_marks ADD COLUMN begun INTEGER NOT NULL DEFAULT -1",
        "ALTER TABLE outbox_marks ADD COLUMN backed_up INTEGER NOT NULL DEFAULT -1",
        "ALTER TABLE history ADD COLUMN backup_millis INTEGER",
        "ALTER TABLE history ADD COLUMN restored_millis INTEGER",
        """
        CREATE TABLE backups (
          number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, begun_millis INTEGER NOT NULL,
          done_millis INTEGER, archive TEXT) STRICT""",
        """
        CREATE TABLE strangers (
          device TEXT PRIMARY KEY, revoked INTEGER NOT NULL, serial TEXT NOT NULL,
          key TEXT NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
          remote TEXT NOT NULL, since_millis INTEGER NOT NULL) STRICT""");
  }
}
