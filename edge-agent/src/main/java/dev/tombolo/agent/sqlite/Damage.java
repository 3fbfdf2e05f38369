package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteException;

/// A database that is damaged: how it is recognised, set aside, and made anew from the [Mirror].
final class Damage {
  /// Damaged databases that are kept, the newest.
  static final int COPIES_MAX = 3;

  private static final String JOIN_AGAIN =
      "join with an empty data folder and a token that replaces this device:"
          + " tombolo device replace";
  private static final String ASIDE = "damaged";
  private static final String REASON = "reason.json";
  private static final String FRESH = "agent.db.new";
  private static final int SQLITE_CORRUPT = 11;
  private static final int SQLITE_NOTADB = 26;

  /// NOMEM, READONLY, IOERR, FULL, CANTOPEN.
  private static final Set<Integer> OF_THE_DISK = Set.of(7, 8, 10, 13, 14);

  private static final int FOUND_CHARS_MAX = 300;

  /// More than an agent counts between two writes of the mirror: no line may be numbered twice.
  private static final long CONNECTS_LOST_MAX = 1L << 20;

  private Damage() {}

  /// True when SQLite says that what it reads is no database, or no longer one.
  static boolean isIn(SQLException failure) {
    if (!(failure instanceof SQLiteException sqlite)) {
      return false;
    }
    int code = sqlite.getResultCode().code & 0xff;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  }

  /// In one line.
  static String words(Throwable found) {
    return words(String.valueOf(found.getMessage()));
  }

  static String words(String found) {
    String line = found.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= FOUND_CHARS_MAX ? line : line.substring(0, FOUND_CHARS_MAX);
  }

  /// What is wrong with the database of a device that has enrolled; empty when nothing is, or when
  /// no device has.
  ///
  /// @throws IOException when it cannot be looked at
  static Optional<String> lookFor(Path data) throws IOException {
    boolean mirrored = new Mirror(data).hasDevice();
    if (!Files.exists(data.resolve(DatabaseFile.NAME))) {
      return mirrored ? Optional.of("it is missing") : Optional.empty();
    }
    try (Connection connection = DatabaseFile.openToRead(data)) {
      String verdict = DatabaseFile.check(connection, data);
      if (!verdict.equals("ok")) {
        return Optional.of(words(verdict));
      }
      if (!DatabaseFile.hasDevice(connection)) {
        return mirrored ? Optional.of("the device is missing from it") : Optional.empty();
      }
      long missing = CommitCount.noted(data) - DatabaseFile.commits(connection);
      return missing > 0
          ? Optional.of(missing + " commits that had been made are missing from it")
          : Optional.empty();
    } catch (SQLException e) {
      if (isIn(e)) {
        return Optional.of(words(e));
      }
      throw SqliteAgentStore.unusable(data, e);
    }
  }

  /// Makes the database anew, with all that the mirror has and an outbox of its own; the damaged
  /// one is set aside first. Cut off anywhere, it is simply done again.
  ///
  /// @throws IOException when the mirror cannot be used, or the disk
  static Reason mend(Path data, String found) throws IOException {
    return mend(data, found, Integer.MAX_VALUE);
  }

  /// For tests: on a disk with room for so many pages.
  static Reason mend(Path data, String found, int pagesMax) throws IOException {
    Mirror mirror = new Mirror(data);
    if (!mirror.hasDevice()) {
      throw new IOException(
          data.resolve(DatabaseFile.NAME)
              + " is damaged ("
              + found
              + ") and has no mirror to come back from; "
              + JOIN_AGAIN);
    }
    Path aside = nextAside(data);
    Reason reason =
        new Reason.DatabaseDamaged(found, unsent(data), data.relativize(aside).toString());
    Path fresh = data.resolve(FRESH);
    try {
      make(fresh, mirror, reason, true, pagesMax);
    } catch (IOException | SQLException | MalformedException | RuntimeException e) {
      if (isOfTheDisk(e)) {
        // The documents are whole: with room, or by another try, they come back too.
        throw notMade(data, fresh, e);
      }
      try {
        // Without the documents: the hub sends them again.
        make(fresh, mirror, reason, false, pagesMax);
      } catch (IOException | SQLException | MalformedException | RuntimeException again) {
        throw notMade(data, fresh, again);
      }
    }
    setAside(data, aside, reason);
    Files.move(fresh, data.resolve(DatabaseFile.NAME), StandardCopyOption.ATOMIC_MOVE);
    Mirror.sync(data);
    forgetOldest(data);
    return reason;
  }

  /// True when the disk takes no more, or does not do what it is asked: what is read may be whole.
  static boolean isOfTheDisk(Exception failure) {
    if (failure instanceof SQLiteException sqlite) {
      return OF_THE_DISK.contains(sqlite.getResultCode().code & 0xff);
    }
    return failure instanceof IOException
        && String.valueOf(failure.getMessage()).contains("No space left");
  }

