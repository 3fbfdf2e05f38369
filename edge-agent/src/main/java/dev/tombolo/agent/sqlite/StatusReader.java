package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Reads what `status`, `why` and `doctor` show, without the agent's help: it may be dead, and the
/// line down.
public final class StatusReader {
  private StatusReader() {}

  /// @param lineUp as last noted; only true of a running agent
  /// @param lineCause why the line is down
  /// @param state as the agent last saw the device; empty before its first start
  /// @param damage of the database before this one, as long as a copy of that is there
  /// @param waiting rows of the outbox that the hub has not acknowledged
  /// @param selections of the document in force
  public record Status(
      Enrolment enrolment,
      boolean lineUp,
      long lineSinceWallMillis,
      Optional<Reason> lineCause,
      boolean hasDocument,
      Optional<ReportBody.State> state,
      long stateWallMillis,
      long waiting,
      long timeFloorMillis,
      List<AgentSnapshot.Application> applications,
      List<AgentSnapshot.Workload> workloads,
      List<WorkloadsSection.Selection> selections,
      Optional<Reason> damage) {
    public Status {
      selections = List.copyOf(selections);
      applications = List.copyOf(applications);
      workloads = List.copyOf(workloads);
    }
  }

  /// @throws IOException when the device has not enrolled or the database cannot be read
  public static Status read(Path data) throws IOException {
    try (Connection connection = DatabaseFile.openToRead(data)) {
      Statements statements = new Statements(connection);
      SnapshotReader reader = new SnapshotReader(statements);
      boolean lineUp = false;
      long lineSince = 0;
      Optional<Reason> lineCause = Optional.empty();
      try (ResultSet row = statements.with("SELECT * FROM link").executeQuery()) {
        if (row.next()) {
          lineUp = row.getInt("open") == 1;
          lineSince = row.getLong("since_wall");
          String cause = row.getString("cause");
          if (cause != null) {
            lineCause = Optional.of(Json.read(Reason.class, cause, Limits.SECTION_BYTES_MAX));
          }
        }
      }
      Optional<ReportBody.State> state = Optional.empty();
      long stateWall = 0;
      try (ResultSet row = statements.with("SELECT state, wall FROM status").executeQuery()) {
        if (row.next()
            && Json.read(ReportBody.class, row.getString(1), Limits.PACKET_BYTES_MAX)
                instanceof ReportBody.State read) {
          state = Optional.of(read);
          stateWall = row.getLong(2);
        }
      }
      return new Status(
          reader.enrolment(),
          lineUp,
          lineSince,
          lineCause,
          number(statements, "SELECT count(*) FROM document WHERE stage = 'held'") > 0,
          state,
          stateWall,
          number(
              statements,
              "SELECT count(*) FROM outbox WHERE sequence > (SELECT acked_through FROM mark)"),
          number(statements, "SELECT time_floor FROM mark"),
          reader.applications(),
          reader.workloads(),
          reader.selections(),
          Damage.newest(data));
    } catch (SQLException e) {
      throw unreadable(data, e);
    } catch (MalformedException | RuntimeException e) {
      throw unreadable(data, e);
    }
  }

  /// What a document is measured by that comes by another way than the line.
  ///
  /// @param held the document in force
  /// @param documentCertificate PEM of the key whose documents are taken
  public record Trusted(
      Optional<HeldDocument> held, String documentCertificate, Enrolment enrolment) {}

  /// @throws IOException when the device has not enrolled or the database cannot be read
  public static Trusted trusted(Path data) throws IOException {
    try (Connection connection = DatabaseFile.openToRead(data)) {
      return new SnapshotReader(new Statements(connection)).trusted();
    } catch (SQLException | MalformedException | RuntimeException e) {
      throw unreadable(data, e);
    }
  }

  private static IOException unreadable(Path data, Exception cause) {
    return new IOException(
        data.resolve(DatabaseFile.NAME)
            + " cannot be read: "
            + Damage.words(cause)
            + (new Mirror(data).hasDevice()
                ? "; if it is damaged, the agent goes on from its mirror when it starts"
                : ""),
        cause);
  }

  private static long number(Statements statements, String sql) throws SQLException {
    try (ResultSet row = statements.with(sql).executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /// `ok`, or what is broken in the database.
  public static String check(Path data) throws IOException {
    try (Connection connection = DatabaseFile.openToRead(data)) {
      return Damage.words(DatabaseFile.check(connection, data));
    } catch (SQLException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
