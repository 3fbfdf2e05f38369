package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.RowBlock;
import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.WindowLift;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitStateJson;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.Restoration;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.TokenUse;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the state back, as the changes that would make it.
final class Loading {
  static final String FLEETS =
      """
      SELECT f.*, g.given FROM fleets f
        LEFT JOIN given_values g ON g.object = 'fleet ' || f.name""";

  static final String SITES =
      """
      SELECT s.*, g.given FROM sites s
        LEFT JOIN given_values g ON g.object = 'site ' || s.name""";

  static final String SLOTS =
      """
      SELECT l.*, g.given FROM slots l
        LEFT JOIN given_values g ON g.object = 'slot ' || l.site || '/' || l.name""";

  static final String APPLICATIONS =
      """
      SELECT a.*, g.given, p.policies, t.source FROM applications a
        LEFT JOIN given_values g ON g.object = 'application ' || a.fleet || '/' || a.name
        LEFT JOIN sync_policies p ON p.fleet = a.fleet AND p.application = a.name
        LEFT JOIN git_sources t ON t.fleet = a.fleet AND t.application = a.name""";

  private final Connection connection;
  private final SharedValues shared = new SharedValues();

  Loading(Connection connection) {
    this.connection = connection;
  }

  HubState load() throws SQLException {
    HubState state = newState();
    each(
        state,
        "SELECT * FROM counters",
        r ->
            new HubChange.CounterMoved(
                Columns.word(HubChange.Counter.class, r.getString("name")), r.getLong("value")));
    each(state, FLEETS, r -> new HubChange.FleetPut(fleet(r)));
    each(state, SITES, r -> new HubChange.SitePut(site(r, shared)));
    each(state, SLOTS, r -> new HubChange.SlotPut(slot(r, shared)));
    each(state, APPLICATIONS, r -> new HubChange.ApplicationPut(application(r)));
    each(
        state,
        "SELECT * FROM git_states",
        r ->
            new HubChange.GitPut(
                name(r, "fleet"),
                name(r, "application"),
                Columns.read(r.getString("state"), GitStateJson::state)));
    each(state, "SELECT * FROM assignments", r -> new HubChange.AssignmentPut(assignment(r)));
    each(
        state,
        "SELECT * FROM window_lifts",
        r ->
            new HubChange.LiftPut(
                new WindowLift(
                    new SlotRef(name(r, "site"), name(r, "slot")),
                    r.getLong("until_millis"),
                    r.getLong("lifted_millis"),
                    r.getString("lifted_by"))));
    each(state, "SELECT * FROM transfer_pauses", r -> new HubChange.PausePut(transferPause(r)));
    each(
        state,
        "SELECT * FROM line_rates",
        r ->
            new HubChange.LineMeasured(
                new LineRate(
                    shared.name(r.getString("site")),
                    r.getLong("bytes_per_second"),
                    r.getInt("samples"),
                    r.getLong("measured_millis"))));
    each(
        state,
        "SELECT * FROM publisher_roots ORDER BY version",
        r -> new HubChange.PublisherRootPut(publisherRoot(r)));
    each(state, "SELECT * FROM releases", r -> new HubChange.ReleasePut(release(r)));
    each(state, "SELECT * FROM tokens", r -> new HubChange.TokenPut(token(r)));
    each(
        state,
        "SELECT * FROM token_uses",
        r ->
            new HubChange.TokenUsed(
                new TokenUse(
                    r.getString("token"), digest(r, "key"), device(r), r.getLong("millis"))));
    each(state, "SELECT * FROM devices", r -> new HubChange.DevicePut(deviceRecord(r, shared)));
    each(state, "SELECT * FROM certificates", r -> new HubChange.CertificatePut(certificate(r)));
    each(state, "SELECT * FROM documents", r -> new HubChange.DocumentPut(document(r)));
    each(
        state,
        "SELECT * FROM held_documents",
        r ->
            new HubChange.DocumentHeld(
                device(r),
                shared.manifest(r.getString("manifest")),
                r.getLong("revision"),
                r.getLong("millis")));
    each(state, "SELECT * FROM presences", r -> new HubChange.PresencePut(presence(r)));
    // In the order in which they were last taken from: the last one is the one in use.
    each(
        state,
        "SELECT * FROM outbox_marks ORDER BY taken_millis",
        r ->
            new HubChange.OutboxMarked(
                device(r),
                r.getString("incarnation"),
                r.getLong("through"),
                r.getLong("begun"),
                r.getLong("backed_up"),
                r.getLong("taken_millis")));
    each(
        state,
        """
        SELECT m.*, s.releases
          FROM outbox_marks m LEFT JOIN device_states s
            ON s.device = m.device AND s.incarnation = m.incarnation
          ORDER BY m.taken_millis""",
        this::mark);
    each(
        state,
        "SELECT * FROM row_blocks ORDER BY log, first",
        r ->
            new HubChange.BlockPut(
                new RowBlock(
                    Columns.word(RowLog.class, r.getString("log")),
                    r.getLong("first"),
                    r.getLong("last"),
                    r.getLong("bytes"),
                    r.getLong("taken_millis"))));
    each(state, "SELECT * FROM strangers", r -> new HubChange.StrangerPut(stranger(r)));
    backup(state);
    each(state, "SELECT * FROM users", r -> new HubChange.UserPut(user(r)));
    rollouts(state);
    each(
        state,
        "SELECT * FROM audit ORDER BY sequence DESC LIMIT 1",
        r -> new HubChange.AuditAppended(audit(r)));
    return state;
  }

