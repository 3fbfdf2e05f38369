package dev.tombolo.hub.sqlite;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Reads a database through before a hub runs on it, for a bounded time: `PRAGMA quick_check` sees
/// every page once, and that none of them is out of order.
final class StartCheck {
  private static final Logger LOG = System.getLogger(StartCheck.class.getName());

  /// About 10 GB on a disk that reads 500 MB/s.
  static final Duration LIMIT = Duration.ofSeconds(20);

  /// What `quick_check` says of a page that it could not get, as a row like any other finding.
  private static final Pattern UNREAD =
      Pattern.compile("failed to get page|unable to get the page\\. error code=(\\d+)");

  private StartCheck() {}

  /// @throws DatabaseDamaged saying what is wrong
  /// @throws SQLException also when the disk did not let it be read
  static void check(Connection connection, CommitCount count) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String verdict = verdict(statement);
      judge(verdict);
      long missing = count.noted() - commits(statement);
      if (missing > 0) {
        throw new DatabaseDamaged(
            missing
                + " commits that had been made are missing: its log hub.db-wal was cut, or an older"
                + " copy was put in its place");
      }
    }
  }

  static void judge(String verdict) throws SQLException {
    if (verdict.equals("ok")) {
      return;
    }
    Matcher unread = UNREAD.matcher(verdict);
    if (unread.find() && !(unread.group(1) != null && DatabaseDamaged.isIn(code(unread)))) {
      throw new SQLException(
          "the disk does not let it be read ("
              + verdict.replaceAll("\\s+", " ")
              + "); that need not be damage: see the kernel's log, and start again");
    }
    throw new DatabaseDamaged(verdict);
  }

  private static int code(Matcher unread) {
    String digits = unread.group(1);
    return digits.length() <= 9 ? Integer.parseInt(digits) : 0;
  }

  private static String verdict(Statement statement) throws SQLException {
    CountDownLatch checked = new CountDownLatch(1);
    Thread timer =
        Thread.ofPlatform()
            .daemon()
            .name("start-check")
            .start(() -> cancelAfterLimit(statement, checked));
    try (ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      return row.next() ? row.getString(1) : "no answer";
    } catch (SQLiteException e) {
      if (e.getResultCode() != SQLiteErrorCode.SQLITE_INTERRUPT) {
        throw e;
      }
      LOG.log(
          Level.WARNING,
          "the database is too large to be read through in "
              + LIMIT.toSeconds()
              + " s; what was read is whole");
      return "ok";
    } finally {
      checked.countDown();
      join(timer);
    }
  }

  private static void cancelAfterLimit(Statement statement, CountDownLatch checked) {
    try {
      if (!checked.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        statement.cancel();
      }
    } catch (InterruptedException | SQLException e) {
      // The check takes as long as it takes.
    }
  }

  private static void join(Thread timer) {
    try {
      timer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A database that does not count yet is not behind.
  private static long commits(Statement statement) throws SQLException {
    try (ResultSet version = statement.executeQuery("PRAGMA user_version")) {
      if (!version.next() || version.getInt(1) < Schema.COUNTS_COMMITS_SINCE) {
        return version.getInt(1) == 0 ? 0 : Long.MAX_VALUE;
      }
    }
    try (ResultSet row = statement.executeQuery("SELECT commits FROM history")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }
}
