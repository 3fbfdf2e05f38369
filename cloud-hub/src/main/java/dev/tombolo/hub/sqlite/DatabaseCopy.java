package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A consistent copy of a hub's database, made beside the running hub, and what is in one.
public final class DatabaseCopy {
  private DatabaseCopy() {}

  /// @param auditHash of the newest line of the audit; empty before the first
  /// @param files digests of all releases' files
  public record Content(
      History history, long devices, long auditSequence, String auditHash, Set<Digest> files) {
    public Content {
      files = Set.copyOf(files);
    }
  }

  /// Copies everything committed so far, compacted; the hub goes on meanwhile.
  ///
  /// @param copy must not exist
  /// @throws StoreFailure when it cannot be read or written, or is damaged
  public static void make(Path database, Path copy) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      statement.execute("VACUUM INTO '" + copy.toString().replace("'", "''") + "'");
    } catch (SQLException e) {
      throw new StoreFailure("cannot copy " + database + ": " + e.getMessage(), e);
    }
  }

  /// Reads a copy through once, so that a damaged one is found before it is needed.
  ///
  /// @throws StoreFailure when it is damaged
  public static Content check(Path copy) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      String verdict = text(statement, "PRAGMA integrity_check(1)");
      if (!verdict.equals("ok")) {
        throw new StoreFailure(copy + " is damaged: " + verdict, new SQLException(verdict));
      }
      Set<Digest> files = new LinkedHashSet<>();
      try (ResultSet rows = statement.executeQuery("SELECT files FROM releases")) {
        while (rows.next()) {
          files.addAll(Columns.digests(rows.getString(1)));
        }
      }
      return new Content(
          history(statement),
          Long.parseLong(text(statement, "SELECT count(*) FROM devices")),
          Long.parseLong(text(statement, "SELECT coalesce(max(sequence), 0) FROM audit")),
          text(statement, "SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1"),
          files);
    } catch (SQLException e) {
      throw new StoreFailure("cannot read " + copy + ": " + e.getMessage(), e);
    }
  }

  /// The history of a database, which may be damaged otherwise; empty when it cannot be read.
  public static List<History> historyOf(Path database) {
    if (!Files.exists(database)) {
      // Opening would make an empty one.
      return List.of();
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      return List.of(history(statement));
    } catch (SQLException e) {
      return List.of();
    }
  }

  private static History history(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT epoch, id FROM history")) {
      if (!row.next()) {
        throw new SQLException("the database has no history");
      }
      return new History(row.getLong(1), row.getString(2));
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }
}