  /// Older ones first: a newer one takes devices from them.
  private void rollouts(HubState state) throws SQLException {
    each(
        state,
        "SELECT * FROM rollouts ORDER BY id",
        r -> new HubChange.RolloutKept(new RolloutChange.Put(RolloutRows.record(r))));
    each(
        state,
        "SELECT * FROM rollout_blocks ORDER BY rollout, first",
        r -> new HubChange.RolloutKept(RolloutRows.joined(r, shared)));
    each(
        state,
        "SELECT * FROM rollout_members",
        r -> new HubChange.RolloutKept(RolloutRows.moved(r)));
  }

  private HubState newState() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet r = statement.executeQuery("SELECT * FROM history")) {
      if (!r.next()) {
        throw new SQLException("the database has no history");
      }
      History history = new History(r.getLong("epoch"), r.getString("id"));
      Long backup = longOrNull(r, "backup_millis");
      Long restored = longOrNull(r, "restored_millis");
      return new HubState(
          history, backup == null || restored == null ? null : new Restoration(backup, restored));
    }
  }

  /// The newest backup; what it has stands in the marks.
  private void backup(HubState state) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet r =
            statement.executeQuery("SELECT * FROM backups ORDER BY number DESC LIMIT 1")) {
      if (r.next()) {
        state.apply(
            new HubChange.BackupNoted(r.getString("id"), longOrNull(r, "done_millis") != null));
      }
    }
  }

  private interface Row {
    HubChange read(ResultSet r) throws SQLException;
  }

  private void each(HubState state, String sql, Row row) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet r = statement.executeQuery(sql)) {
      while (r.next()) {
        state.apply(row.read(r));
      }
    }
  }

  private HubChange mark(ResultSet r) throws SQLException {
    String releases = r.getString("releases");
    return new HubChange.RowsTaken(
        device(r),
        r.getString("incarnation"),
        r.getLong("through"),
        r.getLong("taken_millis"),
        List.of(),
        releases == null ? null : shared.digestSet(releases));
  }

  static UserRecord user(ResultSet r) throws SQLException {
    return new UserRecord(
        name(r, "name"),
        digest(r, "token_hash"),
        r.getLong("created_millis"),
        r.getString("created_by"),
        longOrNull(r, "revoked_millis"));
  }

  private static <T> Kept<T> kept(ResultSet r, T content) throws SQLException {
    return kept(r, SharedValues.NONE, content);
  }

  private static <T> Kept<T> kept(ResultSet r, SharedValues shared, T content) throws SQLException {
    String given = r.getString("given");
    return new Kept<>(
        r.getString("id"),
        content,
        r.getLong("generation"),
        r.getLong("changed_millis"),
        shared.word(r.getString("changed_by")),
        given == null ? Map.of() : LayerColumns.given(given));
  }

  static TransferPause transferPause(ResultSet r) throws SQLException {
    String slot = r.getString("slot");
    return new TransferPause(
        new TransferPause.Place(
            name(r, "site"), slot.isEmpty() ? Optional.empty() : Optional.of(name(r, "slot"))),
        r.getLong("since_millis"),
        r.getString("paused_by"),
        r.getString("why"));
  }

  /// Of [#FLEETS].
  static Kept<AdminObject.Fleet> fleet(ResultSet r) throws SQLException {
    return kept(
        r,
        new AdminObject.Fleet(
            name(r, "name"),
            r.getString("display_name"),
            Columns.texts(r.getString("labels")),
            r.getBoolean("protected"),
            Columns.parameters(r.getString("parameters")),
            Columns.times(r.getString("times")),
            Columns.line(r.getString("line"))));
  }

  /// Of [#SITES].
  static Kept<AdminObject.Site> site(ResultSet r) throws SQLException {
    return site(r, SharedValues.NONE);
  }

  private static Kept<AdminObject.Site> site(ResultSet r, SharedValues shared) throws SQLException {
    return kept(
        r,
        shared,
        new AdminObject.Site(
            shared.name(r.getString("name")),
            shared.name(r.getString("fleet")),
            shared.word(r.getString("display_name")),
            shared.texts(r.getString("labels")),
            shared.word(r.getString("time_zone")),
            shared.word(r.getString("region")),
            r.getString("contact"),
            shared.parameters(r.getString("parameters")),
            Columns.times(r.getString("times")),
            Columns.line(r.getString("line"))));
  }

  /// Of [#SLOTS].
  static Kept<AdminObject.Slot> slot(ResultSet r) throws SQLException {
    return slot(r, SharedValues.NONE);
  }

  private static Kept<AdminObject.Slot> slot(ResultSet r, SharedValues shared) throws SQLException {
    return kept(
        r,
        shared,
        new AdminObject.Slot(
            shared.slot(r.getString("site"), r.getString("name")),
            shared.word(r.getString("display_name")),
            shared.texts(r.getString("labels")),
            shared.parameters(r.getString("parameters"))));
  }

  /// Of [#APPLICATIONS].
  static Kept<AdminObject.Application> application(ResultSet r) throws SQLException {
    String policies = r.getString("policies");
    String source = r.getString("source");
    return kept(
        r,
        new AdminObject.Application(
            name(r, "name"),
            name(r, "fleet"),
            Optional.ofNullable(r.getString("release"))
                .map(release -> Columns.value(release, ReleaseRef::parse)),
            r.getString("display_name"),
            Columns.texts(r.getString("labels")),
            Columns.texts(r.getString("parameters")),
            policies == null ? List.of() : LayerColumns.policies(policies),
            source == null
                ? Optional.empty()
                : Optional.of(Columns.read(source, GitStateJson::source))));
  }

  static Assignment assignment(ResultSet r) throws SQLException {
    return new Assignment(
        new Assignment.Place(
            name(r, "fleet"), nameOrNull(r.getString("site")), nameOrNull(r.getString("slot"))),
        releaseRef(r, "application"),
        digest(r, "release"),
        r.getLong("changed_millis"),
        r.getString("changed_by"));
  }

  private static PublisherRootRecord publisherRoot(ResultSet r) throws SQLException {
    return new PublisherRootRecord(
        r.getLong("version"),
        digest(r, "payload"),
        Columns.json(Envelope.class, r.getString("envelope")),
        r.getLong("trusted_millis"),
        r.getString("trusted_by"));
  }

  private static ReleaseRecord release(ResultSet r) throws SQLException {
    return new ReleaseRecord(
        digest(r, "digest"),
        releaseRef(r, "name"),
        Columns.word(ReleaseManifest.Kind.class, r.getString("kind")),
        r.getString("envelope"),
        Columns.words(r.getString("fleets")),
        r.getLong("security_floor"),
        Set.copyOf(Columns.digests(r.getString("files"))),
        r.getLong("bytes"),
        r.getLong("pushed_millis"),
        r.getString("pushed_by"),
        Columns.needs(r.getString("needs")));
  }

  private static JoinTokenRecord token(ResultSet r) throws SQLException {
    String replaces = r.getString("replaces");
    return new JoinTokenRecord(
        r.getString("id"),
        digest(r, "secret_hash"),
        name(r, "fleet"),
        nameOrNull(r.getString("site")),
        nameOrNull(r.getString("slot")),
        replaces == null ? null : Columns.value(replaces, DeviceId::new),
        r.getInt("uses"),
        r.getLong("created_millis"),
        r.getString("created_by"),
        r.getLong("expires_millis"),
        longOrNull(r, "revoked_millis"));
  }

  static DeviceRecord deviceRecord(ResultSet r) throws SQLException {
    return deviceRecord(r, SharedValues.NONE);
  }

  private static DeviceRecord deviceRecord(ResultSet r, SharedValues shared) throws SQLException {
    return new DeviceRecord(
        shared.device(r.getString("id")),
        digest(r, "key"),
        shared.slot(r.getString("site"), r.getString("slot")),
        Columns.word(DeviceRecord.Standing.class, r.getString("standing")),
        Columns.reason(r.getString("standing_reason")),
        r.getLong("standing_since"),
        r.getLong("enrolled_millis"),
        shared.word(r.getString("token")),
        shared.facts(r.getString("facts")));
  }

  private CertificateRecord certificate(ResultSet r) throws SQLException {
    return new CertificateRecord(
        r.getString("serial"),
        device(r),
        digest(r, "csr"),
        digest(r, "key"),
        r.getLong("not_before"),
        r.getLong("not_after"),
        Columns.word(CertificateRecord.Generation.class, r.getString("generation")),
        r.getString("pem"));
  }

  static Stranger stranger(ResultSet r) throws SQLException {
    return new Stranger(
        new PresentedCertificate(
            Columns.value(r.getString("device"), DeviceId::new),
            r.getString("serial"),
            digest(r, "key"),
            r.getLong("not_before"),
            r.getLong("not_after")),
        r.getBoolean("revoked"),
        r.getString("remote"),
        r.getLong("since_millis"));
  }

  private DocumentRecord document(ResultSet r) throws SQLException {
    String payload = r.getString("payload");
    return new DocumentRecord(
        device(r),
        shared.word(r.getString("history")),
        r.getLong("revision"),
        r.getLong("issued_millis"),
        shared.manifest(r.getString("manifest")),
        payload,
        Columns.json(DesiredManifest.class, payload).sections(),
        shared.digests(r.getString("releases")));
  }

  private PresenceRecord presence(ResultSet r) throws SQLException {
    List<String> lan = Columns.words(r.getString("lan"));
    return new PresenceRecord(
        device(r),
        r.getString("boot_id"),
        r.getLong("connect"),
        r.getBoolean("online"),
        r.getLong("seen_millis"),
        r.getString("remote"),
        shared.word(r.getString("agent_version")),
        lan,
        r.getLong("lan_millis"),
        shared.words(r.getString("features")),
        lan);
  }

  static AuditRecord audit(ResultSet r) throws SQLException {
    return new AuditRecord(
        r.getLong("sequence"),
        r.getLong("millis"),
        r.getString("principal"),
        r.getString("action"),
        r.getString("subject"),
        r.getString("before"),
        r.getString("after"),
        r.getString("previous"),
        r.getString("hash"));
  }

  private DeviceId device(ResultSet r) throws SQLException {
    return shared.device(r.getString("device"));
  }

  private static ReleaseRef releaseRef(ResultSet r, String column) throws SQLException {
    Name name = name(r, column);
    return Columns.value(r.getString("version"), version -> new ReleaseRef(name, version));
  }

  private static Digest digest(ResultSet r, String column) throws SQLException {
    return Columns.value(r.getString(column), Digest::new);
  }

  static Name name(ResultSet r, String column) throws SQLException {
    return Columns.value(r.getString(column), Name::new);
  }

  static @Nullable Long longOrNull(ResultSet r, String column) throws SQLException {
    long value = r.getLong(column);
    return r.wasNull() ? null : Long.valueOf(value);
  }

  static @Nullable Name nameOrNull(@Nullable String column) {
    return column == null || column.isEmpty() ? null : Columns.value(column, Name::new);
  }
}
