package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.protocol.id.Digest;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `mirror/`: what the agent must not lose together with its database, in two text files, each
/// replaced as a whole and ending with the SHA-256 of all before. Rows that wait for the hub are
/// not in it: they are many, and change all the time.
///
/// A line is a table with its columns (`>mark id connects ...`), or a row of the table above, its
/// values split by tabs: `n` null, `i42` a number, `tfour` a text.
final class Mirror {
  private static final String HEAD = "tombolo-agent mirror, tables of version ";
  private static final String SUM = "sha256 ";

  /// The last line: the word, 64 digits, and its end.
  private static final int SUM_BYTES = SUM.length() + 64 + 1;

  /// The files, by how often they change.
  enum Part {
    /// Who this device is, its floors, what it runs.
    STATE(
        "state",
        List.of(
            "enrolment", "mark", "security_floor", "publisher_root", "application", "workload")),

    /// What it should run, and the releases.
    DOCUMENTS("documents", List.of("document", "section", "release"));

    private final String file;
    private final List<String> tables;

    Part(String file, List<String> tables) {
      this.file = file;
      this.tables = tables;
    }

    /// Where this change is kept; nowhere for what is found anew or lost with the database.
    static Set<Part> of(AgentChange change) {
      return switch (change) {
        case AgentChange.TimeFloorRaised _,
            AgentChange.TimeHeardKept _,
            AgentChange.SecurityFloorRaised _,
            AgentChange.DocumentKeyTrusted _,
            AgentChange.PublisherRootsKept _,
            AgentChange.ApplicationKept _,
            AgentChange.ApplicationRemoved _,
            AgentChange.WorkloadKept _,
            AgentChange.WorkloadGone _ ->
            EnumSet.of(STATE);
        // It may raise the epoch.
        case AgentChange.DocumentHeld _ -> EnumSet.of(STATE, DOCUMENTS);
        case AgentChange.SectionKept _,
            AgentChange.DocumentPending _,
            AgentChange.ReleaseKept _,
            AgentChange.ReleasesSwept _ ->
            EnumSet.of(DOCUMENTS);
        case AgentChange.ConnectCounted _,
            AgentChange.LinkNoted _,
            AgentChange.OutboxChanged _,
            AgentChange.KitTaken _,
            AgentChange.DamageTold _,
            AgentChange.StatusKept _ ->
            EnumSet.noneOf(Part.class);
      };
    }
  }

  private final Path folder;
  private final Set<Part> stale = EnumSet.noneOf(Part.class);

  Mirror(Path data) {
    this.folder = data.resolve("mirror");
  }

  /// True where a device could come back from.
  boolean hasDevice() {
    return Files.exists(file(Part.STATE));
  }

  void outdate(Part part) {
    stale.add(part);
  }

  void outdateAll() {
    stale.addAll(EnumSet.allOf(Part.class));
  }

  /// Brings the files up to what is committed. What fails is tried again the next time. Documents
  /// stay as they are until the database holds one: one that was made anew without them has none.
  ///
  /// @throws IOException when a file cannot be written
  void refresh(Connection connection) throws IOException, SQLException {
    // The documents first: what runs is named by the other one.
    for (Part part : List.of(Part.DOCUMENTS, Part.STATE)) {
      if (stale.contains(part)) {
        if (part == Part.STATE || !Files.exists(file(part)) || holdsDocument(connection)) {
          write(part, connection);
        }
        stale.remove(part);
      }
    }
  }

