package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.core.KitMark;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.agent.outbox.WaitingRows;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads rows back.
final class SnapshotReader {
  private final Statements statements;

  SnapshotReader(Statements statements) {
    this.statements = statements;
  }

  AgentSnapshot read() throws SQLException, MalformedException {
    try (ResultSet mark = query("SELECT * FROM mark")) {
      if (!mark.next()) {
        throw new SQLException("no device has enrolled here");
      }
      return new AgentSnapshot(
          enrolment(),
          mark.getLong("connects"),
          mark.getLong("time_floor"),
          heard(mark),
          mark.getString("document_certificate"),
          storedDocument("SELECT envelope FROM document WHERE stage = 'held'"),
          storedDocument("SELECT envelope FROM document WHERE stage = 'pending'"),
          sections(),
          roots(),
          floors(),
          releases(),
          applications(),
          workloads(),
          outbox(mark.getLong("acked_through")),
          mark.getLong("next_sequence"),
          mark.getLong("acked_through"),
          damage(),
          kit());
    }
  }

  private Optional<KitMark> kit() throws SQLException {
    try (ResultSet row = query("SELECT kit, created, revision, manifest FROM kit")) {
      return row.next()
          ? Optional.of(
              new KitMark(
                  row.getString(1), row.getLong(2), row.getLong(3), new Digest(row.getString(4))))
          : Optional.empty();
    }
  }

  /// What the device holds and trusts, without all the rest.
  StatusReader.Trusted trusted() throws SQLException, MalformedException {
    try (ResultSet mark = query("SELECT document_certificate FROM mark")) {
      if (!mark.next()) {
        throw new SQLException("no device has enrolled here");
      }
      return new StatusReader.Trusted(
          storedDocument("SELECT envelope FROM document WHERE stage = 'held'"),
          mark.getString(1),
          enrolment());
    }
  }

  private static Optional<TimeHeard> heard(ResultSet mark) throws SQLException {
    String boot = mark.getString("heard_boot");
    return boot == null
        ? Optional.empty()
        : Optional.of(
            new TimeHeard(
                boot,
                mark.getLong("heard_monotonic"),
                mark.getLong("heard_said"),
                mark.getLong("heard_wall")));
  }

  private ResultSet query(String sql) throws SQLException {
    return statements.with(sql).executeQuery();
  }

  Enrolment enrolment() throws SQLException {
    try (ResultSet row = query("SELECT * FROM enrolment")) {
      if (!row.next()) {
        throw new SQLException("no device has enrolled here");
      }
      return new Enrolment(
          new DeviceId(row.getString("device")),
          new Name(row.getString("fleet")),
          new Name(row.getString("site")),
          new Name(row.getString("slot")),
          new Digest(row.getString("root_key")),
          new Digest(row.getString("publisher_root")),
          row.getString("document_certificate"),
          new History(row.getLong("epoch"), row.getString("history")),
          List.of(row.getString("links").split("\n")),
          row.getString("https"),
          row.getString("incarnation"));
    }
  }

