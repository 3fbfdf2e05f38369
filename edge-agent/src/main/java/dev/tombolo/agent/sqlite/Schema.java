package dev.tombolo.agent.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// The tables of `agent.db`, and how an older database becomes a newer one. `PRAGMA user_version`
/// counts the migrations that have run.
final class Schema {
  /// One entry a version; never changed once released, only followed by others.
  private static final List<List<String>> MIGRATIONS =
      List.of(
          List.of(
              """
              CREATE TABLE enrolment (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                device TEXT NOT NULL, fleet TEXT NOT NULL, site TEXT NOT NULL, slot TEXT NOT NULL,
                root_key TEXT NOT NULL, publisher_root TEXT NOT NULL,
                document_certificate TEXT NOT NULL,
                epoch INTEGER NOT NULL, history TEXT NOT NULL,
                links TEXT NOT NULL, https TEXT NOT NULL, incarnation TEXT NOT NULL) STRICT
              """,
              """
              CREATE TABLE mark (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                connects INTEGER NOT NULL, time_floor INTEGER NOT NULL,
                document_certificate TEXT NOT NULL,
                next_sequence INTEGER NOT NULL, acked_through INTEGER NOT NULL) STRICT
              """,
              """
              CREATE TABLE link (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                open INTEGER NOT NULL, since_wall INTEGER NOT NULL, cause TEXT) STRICT
              """,
              """
              CREATE TABLE security_floor (
                application TEXT PRIMARY KEY, floor INTEGER NOT NULL) STRICT
              """,
              """
              CREATE TABLE document (
                stage TEXT PRIMARY KEY CHECK (stage IN ('held', 'pending')),
                envelope TEXT NOT NULL) STRICT
              """,
              """
              CREATE TABLE section (
                digest TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL) STRICT
              """,
              """
              CREATE TABLE publisher_root (
                version INTEGER PRIMARY KEY, envelope TEXT NOT NULL) STRICT
              """,
              """
              CREATE TABLE release (digest TEXT PRIMARY KEY, envelope TEXT NOT NULL) STRICT
              """,
              """
              CREATE TABLE application (
                name TEXT PRIMARY KEY, state TEXT NOT NULL, since_wall INTEGER NOT NULL) STRICT
              """,
              """
              CREATE TABLE workload (
                name TEXT PRIMARY KEY, what TEXT NOT NULL, boot_id TEXT NOT NULL,
                pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL, exits INTEGER NOT NULL) STRICT
              """,
              """
              CREATE TABLE outbox (
                sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, channel TEXT,
                bytes INTEGER NOT NULL, boot_id TEXT NOT NULL, wall INTEGER NOT NULL,
                monotonic INTEGER NOT NULL, body TEXT NOT NULL) STRICT
              """,
              """
              CREATE TABLE status (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                state TEXT NOT NULL, wall INTEGER NOT NULL) STRICT
              """),
          List.of(
              "ALTER TABLE mark ADD COLUMN commits INTEGER NOT NULL DEFAULT 0",
              """
              CREATE TABLE damage (
                id INTEGER PRIMARY KEY CHECK (id = 1), reason TEXT NOT NULL) STRICT
              """),
          // What the hub said about the time, and the permit of the last switch.
          List.of(
              "ALTER TABLE mark ADD COLUMN heard_boot TEXT",
              "ALTER TABLE mark ADD COLUMN heard_monotonic INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE mark ADD COLUMN heard_said INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE mark ADD COLUMN heard_wall INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE application ADD COLUMN permit TEXT"),
          List.of(
              """
              CREATE TABLE kit (
                id INTEGER PRIMARY KEY CHECK (id = 1), kit TEXT NOT NULL,
                created INTEGER NOT NULL, revision INTEGER NOT NULL,
                manifest TEXT NOT NULL) STRICT
              """));

  static final int VERSION = MIGRATIONS.size();

  /// The version from which on `mark.commits` counts.
  static final int COUNTS_COMMITS_SINCE = 2;

  private Schema() {}

  static int versionOf(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /// Each migration and its version are one transaction.
  static void migrate(Connection connection) throws SQLException {
    for (int version = versionOf(connection); version < VERSION; version++) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        for (String sql : MIGRATIONS.get(version)) {
          statement.executeUpdate(sql);
        }
        statement.executeUpdate("PRAGMA user_version = " + (version + 1));
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }
}
