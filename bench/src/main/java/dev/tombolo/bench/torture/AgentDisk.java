package dev.tombolo.bench.torture;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// What an agent's data folder says, read from outside, whether the agent lives or not.
final class AgentDisk implements AutoCloseable {
  private static final Pattern STATE = Pattern.compile("\"state\":\"([a-z-]+)\"");
  private static final Pattern HELD =
      Pattern.compile("\"(live|previous)\":\\{\"release\":\"sha256:([0-9a-f]{64})\"");
  private static final Pattern WANTED =
      Pattern.compile("\"wanted\":\\{\"release\":\"sha256:([0-9a-f]{64})\"");
  private static final int ENVELOPE_BYTES_MAX = 256 * 1024;
  private static final Duration OPENS_AGAIN_WITHIN = Duration.ofMinutes(1);
  private static final long RETRY_NANOS = 20_000_000;

  private final Path data;
  private final Connection connection;

  AgentDisk(Path data) throws SQLException {
    this.data = data;
    connection =
        DriverManager.getConnection("jdbc:sqlite:file:" + data.resolve("agent.db") + "?mode=ro");
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 60000");
    }
  }

  /// The one application's state: `fetching`, `live`, ...; `absent` before there is one. `staged`
  /// is when the release's folder stands whole and the switch is not written yet; in the database
  /// the agent goes from staging to switching in one transaction.
  String phase() throws SQLException {
    Optional<String> state = first("SELECT state FROM application");
    String word = state.flatMap(AgentDisk::stateWord).orElse("absent");
    return word.equals("staging") && state.filter(this::isFolderWhole).isPresent()
        ? "staged"
        : word;
  }

  /// The same, with what becomes of the bundle while it is fetched: a part of it has come, it is
  /// unpacked meanwhile, or it is here and is unpacked.
  String phaseOfBundle() throws SQLException, IOException {
    String phase = phase();
    if (!phase.equals("fetching") || !Files.isDirectory(files())) {
      return phase;
    }
    boolean comes = false;
    boolean isUnpacked = false;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(files())) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        comes |= name.endsWith(".part");
        isUnpacked |= name.endsWith(".applying") || name.endsWith(".made");
      }
    }
    if (isUnpacked) {
      return comes ? "fetching, unpacks ahead" : "unpacking";
    }
    return comes ? "fetching" : "asking";
  }

  private boolean isFolderWhole(String state) {
    Matcher wanted = WANTED.matcher(state);
    return wanted.find() && Files.isDirectory(release(wanted.group(1)));
  }

  /// The desired manifest in force.
  Optional<DesiredManifest> document() throws SQLException, MalformedException {
    Optional<String> envelope = first("SELECT envelope FROM document WHERE stage = 'held'");
    if (envelope.isEmpty()) {
      return Optional.empty();
    }
    Envelope read = Json.read(Envelope.class, envelope.get(), ENVELOPE_BYTES_MAX);
    String payload = new String(Base64.getDecoder().decode(read.payload()), StandardCharsets.UTF_8);
    return Optional.of(Json.read(DesiredManifest.class, payload, ENVELOPE_BYTES_MAX));
  }

  /// Hex digests of the releases the state still counts on.
  Set<String> heldReleases() throws SQLException {
    Set<String> held = new HashSet<>();
    first("SELECT state FROM application")
        .ifPresent(
            text -> {
              Matcher matcher = HELD.matcher(text);
              while (matcher.find()) {
                held.add(matcher.group(2));
              }
            });
    return held;
  }

  boolean isWhole() throws SQLException {
    return first("PRAGMA integrity_check").equals(Optional.of("ok"));
  }

  /// Where `current` points.
  Path current(String application) throws IOException {
    return application(application).resolve("current").toRealPath();
  }

  Path work(String application) {
    return application(application).resolve("work");
  }

  Path release(String hex) {
    return releases().resolve(hex);
  }

  Path releases() {
    return data.resolve("releases");
  }

  Path files() {
    return data.resolve("files");
  }

  Path application(String application) {
    return data.resolve("apps").resolve(application);
  }

  Path identity() {
    return data.resolve("identity");
  }

  /// The numbers whose results the agent said it keeps (202), in order.
  List<Long> accepted(String application) throws IOException {
    Path file = work(application).resolve("accepted");
    return Files.exists(file)
        ? Files.readAllLines(file).stream().map(Long::valueOf).toList()
        : List.of();
  }

  private static Optional<String> stateWord(String json) {
    Matcher matcher = STATE.matcher(json);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /// An agent that starts looks its database through and opens it anew; in between, its log is not
  /// there, and a reader that may not write cannot open it.
  private Optional<String> first(String sql) throws SQLException {
    long end = System.nanoTime() + OPENS_AGAIN_WITHIN.toNanos();
    while (true) {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
      } catch (SQLiteException e) {
        if (e.getResultCode() != SQLiteErrorCode.SQLITE_CANTOPEN || System.nanoTime() >= end) {
          throw new SQLException(data + ", " + sql + ": " + e.getMessage(), e);
        }
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