  long timeFloorMillis() throws SQLException {
    try (ResultSet row = query("SELECT time_floor FROM mark")) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  int applicationCount() throws SQLException {
    try (ResultSet row = query("SELECT count(*) FROM application")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  /// What the document in force selects; nothing before the first one.
  List<WorkloadsSection.Selection> selections() throws SQLException, MalformedException {
    Optional<HeldDocument> held =
        storedDocument("SELECT envelope FROM document WHERE stage = 'held'");
    List<DesiredManifest.SectionRef> refs =
        held.map(it -> it.manifest().sections()).orElse(List.of());
    for (DesiredManifest.SectionRef ref : refs) {
      if (ref.name().equals(Section.WORKLOADS)) {
        for (Section section : sections()) {
          if (section.digest().equals(ref.digest())) {
            return Json.read(WorkloadsSection.class, section.text(), Limits.SECTION_BYTES_MAX)
                .applications();
          }
        }
      }
    }
    return List.of();
  }

  private Optional<HeldDocument> storedDocument(String sql)
      throws SQLException, MalformedException {
    try (ResultSet row = query(sql)) {
      return row.next() ? Optional.of(document(row.getString(1))) : Optional.empty();
    }
  }

  static HeldDocument document(String envelopeText) throws MalformedException {
    Envelope envelope = envelope(envelopeText);
    byte[] payload;
    try {
      payload = Base64.getDecoder().decode(envelope.payload());
    } catch (IllegalArgumentException e) {
      throw new MalformedException("desired manifest", "is not base64");
    }
    DesiredManifest manifest = Json.read(DesiredManifest.class, payload, Limits.MANIFEST_BYTES_MAX);
    return new HeldDocument(envelope, manifest, Digest.of(payload));
  }

  private static Envelope envelope(String text) throws MalformedException {
    return Json.read(Envelope.class, text, Limits.SECTION_BYTES_MAX);
  }

  private Optional<Reason> damage() throws SQLException, MalformedException {
    try (ResultSet row = query("SELECT reason FROM damage")) {
      return row.next()
          ? Optional.of(Json.read(Reason.class, row.getString(1), Limits.SECTION_BYTES_MAX))
          : Optional.empty();
    }
  }

  /// @throws MalformedException when a text is not the one it was
  private List<Section> sections() throws SQLException, MalformedException {
    List<Section> sections = new ArrayList<>();
    try (ResultSet row = query("SELECT name, text, digest FROM section")) {
      while (row.next()) {
        Section section = new Section(row.getString(1), row.getString(2));
        if (!section.digest().text().equals(row.getString(3))) {
          throw new MalformedException("section " + section.name(), "is not what was kept");
        }
        sections.add(section);
      }
    }
    return sections;
  }

  private List<Envelope> roots() throws SQLException, MalformedException {
    List<Envelope> roots = new ArrayList<>();
    try (ResultSet row = query("SELECT envelope FROM publisher_root ORDER BY version")) {
      while (row.next()) {
        roots.add(envelope(row.getString(1)));
      }
    }
    return roots;
  }

  private Map<Name, Long> floors() throws SQLException {
    Map<Name, Long> floors = new HashMap<>();
    try (ResultSet row = query("SELECT application, floor FROM security_floor")) {
      while (row.next()) {
        floors.put(new Name(row.getString(1)), row.getLong(2));
      }
    }
    return floors;
  }

  private Map<Digest, Envelope> releases() throws SQLException, MalformedException {
    Map<Digest, Envelope> releases = new HashMap<>();
    try (ResultSet row = query("SELECT digest, envelope FROM release")) {
      while (row.next()) {
        Digest digest = new Digest(row.getString(1));
        Envelope envelope = envelope(row.getString(2));
        if (envelope.payloadType().equals(ReleaseManifest.PAYLOAD_TYPE)
            && !digest.equals(payloadDigest(envelope))) {
          throw new MalformedException("release " + digest.brief(), "is not what was kept");
        }
        releases.put(digest, envelope);
      }
    }
    return releases;
  }

  private static Digest payloadDigest(Envelope envelope) throws MalformedException {
    try {
      return Digest.of(Base64.getDecoder().decode(envelope.payload()));
    } catch (IllegalArgumentException e) {
      throw new MalformedException("release", "is not base64");
    }
  }

  List<AgentSnapshot.Application> applications() throws SQLException, MalformedException {
    List<AgentSnapshot.Application> applications = new ArrayList<>();
    try (ResultSet row = query("SELECT name, state, since_wall, permit FROM application")) {
      while (row.next()) {
        String permit = row.getString(4);
        applications.add(
            new AgentSnapshot.Application(
                new Name(row.getString(1)),
                StateText.read(row.getString(2)),
                row.getLong(3),
                permit == null ? Optional.empty() : Optional.of(StateText.readPermit(permit)),
                StateText.readFailed(row.getString(2)),
                StateText.readNeeds(row.getString(2))));
      }
    }
    return applications;
  }

  List<AgentSnapshot.Workload> workloads() throws SQLException, MalformedException {
    List<AgentSnapshot.Workload> workloads = new ArrayList<>();
    try (ResultSet row =
        query("SELECT name, what, boot_id, pid, start_ticks, exits FROM workload")) {
      while (row.next()) {
        workloads.add(
            new AgentSnapshot.Workload(
                new Name(row.getString(1)),
                StateText.readAssignment(row.getString(2)),
                new ProcessIdentity(row.getString(3), row.getLong(4), row.getLong(5)),
                row.getLong(6)));
      }
    }
    return workloads;
  }

  private WaitingRows outbox(long ackedThrough) throws SQLException {
    WaitingRows rows = new WaitingRows(ackedThrough);
    Map<String, Name> channels = new HashMap<>();
    try (ResultSet row =
        query("SELECT sequence, kind, channel, bytes FROM outbox ORDER BY sequence")) {
      while (row.next()) {
        String channel = row.getString(3);
        rows.add(
            row.getLong(1),
            OutboxEntry.Kind.valueOf(row.getString(2)),
            channel == null ? null : channels.computeIfAbsent(channel, Name::new),
            row.getInt(4));
      }
    }
    return rows;
  }

  /// A row whose body does not read (a damaged disk) is left out: nobody could take it. Those
  /// behind it are read all the same, however many such rows there are.
  List<Report.Row> rowsAfter(long sequence, int rowsMax, int bytesMax) throws SQLException {
    List<Report.Row> rows = new ArrayList<>();
    long bytes = 0;
    try (ResultSet row =
        statements
            .with(
                "SELECT sequence, boot_id, wall, monotonic, body FROM outbox"
                    + " WHERE sequence > ? ORDER BY sequence",
                sequence)
            .executeQuery()) {
      while (rows.size() < rowsMax && row.next()) {
        String text = row.getString(5);
        Optional<ReportBody> body = body(text);
        if (body.isEmpty()) {
          continue;
        }
        bytes += text.length();
        if (!rows.isEmpty() && bytes > bytesMax) {
          break;
        }
        rows.add(
            new Report.Row(
                row.getLong(1), row.getString(2), row.getLong(3), row.getLong(4), body.get()));
      }
    }
    return rows;
  }

  private static Optional<ReportBody> body(String text) {
    try {
      return Optional.of(Json.read(ReportBody.class, text, Limits.PACKET_BYTES_MAX));
    } catch (MalformedException e) {
      return Optional.empty();
    }
  }
}