  private static boolean holdsDocument(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT 1 FROM document WHERE stage = 'held'")) {
      return row.next();
    }
  }

  private Path file(Part part) {
    return folder.resolve(part.file);
  }

  private void write(Part part, Connection connection) throws IOException, SQLException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      sync(folder.resolveSibling("."));
    }
    Path temporary = folder.resolve(part.file + ".tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      Summed out = new Summed(new BufferedOutputStream(Channels.newOutputStream(channel)));
      out.line(HEAD + Schema.VERSION);
      for (String table : part.tables) {
        write(table, connection, out);
      }
      out.end();
      channel.force(true);
    } catch (IOException | SQLException e) {
      // Half of one takes the room that others lack.
      Files.deleteIfExists(temporary);
      throw e;
    }
    Files.move(
        temporary, file(part), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(folder);
  }

  private static void write(String table, Connection connection, Summed out)
      throws IOException, SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
      ResultSetMetaData columns = rows.getMetaData();
      StringBuilder line = new StringBuilder(">").append(table);
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        line.append(' ').append(columns.getColumnName(i));
      }
      out.line(line.toString());
      while (rows.next()) {
        line.setLength(0);
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          line.append(i == 1 ? "" : "\t").append(value(rows.getObject(i)));
        }
        out.line(line.toString());
      }
    }
  }

  private static String value(@Nullable Object value) {
    return switch (value) {
      case null -> "n";
      case Number number -> "i" + number;
      default ->
          "t"
              + value
                  .toString()
                  .replace("\\", "\\\\")
                  .replace("\t", "\\t")
                  .replace("\n", "\\n")
                  .replace("\r", "\\r");
    };
  }

  /// Puts the rows of one file into a database that has the tables and no rows.
  ///
  /// @throws IOException when the file is missing or not whole; rows may have been put in by then
  void restore(Part part, Connection connection) throws IOException, SQLException {
    Path file = file(part);
    long bytes = checked(file);
    try (BufferedReader in = Files.newBufferedReader(file)) {
      String head = in.readLine();
      if (head == null || !head.startsWith(HEAD)) {
        throw new IOException(file + " is not a mirror");
      }
      if (Integer.parseInt(head.substring(HEAD.length())) > Schema.VERSION) {
        throw new IOException(file + " was written by a newer agent; install that one again");
      }
      long read = head.length() + 1L;
      PreparedStatement insert = null;
      try {
        for (String line = in.readLine(); line != null && read < bytes; line = in.readLine()) {
          read += line.getBytes(StandardCharsets.UTF_8).length + 1L;
          if (line.startsWith(">")) {
            close(insert);
            insert = connection.prepareStatement(insert(line));
          } else if (insert != null) {
            put(line, insert);
          }
        }
      } finally {
        close(insert);
      }
    }
  }

  private static void close(@Nullable PreparedStatement statement) throws SQLException {
    if (statement != null) {
      statement.close();
    }
  }

  private static String insert(String line) {
    List<String> words = List.of(line.substring(1).split(" "));
    List<String> columns = words.subList(1, words.size());
    List<String> marks = new ArrayList<>();
    columns.forEach(column -> marks.add("?"));
    // An older agent had the publisher roots in the other file.
    return "INSERT OR REPLACE INTO "
        + words.getFirst()
        + " ("
        + String.join(", ", columns)
        + ") VALUES ("
        + String.join(", ", marks)
        + ")";
  }

  private static void put(String line, PreparedStatement insert) throws SQLException {
    String[] values = line.split("\t", -1);
    for (int i = 0; i < values.length; i++) {
      String value = values[i].substring(1);
      switch (values[i].charAt(0)) {
        case 'n' -> insert.setNull(i + 1, java.sql.Types.NULL);
        case 'i' -> insert.setLong(i + 1, Long.parseLong(value));
        default -> insert.setString(i + 1, text(value));
      }
    }
    insert.executeUpdate();
  }

  private static String text(String escaped) {
    if (escaped.indexOf('\\') < 0) {
      return escaped;
    }
    StringBuilder text = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '\\' && i + 1 < escaped.length()) {
        i++;
        c =
            switch (escaped.charAt(i)) {
              case 't' -> '\t';
              case 'n' -> '\n';
              case 'r' -> '\r';
              default -> escaped.charAt(i);
            };
      }
      text.append(c);
    }
    return text.toString();
  }

  /// @return bytes before the last line
  private static long checked(Path file) throws IOException {
    long bytes = Files.size(file) - SUM_BYTES;
    if (bytes < 0) {
      throw new IOException(file + " is not whole");
    }
    MessageDigest sum = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] piece = new byte[16 * 1024];
      for (long left = bytes; left > 0; ) {
        int read = in.readNBytes(piece, 0, (int) Math.min(piece.length, left));
        sum.update(piece, 0, read);
        left -= read;
      }
      String last = new String(in.readNBytes(SUM_BYTES), StandardCharsets.US_ASCII);
      if (!last.equals(SUM + Digest.ofHash(sum.digest()).hex() + "\n")) {
        throw new IOException(file + " is not what the agent wrote");
      }
    }
    return bytes;
  }

  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Counts the sum of what is written.
  private static final class Summed extends FilterOutputStream {
    private final MessageDigest sum = sha256();

    Summed(OutputStream out) {
      super(out);
    }

    void line(String text) throws IOException {
      byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
      sum.update(bytes);
      out.write(bytes);
    }

    void end() throws IOException {
      String last = SUM + Digest.ofHash(sum.digest()).hex() + "\n";
      out.write(last.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
  }
}
