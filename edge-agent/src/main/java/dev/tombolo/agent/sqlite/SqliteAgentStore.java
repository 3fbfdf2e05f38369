package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The agent's store in `agent.db`: WAL, `synchronous=FULL`, one transaction a batch. A commit that
/// returned survives a power cut. A database found damaged, at the start or later, is made anew
/// from its [Mirror].
public final class SqliteAgentStore implements AgentStore, AutoCloseable {
  private final Path data;
  private final Consumer<String> notices;
  private final Mirror mirror;
  private final CommitCount count;
  private final DiskReserve reserve;
  private @Nullable Database open;

  /// Read at the start already, for the first [#load].
  private @Nullable AgentSnapshot first;

  /// What was found wrong with the database in use; it is mended by the next [#load].
  private @Nullable String damage;

  /// Nothing has been saved since the start: then the reserve may go.
  private boolean starting = true;

  private boolean mirrorFails;

  private SqliteAgentStore(Path data, Consumer<String> notices, Database database) {
    this.data = data;
    this.notices = notices;
    this.open = database;
    this.mirror = new Mirror(data);
    this.count = new CommitCount(data);
    this.reserve = new DiskReserve(data);
  }

  /// The connection, and what works on it.
  private record Database(
      Connection connection,
      Statements statements,
      ChangeWriter writer,
      SnapshotReader reader,
      AtomicLong commits) {

    static Database at(Path data) throws SQLException, IOException {
      Connection connection = DatabaseFile.openToWrite(data);
      Statements statements = new Statements(connection);
      return new Database(
          connection,
          statements,
          new ChangeWriter(statements),
          new SnapshotReader(statements),
          new AtomicLong(DatabaseFile.commits(connection)));
    }

    void forget() {
      statements.forget();
      writer.forget();
    }

    void close() {
      try {
        connection.close();
      } catch (SQLException e) {
        // What was committed is durable; nothing else matters now.
      }
    }
  }

