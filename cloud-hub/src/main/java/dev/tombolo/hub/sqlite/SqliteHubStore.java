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
import java.util.function.Consumer;

/// The hub's state in one SQLite file, in WAL mode with `synchronous=FULL`: what is committed has
/// been fsynced. One connection, one writer thread; [SqliteViews] reads beside it.
public final class SqliteHubStore implements HubStore {
  private static final int HISTORY_ID_BYTES = 16;

  /// WAL pages before a commit also moves them into the database: 16 MiB.
  private static final int CHECKPOINT_PAGES = 4_096;

  private final Connection connection;
  private final Writes writes;
  private final SqliteBatch batch;
  private final CommitCount count;
  private final Consumer<DatabaseDamaged> alarm;
  private volatile boolean isDamaged;

  private SqliteHubStore(Connection connection, CommitCount count, Consumer<DatabaseDamaged> alarm)
      throws SQLException {
    this.connection = connection;
    this.count = count;
    this.alarm = alarm;
    this.writes = new Writes(connection);
    this.batch = new SqliteBatch(commits(connection));
  }

  /// As below, for who runs no hub on it.
  public static SqliteHubStore open(Path file) {
    return open(file, damaged -> {});
  }

  /// Opens or makes the database. One that is there is read through first, in [StartCheck#LIMIT].
  ///
  /// @param alarm told when the database turns out to be damaged while it is in use; from then on
  ///   nothing is read from it, and no change written to it
  /// @throws DatabaseDamaged when it is damaged
  /// @throws DataFolderRefused when a newer program wrote it
  /// @throws StoreFailure when it cannot be read or written
  public static SqliteHubStore open(Path file, Consumer<DatabaseDamaged> alarm) {
    Connection connection = null;
    try {
      connection = DriverManager.getConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 5000");
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
      }
      // What a newer program wrote is not for us to judge.
      Schema.mustBeKnown(connection, file.toString());
      CommitCount count = CommitCount.beside(file);
      StartCheck.check(connection, count);
      boolean isMigrated = Schema.migrate(connection);
      beginHistory(connection);
      if (isMigrated) {
        // What was noted may be of a database that counted, and stood here before.
        count.note(commits(connection));
      }
      return new SqliteHubStore(connection, count, alarm);
    } catch (SQLException e) {
      closeQuietly(connection);
      if (DatabaseDamaged.isIn(e)) {
        throw new DatabaseDamaged(String.valueOf(e.getMessage()));
      }
      throw new StoreFailure("cannot open " + file + ": " + e.getMessage(), e);
    } catch (DataFolderRefused | DatabaseDamaged e) {
      closeQuietly(connection);
      throw e;
    }
  }

  @Override
  public HubState load() {
    refuseIfDamaged();
    try {
      endSessions();
      return new Loading(connection).load();
    } catch (SQLException e) {
      throw failure("cannot read the database", e);
    } catch (Columns.Unreadable e) {
      damaged(new DatabaseDamaged("a row does not read: " + e.getMessage()));
      throw new StoreFailure("cannot read the database: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // A fault of this program, which no backup mends.
      throw new StoreFailure("cannot read the database: " + e.getMessage(), e);
    }
  }

  private StoreFailure failure(String what, SQLException cause) {
    if (DatabaseDamaged.isIn(cause)) {
      damaged(new DatabaseDamaged(String.valueOf(cause.getMessage())));
    }
    return new StoreFailure(what + ": " + cause.getMessage(), cause);
  }

  /// Whoever finds it: this one, or who reads beside it.
  public void damaged(DatabaseDamaged damage) {
    isDamaged = true;
    alarm.accept(damage);
  }

  private static long commits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT commits FROM history")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  @Override
  public Batch begin() {
    refuseIfDamaged();
    batch.begin();
    return batch;
  }

  private void refuseIfDamaged() {
    if (isDamaged) {
      throw new StoreFailure("the database is damaged", new IllegalStateException());
    }
  }

  @Override
  public void close() {
    try {
      count.close();
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
  private final class SqliteBatch implements Batch {
    private boolean isMarked;
    private long commits;

    SqliteBatch(long commits) {
      this.commits = commits;
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
        throw failure("cannot write", e);
      }
    }

    @Override
    public void rollbackToSavepoint() {
      run("ROLLBACK TO event");
    }

    @Override
    public void commit() {
      refuseIfDamaged();
      run("UPDATE history SET commits = commits + 1");
      run("COMMIT");
      commits++;
      count.note(commits);
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
        throw failure(sql + " failed", e);
      }
    }
  }
}
