package dev.tombolo.agent.sqlite;

import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Opens `agent.db`.
final class DatabaseFile {
  static final String NAME = "agent.db";

  /// 256 pages of 4 KiB: the agent's rows are few, its memory is dear.
  private static final int CACHE_KIB = 1024;

  private static final String READ_ONLY =
      "its file system is read-only, perhaps because the kernel has found an error on the disk;"
          + " see dmesg, and start the machine again";

  private static final long WHOLE_CHECK_BYTES_MAX = 16L * 1024 * 1024;

  private DatabaseFile() {}

  /// For the one writer. Makes the file and brings it to the present version.
  ///
  /// @throws IOException for a database of a newer agent
  static Connection openToWrite(Path data) throws SQLException, IOException {
    Path file = data.resolve(NAME);
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try {
      pragma(connection, "journal_mode = WAL");
      pragma(connection, "synchronous = FULL");
      pragma(connection, "cache_size = -" + CACHE_KIB);
      pragma(connection, "busy_timeout = 5000");
      refuseNewer(connection, file);
      Schema.migrate(connection);
      return connection;
    } catch (SQLException | IOException e) {
      connection.close();
      throw e;
    }
  }

  /// For `status` and `why`, with the agent alive or dead. The database must be there.
  static Connection openToRead(Path data) throws SQLException, IOException {
    Path file = data.resolve(NAME);
    if (!Files.exists(file)) {
      throw new java.nio.file.NoSuchFileException(
          file.toString(), null, "this device has not enrolled yet");
    }
    Properties settings = new Properties();
    settings.setProperty("open_mode", Integer.toString(org.sqlite.SQLiteOpenMode.READONLY.flag));
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file, settings);
    try {
      pragma(connection, "busy_timeout = 5000");
      refuseNewer(connection, file);
      return connection;
    } catch (SQLException | IOException e) {
      connection.close();
      throw e;
    }
  }

  private static void refuseNewer(Connection connection, Path file)
      throws SQLException, IOException {
    int version = Schema.versionOf(connection);
    if (version > Schema.VERSION) {
      throw new IOException(
          file
              + " was written by a newer agent (version "
              + version
              + " of its tables; this one knows "
              + Schema.VERSION
              + "): install that agent again, or use another --data folder");
    }
  }

  private static void pragma(Connection connection, String pragma) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA " + pragma);
    }
  }

  static boolean hasDevice(Connection connection) throws SQLException {
    return isSome(connection, "SELECT 1 FROM sqlite_master WHERE name = 'mark'")
        && isSome(connection, "SELECT 1 FROM mark");
  }

  private static boolean isSome(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next();
    }
  }

  /// `ok`, or what is broken. Indexes of a large database (a long night offline) are not compared
  /// with their tables.
  static String check(Connection connection, Path data) throws SQLException, IOException {
    boolean small = Files.size(data.resolve(NAME)) <= WHOLE_CHECK_BYTES_MAX;
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(small ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)")) {
      return row.next() ? row.getString(1) : "no answer";
    }
  }

  /// How often it was committed to.
  static long commits(Connection connection) throws SQLException {
    if (Schema.versionOf(connection) < Schema.COUNTS_COMMITS_SINCE) {
      return Long.MAX_VALUE;
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT commits FROM mark")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  static Reason reasonOf(SQLException failure, Path data) {
    if (failure instanceof SQLiteException sqlite
        && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
      return new Reason.DiskFull(data.resolve(NAME).toString(), 0, freeBytes(data));
    }
    String detail = String.valueOf(failure.getMessage());
    return new Reason.IoFailed("use " + data.resolve(NAME), isReadOnly(data) ? READ_ONLY : detail);
  }

  /// Asked by trying: what the kernel has taken for read-only after an error is still listed as
  /// writable.
  private static boolean isReadOnly(Path data) {
    Path probe = data.resolve("agent.probe");
    try {
      Files.deleteIfExists(probe);
      Files.createFile(probe);
      Files.delete(probe);
      return false;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).contains("Read-only file system");
    }
  }

  private static long freeBytes(Path data) {
    try {
      return Files.getFileStore(data).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }
}