  /// True for a folder with a device that has enrolled; an enrolment that broke off does not count.
  public static boolean hasDevice(Path data) throws IOException {
    if (new Mirror(data).hasDevice()) {
      return true;
    }
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
  /// @param notices gets a line when the database was damaged, and when its mirror cannot be
  ///   written
  /// @throws IOException when it has not, or the database cannot be used; says what to do
  public static SqliteAgentStore open(Path data, Consumer<String> notices) throws IOException {
    try {
      return openDevice(data, notices);
    } catch (IOException e) {
      if (isOfTheDisk(e) && new DiskReserve(data).release()) {
        return openDevice(data, notices);
      }
      throw e;
    }
  }

  private static boolean isOfTheDisk(IOException e) {
    return e.getCause() instanceof SQLException
        || String.valueOf(e.getMessage()).contains("No space left");
  }

  private static SqliteAgentStore openDevice(Path data, Consumer<String> notices)
      throws IOException {
    if (!hasDevice(data)) {
      throw new IOException(
          data + " holds no enrolled device; run: tombolo-agent enroll --token T --data " + data);
    }
    Optional<String> found = Damage.lookFor(data);
    if (found.isPresent()) {
      tell(Damage.mend(data, found.get()), notices);
    }
    SqliteAgentStore store = connect(data, notices);
    try {
      store.first = store.load();
      store.mirror.outdateAll();
      store.refreshMirror();
      return store;
    } catch (StoreException e) {
      store.close();
      throw new IOException(
          data.resolve(DatabaseFile.NAME) + " cannot be used: " + Damage.words(e), e.getCause());
    }
  }

  private static void tell(Reason damage, Consumer<String> notices) {
    notices.accept(ReasonText.say(damage));
  }

  /// Makes the database of a device that has just enrolled. Done again, it changes nothing.
  public static SqliteAgentStore create(Path data, Enrolment enrolment) throws IOException {
    SqliteAgentStore store = connect(data, notice -> {});
    Database database = store.database();
    try {
      if (database.commits().get() == 0) {
        CommitCount.forget(data);
      }
      database.statements().run("BEGIN IMMEDIATE");
      database.writer().enrolled(enrolment);
      database.statements().run("COMMIT");
    } catch (SQLException e) {
      store.close();
      throw unusable(data, e);
    } catch (IOException e) {
      store.close();
      throw e;
    }
    store.mirror.outdateAll();
    store.refreshMirror();
    return store;
  }

  private static SqliteAgentStore connect(Path data, Consumer<String> notices) throws IOException {
    try {
      return new SqliteAgentStore(data, notices, Database.at(data));
    } catch (SQLException e) {
      throw unusable(data, e);
    }
  }

  static IOException unusable(Path data, SQLException cause) {
    return new IOException(
        data.resolve(DatabaseFile.NAME) + " cannot be used: " + cause.getMessage(), cause);
  }

  private Database database() {
    return Objects.requireNonNull(open, "the database is closed");
  }

  /// Who this device is.
  ///
  /// @throws IOException when the database cannot be read
  public Enrolment enrolment() throws IOException {
    try {
      return database().reader().enrolment();
    } catch (SQLException e) {
      database().forget();
      throw unusable(data, e);
    }
  }

  /// It is no earlier, as far as this device has heard.
  ///
  /// @throws IOException when the database cannot be read
  public long timeFloorMillis() throws IOException {
    try {
      return database().reader().timeFloorMillis();
    } catch (SQLException e) {
      database().forget();
      throw unusable(data, e);
    }
  }

  /// How many applications this device has.
  ///
  /// @throws IOException when the database cannot be read
  public int applicationCount() throws IOException {
    try {
      return database().reader().applicationCount();
    } catch (SQLException e) {
      database().forget();
      throw unusable(data, e);
    }
  }

  /// Everything that was committed. A database that is damaged is made anew first.
  @Override
  public AgentSnapshot load() throws StoreException {
    AgentSnapshot read = first;
    first = null;
    if (read != null && damage == null) {
      return read;
    }
    if (damage == null) {
      try {
        return read();
      } catch (StoreException e) {
        if (damage == null) {
          throw e;
        }
      }
    }
    mend();
    return read();
  }

  private AgentSnapshot read() throws StoreException {
    Database database = database();
    try {
      return database.reader().read();
    } catch (SQLException e) {
      database.forget();
      throw failed(e);
    } catch (MalformedException e) {
      damage = Damage.words(e);
      throw new StoreException(e.reason(), e);
    } catch (RuntimeException e) {
      // A damaged row: what it holds is no name or no digest.
      damage = Damage.words(e);
      throw Damage.unmended(data, e);
    }
  }

  private void mend() throws StoreException {
    String found = Objects.requireNonNull(damage);
    Database broken = open;
    if (broken != null) {
      open = null;
      broken.forget();
      broken.close();
    }
    count.close();
    try {
      tell(mended(found), notices);
      open = Database.at(data);
      damage = null;
      mirror.outdateAll();
      refreshMirror();
    } catch (IOException | SQLException e) {
      throw Damage.unmended(data, e);
    }
  }

  private Reason mended(String found) throws IOException {
    try {
      return Damage.mend(data, found);
    } catch (IOException e) {
      if (isOfTheDisk(e) && reserve.release()) {
        return Damage.mend(data, found);
      }
      throw e;
    }
  }

  private void refreshMirror() {
    try {
      mirror.refresh(database().connection());
      mirrorFails = false;
    } catch (IOException | SQLException e) {
      database().statements().forget();
      if (!mirrorFails) {
        mirrorFails = true;
        notices.accept("the mirror of agent.db cannot be written, tries again: " + Damage.words(e));
      }
    }
  }

  @Override
  public void commit(List<AgentChange> changes) throws StoreException {
    if (changes.isEmpty()) {
      return;
    }
    if (open == null || damage != null) {
      throw new StoreException(
          new Reason.IoFailed(file(), Objects.requireNonNullElse(damage, "closed")),
          new SQLException("the database is damaged"));
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
    Database database = database();
    try {
      database.statements().run("BEGIN IMMEDIATE");
      for (AgentChange change : changes) {
        database.writer().write(change);
      }
      database.statements().run("UPDATE mark SET commits = commits + 1");
      database.statements().run("COMMIT");
    } catch (SQLException e) {
      giveUp(database);
      throw failed(e);
    } catch (RuntimeException e) {
      // A damaged row: what it holds is no name or no digest.
      giveUp(database);
      damage = Damage.words(e);
      throw new StoreException(new Reason.IoFailed(file(), String.valueOf(e.getMessage())), e);
    }
    first = null;
    count.note(database.commits().incrementAndGet());
    for (AgentChange change : changes) {
      Mirror.Part.of(change).forEach(mirror::outdate);
    }
    refreshMirror();
  }

  private static void giveUp(Database database) {
    database.forget();
    try {
      database.statements().run("ROLLBACK");
    } catch (SQLException e) {
      // SQLite has rolled back by itself. If not, the next BEGIN fails and leads here again.
      database.forget();
    }
  }

  private String file() {
    return data.resolve(DatabaseFile.NAME).toString();
  }

  /// @throws UncheckedIOException when the database cannot be read: no row may be taken for sent
  @Override
  public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
    Database database = database();
    try {
      return database.reader().rowsAfter(sequence, rowsMax, bytesMax);
    } catch (SQLException e) {
      database.forget();
      if (Damage.isIn(e)) {
        damage = Damage.words(e);
      }
      throw new UncheckedIOException(unusable(data, e));
    }
  }

  /// For tests: a disk with room for so many pages.
  void limitPages(int pages) {
    try (java.sql.Statement statement = database().connection().createStatement()) {
      statement.execute("PRAGMA max_page_count = " + pages);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private StoreException failed(SQLException cause) {
    if (Damage.isIn(cause)) {
      damage = Damage.words(cause);
    }
    return new StoreException(DatabaseFile.reasonOf(cause, data), cause);
  }

  @Override
  public void close() {
    count.close();
    Database database = open;
    if (database != null) {
      database.close();
    }
  }
}
