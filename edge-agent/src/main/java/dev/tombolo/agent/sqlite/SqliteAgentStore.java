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
import java.util.List;

/// The agent's store in `agent.db`: WAL, `synchronous=FULL`, one transaction a batch. A commit that
/// returned survives a power cut.
public final class SqliteAgentStore implements AgentStore, AutoCloseable {
  private final Path data;
  private final Connection connection;
  private final Statements statements;
  private final ChangeWriter writer;
  private final SnapshotReader reader;
  private final DiskReserve reserve;

  /// Nothing has been saved since the start: then the reserve may go.
  private boolean starting = true;

  private SqliteAgentStore(Path data, Connection connection) {
    this.data = data;
    this.connection = connection;
    this.statements = new Statements(connection);
    this.writer = new ChangeWriter(statements);
    this.reader = new SnapshotReader(statements);
    this.reserve = new DiskReserve(data);
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
    try {
      return openDevice(data);
    } catch (IOException e) {
      if (e.getCause() instanceof SQLException && new DiskReserve(data).release()) {
        return openDevice(data);
      }
      throw e;
    }
  }

  private static SqliteAgentStore openDevice(Path data) throws IOException {
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
      store.statements.run("BEGIN IMMEDIATE");
      store.writer.enrolled(enrolment);
      store.statements.run("COMMIT");
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

  /// Who this device is.
  ///
  /// @throws IOException when the database cannot be read
  public Enrolment enrolment() throws IOException {
    try {
      return reader.enrolment();
    } catch (SQLException e) {
      statements.forget();
      throw unusable(data, e);
    }
  }

  /// How many applications this device has.
  ///
  /// @throws IOException when the database cannot be read
  public int applicationCount() throws IOException {
    try {
      return reader.applicationCount();
    } catch (SQLException e) {
      statements.forget();
      throw unusable(data, e);
    }
  }

  @Override
  public AgentSnapshot load() throws StoreException {
    try {
      return reader.read();
    } catch (SQLException e) {
      statements.forget();
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
      write(changes);
    } catch (StoreException e) {
      if (!starting || !(e.reason() instanceof Reason.DiskFull) || !reserve.release()) {
        throw e;
      }
      write(changes);
    }
    if (starting) {
      starting = false;
      reserve.restore();
    }
  }

  /// The connection stays in auto-commit, and the transaction is begun and ended by SQL: after some
  /// failures (disk full, I/O error) SQLite rolls back by itself, and the driver's own count of
  /// whether a transaction is open would be wrong from then on.
  private void write(List<AgentChange> changes) throws StoreException {
    try {
      statements.run("BEGIN IMMEDIATE");
      for (AgentChange change : changes) {
        writer.write(change);
      }
      statements.run("COMMIT");
    } catch (SQLException e) {
      giveUp();
      throw failed(e);
    } catch (RuntimeException e) {
      // A damaged row: what it holds is no name or no digest.
      giveUp();
      throw new StoreException(new Reason.IoFailed(file(), String.valueOf(e.getMessage())), e);
    }
  }

  private void giveUp() {
    statements.forget();
    writer.forget();
    try {
      statements.run("ROLLBACK");
    } catch (SQLException e) {
      // SQLite has rolled back by itself. If not, the next BEGIN fails and leads here again.
      statements.forget();
    }
  }

  private String file() {
    return data.resolve(DatabaseFile.NAME).toString();
  }

  /// @throws UncheckedIOException when the database cannot be read: no row may be taken for sent
  @Override
  public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
    try {
      return reader.rowsAfter(sequence, rowsMax, bytesMax);
    } catch (SQLException e) {
      statements.forget();
      throw new UncheckedIOException(unusable(data, e));
    }
  }

  /// For tests: a disk with room for so many pages.
  void limitPages(int pages) {
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA max_page_count = " + pages);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private StoreException failed(SQLException cause) {
    return new StoreException(DatabaseFile.reasonOf(cause, data), cause);
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
