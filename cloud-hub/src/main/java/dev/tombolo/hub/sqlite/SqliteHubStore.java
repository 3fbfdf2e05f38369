package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;

/// The hub's state in one SQLite file, in WAL mode with `synchronous=FULL`: what is committed has
/// been fsynced. One connection, one writer thread; [SqliteViews] reads beside it.
public final class SqliteHubStore implements HubStore {
  private static final int HISTORY_ID_BYTES = 16;

  /// WAL pages before a commit also moves them into the database: 16 MiB.
  private static final int CHECKPOINT_PAGES = 4_096;

  private final Connection connection;
  private final Writes writes;
  private final SqliteBatch batch;

  private SqliteHubStore(Connection connection) throws SQLException {
    this.connection = connection;
    this.writes = new Writes(connection);
    this.batch = new SqliteBatch(connection, writes);
  }

  /// Opens or makes the database.
  ///
  /// @throws DataFolderRefused when a newer program wrote it
  /// @throws StoreFailure when it cannot be read or written
  public static SqliteHubStore open(Path file) {
    Connection connection = null;
    try {
      connection = DriverManager.getConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 5000");
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
      }
      Schema.migrate(connection, file.toString());
      beginHistory(connection);
      return new SqliteHubStore(connection);
    } catch (SQLException e) {
      closeQuietly(connection);
      throw new StoreFailure("cannot open " + file + ": " + e.getMessage(), e);
    } catch (DataFolderRefused e) {
      closeQuietly(connection);
      throw e;
    }
  }

  @Override
  public HubState load() {
    try {
      endSessions();
      return new Loading(connection).load();
    } catch (SQLException e) {
      throw new StoreFailure("cannot read the database: " + e.getMessage(), e);
    }
  }

  @Override
  public Batch begin() {
    batch.begin();
    return batch;
  }

  @Override
  public void close() {
    try {
      writes.close();
      connection.close();
    } catch (SQLException e) {
      throw new StoreFailure("cannot close the database: " + e.getMessage(), e);
    }
  }

  /// No line outlives the process that knew it.
  private void endSessions() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean any;
      try (ResultSet row =
          statement.executeQuery("SELECT 1 FROM presences WHERE online = 1 LIMIT 1")) {
        any = row.next();
      }
      if (any) {
        statement.executeUpdate("UPDATE presences SET online = 0 WHERE online = 1");
      }
    }
  }

  private static void beginHistory(Connection connection) throws SQLException {
    byte[] id = new byte[HISTORY_ID_BYTES];
    new SecureRandom().nextBytes(id);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO history (epoch, id) SELECT 1, ? WHERE NOT EXISTS (SELECT 1 FROM history)")) {
      insert.setString(1, HexFormat.of().formatHex(id));
      insert.executeUpdate();
    }
  }

  private static void closeQuietly(@org.jspecify.annotations.Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        // The failure that led here is the one to tell.
      }
    }
  }

  /// The one transaction of the one connection.
  private static final class SqliteBatch implements Batch {
    private final Connection connection;
    private final Writes writes;
    private boolean isMarked;

    SqliteBatch(Connection connection, Writes writes) {
      this.connection = connection;
      this.writes = writes;
    }

    void begin() {
      isMarked = false;
      run("BEGIN IMMEDIATE");
    }

    @Override
    public void savepoint() {
      if (isMarked) {
        run("RELEASE event");
      }
      run("SAVEPOINT event");
      isMarked = true;
    }

    @Override
    public void apply(List<HubChange> changes) {
      try {
        for (HubChange change : changes) {
          if (change instanceof HubChange.Durable durable) {
            writes.write(durable);
          }
        }
      } catch (SQLException e) {
        throw new StoreFailure("cannot write: " + e.getMessage(), e);
      }
    }

    @Override
    public void rollbackToSavepoint() {
      run("ROLLBACK TO event");
    }

    @Override
    public void commit() {
      run("COMMIT");
    }

    @Override
    public void rollback() {
      try (Statement statement = connection.createStatement()) {
        statement.execute("ROLLBACK");
      } catch (SQLException e) {
        // After some failures (disk full, I/O error) SQLite has already rolled back by itself.
      }
    }

    private void run(String sql) {
      try {
        writes.run(sql);
      } catch (SQLException e) {
        throw new StoreFailure(sql + " failed: " + e.getMessage(), e);
      }
    }
  }
}