  /// Half of a database takes the room that others lack.
  private static IOException notMade(Path data, Path fresh, Exception cause) {
    try {
      deleteFresh(fresh);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    String advice =
        isOfTheDisk(cause)
            ? "make room on the disk, or check it"
            : "check the disk; if its mirror is lost too, " + JOIN_AGAIN;
    return new IOException(
        data.resolve(DatabaseFile.NAME)
            + " is damaged and cannot be made anew: "
            + words(cause)
            + "; "
            + advice,
        cause);
  }

  private static void deleteFresh(Path fresh) throws IOException {
    for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
      Files.deleteIfExists(fresh.resolveSibling(FRESH + suffix));
    }
  }

  private static void make(
      Path fresh, Mirror mirror, Reason reason, boolean withDocuments, int pagesMax)
      throws IOException, SQLException, MalformedException {
    deleteFresh(fresh);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + fresh);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("PRAGMA max_page_count = " + pagesMax);
      Schema.migrate(connection);
      statement.execute("BEGIN IMMEDIATE");
      mirror.restore(Mirror.Part.STATE, connection);
      if (withDocuments) {
        mirror.restore(Mirror.Part.DOCUMENTS, connection);
      }
      statement.execute(
          "UPDATE mark SET next_sequence = 1, acked_through = 0, commits = 0,"
              + " connects = connects + "
              + CONNECTS_LOST_MAX);
      Statements statements = new Statements(connection);
      statements.run("UPDATE enrolment SET incarnation = ?", newIncarnation());
      statements.run("INSERT INTO damage (id, reason) VALUES (1, ?)", Json.write(reason));
      statement.execute("COMMIT");
      new SnapshotReader(statements).read();
      statements.forget();
    }
  }

  private static String newIncarnation() {
    byte[] random = new byte[12];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /// How many rows of the damaged database waited for the hub; -1 when it does not say.
  private static long unsent(Path data) {
    if (!Files.exists(data.resolve(DatabaseFile.NAME))) {
      return -1;
    }
    try (Connection connection = DatabaseFile.openToRead(data);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM outbox WHERE sequence > (SELECT acked_through FROM mark)")) {
      boolean lacksCommits = CommitCount.noted(data) > DatabaseFile.commits(connection);
      return row.next() && !lacksCommits ? row.getLong(1) : -1;
    } catch (SQLException | IOException e) {
      return -1;
    }
  }

  /// The database goes first: as long as it is there, its log belongs to it.
  private static void setAside(Path data, Path aside, Reason reason) throws IOException {
    Files.createDirectories(
        aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(aside.resolve(REASON), Json.write(reason), StandardCharsets.UTF_8);
    for (String name :
        List.of(
            DatabaseFile.NAME,
            DatabaseFile.NAME + "-wal",
            DatabaseFile.NAME + "-shm",
            CommitCount.NAME)) {
      Path standing = data.resolve(name);
      if (Files.exists(standing)) {
        Files.move(standing, aside.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    Mirror.sync(aside);
    Mirror.sync(data.resolve(ASIDE));
    Mirror.sync(data);
  }

  private static Path nextAside(Path data) throws IOException {
    List<Path> kept = kept(data);
    int last = kept.isEmpty() ? 0 : number(kept.getLast());
    return data.resolve(ASIDE).resolve(Integer.toString(last + 1));
  }

  /// Oldest first.
  private static List<Path> kept(Path data) throws IOException {
    List<Path> kept = new ArrayList<>();
    Path folder = data.resolve(ASIDE);
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "[0-9]*")) {
        entries.forEach(kept::add);
      }
    }
    kept.removeIf(it -> !it.getFileName().toString().matches("[0-9]{1,8}"));
    kept.sort(Comparator.comparingInt(Damage::number));
    return kept;
  }

  private static int number(Path copy) {
    return Integer.parseInt(copy.getFileName().toString());
  }

  private static void forgetOldest(Path data) throws IOException {
    List<Path> kept = kept(data);
    for (Path oldest : kept.subList(0, Math.max(0, kept.size() - COPIES_MAX))) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(oldest)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(oldest);
    }
  }

  /// The newest damage of which a copy is still there.
  static Optional<Reason> newest(Path data) {
    try {
      List<Path> kept = kept(data);
      if (kept.isEmpty()) {
        return Optional.empty();
      }
      String text = Files.readString(kept.getLast().resolve(REASON));
      return Optional.of(Json.read(Reason.class, text, Limits.SECTION_BYTES_MAX));
    } catch (IOException | MalformedException e) {
      return Optional.of(new Reason.IoFailed("read what was damaged", words(e)));
    }
  }

  /// For a store that found out while it was in use.
  static StoreException unmended(Path data, Exception cause) {
    return new StoreException(
        new Reason.IoFailed(data.resolve(DatabaseFile.NAME).toString(), words(cause)), cause);
  }
}
