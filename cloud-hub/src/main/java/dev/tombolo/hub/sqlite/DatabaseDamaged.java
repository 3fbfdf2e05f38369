package dev.tombolo.hub.sqlite;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The database is no longer what was written; no hub may run on it.
public final class DatabaseDamaged extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int SQLITE_CORRUPT = 11;
  private static final int SQLITE_NOTADB = 26;
  private static final int FOUND_CHARS_MAX = 300;

  /// @param found what is wrong with it
  public DatabaseDamaged(String found) {
    super(inOneLine(found));
  }

  /// True when SQLite says that what it reads is no database, or no longer one.
  static boolean isIn(SQLException failure) {
    if (!(failure instanceof SQLiteException sqlite)) {
      return false;
    }
    return isIn(sqlite.getResultCode().code);
  }

  /// Of an extended result code. A disk that cannot be read is no damage: it may be read tomorrow.
  static boolean isIn(int code) {
    int primary = code & 0xff;
    return primary == SQLITE_CORRUPT
        || primary == SQLITE_NOTADB
        || code == SQLiteErrorCode.SQLITE_IOERR_CORRUPTFS.code;
  }

  private static String inOneLine(String found) {
    String line = found.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= FOUND_CHARS_MAX ? line : line.substring(0, FOUND_CHARS_MAX);
  }
}
