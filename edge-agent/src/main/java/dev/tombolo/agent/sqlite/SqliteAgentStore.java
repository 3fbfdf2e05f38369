package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// The agent's store in `agent.db`: WAL, `synchronous=FULL`, one transaction a batch. A commit that
/// returned survives a power cut.
public final class SqliteAgentStore implements AgentStore, AutoCloseable {
  private final Path data;
  private final Connection connection;
  private final ChangeWriter writer;
  private final SnapshotReader reader;

  private SqliteAgentStore(Path data, Connection connection) {
    this.data = data;
    this.connection = connection;
    Statements statements = new Statements(connection);
    this.writer = new ChangeWriter(statements);
    this.reader = new SnapshotReader(statements);
  }

  /// True for a folder with a device that has enrolled; an enrolment that broke off does not count.
  public static boolean hasDevice(Path data) throws IOException {
    if (!java.nio.file.Files.exists(data.resolve(DatabaseFile.NAME))) {
      return false;
    }
    try (Connection connection = DatabaseFile.openToRead(data)) {
      return DatabaseFile.hasDevice(connection);
    } catch (SQLException e) {
      throw unusable(data, e);
    }
  }

  /// Opens the database of a device that has enrolled.
  ///
  /// @throws IOException when it has not, or the database cannot be used; says what to do
  public static SqliteAgentStore open(Path data) throws IOException {
    if (!hasDevice(data)) {
      throw new IOException(
          data + " holds no enrolled device; run: tombolo-agent enroll --token T --data " + data);
    }
    return connect(data);
  }

  /// Makes the database of a device that has just enrolled. Done again, it changes nothing.
  public static SqliteAgentStore create(Path data, Enrolment enrolment) throws IOException {
    SqliteAgentStore store = connect(data);
    try {
      store.execute("BEGIN IMMEDIATE");
      store.writer.enrolled(enrolment);
      store.execute("COMMIT");
      return store;
    } catch (SQLException e) {
      store.close();
      throw unusable(data, e);
    }
  }

  private static SqliteAgentStore connect(Path data) throws IOException {
    try {
      return new SqliteAgentStore(data, DatabaseFile.openToWrite(data));
    } catch (SQLException e) {
      throw unusable(data, e);
    }
  }

  private static IOException unusable(Path data, SQLException cause) {
    return new IOException(
        data.resolve(DatabaseFile.NAME) + " cannot be used: " + cause.getMessage(), cause);
  }

  @Override
  public AgentSnapshot load() throws StoreException {
    try {
      return reader.read();
    } catch (SQLException e) {
      throw failed(e);
    } catch (MalformedException e) {
      throw new StoreException(e.reason(), e);
    }
  }

  @Override
  public void commit(List<AgentChange> changes) throws StoreException {
    if (changes.isEmpty()) {
      return;
    }
    try {
      execute("BEGIN IMMEDIATE");
      for (AgentChange change : changes) {
        writer.write(change);
      }
      execute("COMMIT");
    } catch (SQLException e) {
      giveUp();
      throw failed(e);
    }
  }

  private void giveUp() {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      // On a full disk SQLite may have done so by itself: then there is nothing to roll back. If it
      // is anything else, the next commit shows whether it lasts.
    }
  }

  /// Transactions are begun and ended in SQL. The driver's own notion of them goes wrong when the
  /// database ends one by itself: what follows would be written without one, row by row.
  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// @throws UncheckedIOException when the database cannot be read: no row may be taken for sent
  @Override
  public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
    try {
      return reader.rowsAfter(sequence, rowsMax, bytesMax);
    } catch (SQLException e) {
      throw new UncheckedIOException(unusable(data, e));
    }
  }

  /// For tests: a disk with room for so many pages.
  void limitPages(int pages) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA max_page_count = " + pages);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private StoreException failed(SQLException cause) {
    Reason reason = DatabaseFile.reasonOf(cause, data);
    return new StoreException(reason, cause);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // What was committed is durable; nothing else matters now.
    }
  }
}
