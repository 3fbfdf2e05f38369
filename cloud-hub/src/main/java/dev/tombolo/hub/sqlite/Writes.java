package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.RowBlock;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitStateJson;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.TokenUse;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes each kind of change as rows. Statements are prepared once.
final class Writes {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Writes(Connection connection) {
    this.connection = connection;
  }

  void write(HubChange.Durable change) throws SQLException {
    switch (change) {
      case HubChange.HistoryMoved c ->
          run("UPDATE history SET epoch = ?, id = ?", c.history().epoch(), c.history().id());
      case HubChange.HistoryRestored c ->
          run(
              "UPDATE history SET epoch = ?, id = ?, backup_millis = ?, restored_millis = ?",
              c.history().epoch(),
              c.history().id(),
              c.restoration().backupMillis(),
              c.restoration().restoredMillis());
      case HubChange.StrangerPut c -> write(c.stranger());
      case HubChange.StrangerGone c -> run("DELETE FROM strangers WHERE device = ?", c.device());
      case HubChange.BackupBegun c -> {
        run("INSERT INTO backups (id, begun_millis) VALUES (?, ?)", c.id(), c.millis());
        run("UPDATE outbox_marks SET begun = through");
      }
      case HubChange.BackupDone c -> {
        run(
            "UPDATE backups SET done_millis = ?, archive = ? WHERE id = ?",
            c.millis(),
            c.archive(),
            c.id());
        run("UPDATE outbox_marks SET backed_up = max(backed_up, begun)");
      }
      case HubChange.OutboxMarked c ->
          run(
              "INSERT OR REPLACE INTO outbox_marks VALUES (?, ?, ?, ?, ?, ?)",
              c.device(),
              c.incarnation(),
              c.through(),
              c.takenMillis(),
              c.begun(),
              c.backedUp());
      case HubChange.CounterMoved c ->
          run(
              "INSERT OR REPLACE INTO counters VALUES (?, ?)",
              Columns.word(c.counter()),
              c.value());
      case HubChange.FleetPut c -> {
        write(c.fleet().content(), c.fleet());
        writeGiven(c.fleet());
      }
      case HubChange.SitePut c -> {
        write(c.site().content(), c.site());
        writeGiven(c.site());
      }
      case HubChange.SlotPut c -> {
        write(c.slot().content(), c.slot());
        writeGiven(c.slot());
      }
      case HubChange.ApplicationPut c -> {
        write(c.application().content(), c.application());
        writePolicies(c.application().content());
        writeSource(c.application().content());
        writeGiven(c.application());
      }
      case HubChange.GitPut c ->
          run(
              "INSERT OR REPLACE INTO git_states VALUES (?, ?, ?)",
              c.fleet(),
              c.application(),
              GitStateJson.write(c.state()));
      case HubChange.GitGone c ->
          run(
              "DELETE FROM git_states WHERE fleet = ? AND application = ?",
              c.fleet(),
              c.application());
      case HubChange.ObjectGone c -> remove(c.object());
      case HubChange.AssignmentPut c -> write(c.assignment());
      case HubChange.AssignmentRemoved c -> remove(c);
      case HubChange.LiftPut c ->
          run(
              "INSERT OR REPLACE INTO window_lifts VALUES (?, ?, ?, ?, ?)",
              c.lift().slot().site(),
              c.lift().slot().slot(),
              c.lift().untilMillis(),
              c.lift().liftedMillis(),
              c.lift().liftedBy());
      case HubChange.PausePut c ->
          run(
              "INSERT OR REPLACE INTO transfer_pauses VALUES (?, ?, ?, ?, ?)",
              c.pause().place().site(),
              c.pause().place().slot().map(Name::text).orElse(""),
              c.pause().sinceMillis(),
              c.pause().by(),
              c.pause().why());
      case HubChange.PauseEnded c ->
          run(
              "DELETE FROM transfer_pauses WHERE site = ? AND slot = ?",
              c.place().site(),
              c.place().slot().map(Name::text).orElse(""));
      case HubChange.LiftEnded c ->
          run(
              "DELETE FROM window_lifts WHERE site = ? AND slot = ?",
              c.slot().site(),
              c.slot().slot());
      case HubChange.LineMeasured c ->
          run(
              "INSERT OR REPLACE INTO line_rates VALUES (?, ?, ?, ?)",
              c.rate().site(),
              c.rate().bytesPerSecond(),
              (long) c.rate().samples(),
              c.rate().measuredMillis());
      case HubChange.LineForgotten c -> run("DELETE FROM line_rates WHERE site = ?", c.site());
      case HubChange.PublisherRootPut c -> write(c.root());
      case HubChange.ReleasePut c -> write(c.release());
      case HubChange.TokenPut c -> write(c.token());
      case HubChange.TokenUsed c -> write(c.use());
      case HubChange.DevicePut c -> write(c.device());
      case HubChange.CertificatePut c -> write(c.certificate());
      case HubChange.DocumentPut c -> write(c.document());
      case HubChange.DocumentHeld c ->
          run(
              "INSERT OR REPLACE INTO held_documents VALUES (?, ?, ?, ?)",
              c.device(),
              c.manifest(),
              c.revision(),
              c.millis());
      case HubChange.PresencePut c -> write(c.presence());
      case HubChange.RowsTaken c -> write(c);
      case HubChange.BlockPut c -> write(c.block());
      case HubChange.BlockDropped c -> drop(c.block());
      case HubChange.MarkForgotten c ->
          run(
              "DELETE FROM outbox_marks WHERE device = ? AND incarnation = ?",
              c.device(),
              c.incarnation());
      case HubChange.TokenForgotten c -> {
        run("DELETE FROM token_uses WHERE token = ?", c.token());
        run("DELETE FROM tokens WHERE id = ?", c.token());
      }
      case HubChange.DeviceCleared c -> clear(c.device());
      case HubChange.CertificatesEnded c ->
          run(
              """
              DELETE FROM certificates WHERE serial IN (
                SELECT serial FROM certificates
                  WHERE generation = 'superseded' AND not_after < ? ORDER BY not_after LIMIT ?)""",
              c.millis(),
              c.atMost());
      case HubChange.UserPut c -> write(c.user());
      case HubChange.RolloutKept c -> write(c.change());
      case HubChange.AuditAppended c -> write(c.record());
    }
  }

  private void write(AdminObject.Fleet fleet, Kept<?> kept) throws SQLException {
    run(
        "INSERT OR REPLACE INTO fleets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        fleet.name(),
        fleet.displayName(),
        Columns.texts(fleet.labels()),
        fleet.isProtected(),
        Columns.parameters(fleet.parameters()),
        kept.id(),
        kept.generation(),
        kept.changedMillis(),
        kept.changedBy(),
        Columns.times(fleet.times()),
        Columns.line(fleet.line()));
  }

  private void write(AdminObject.Site site, Kept<?> kept) throws SQLException {
    run(
        "INSERT OR REPLACE INTO sites VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        site.name(),
        site.fleet(),
        site.displayName(),
        Columns.texts(site.labels()),
        site.timeZone(),
        site.region(),
        site.contact(),
        Columns.parameters(site.parameters()),
        kept.id(),
        kept.generation(),
        kept.changedMillis(),
        kept.changedBy(),
        Columns.times(site.times()),
        Columns.line(site.line()));
  }

  private void write(AdminObject.Slot slot, Kept<?> kept) throws SQLException {
    run(
        "INSERT OR REPLACE INTO slots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        slot.ref().site(),
        slot.ref().slot(),
        slot.displayName(),
        Columns.texts(slot.labels()),
        Columns.parameters(slot.parameters()),
        kept.id(),
        kept.generation(),
        kept.changedMillis(),
        kept.changedBy());
  }

  private void write(AdminObject.Application application, Kept<?> kept) throws SQLException {
    run(
        "INSERT OR REPLACE INTO applications VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        application.fleet(),
        application.name(),
        application.displayName(),
        Columns.texts(application.labels()),
        Columns.texts(application.parameters()),
        application.release().map(Object::toString).orElse(null),
        kept.id(),
        kept.generation(),
        kept.changedMillis(),
        kept.changedBy());
  }

  private void writePolicies(AdminObject.Application application) throws SQLException {
    if (application.policies().isEmpty()) {
      run(
          "DELETE FROM sync_policies WHERE fleet = ? AND application = ?",
          application.fleet(),
          application.name());
    } else {
      run(
          "INSERT OR REPLACE INTO sync_policies VALUES (?, ?, ?)",
          application.fleet(),
          application.name(),
          LayerColumns.policies(application.policies()));
    }
  }

  private void writeSource(AdminObject.Application application) throws SQLException {
    Optional<GitSource> source = application.source();
    if (source.isPresent()) {
      run(
          "INSERT OR REPLACE INTO git_sources VALUES (?, ?, ?)",
          application.fleet(),
          application.name(),
          GitStateJson.write(source.get()));
    } else {
      run(
          "DELETE FROM git_sources WHERE fleet = ? AND application = ?",
          application.fleet(),
          application.name());
    }
  }

  private void writeGiven(Kept<? extends AdminObject> kept) throws SQLException {
    String title = kept.content().title();
    if (!kept.given().isEmpty()) {
      run(
          "INSERT OR REPLACE INTO given_values VALUES (?, ?)",
          title,
          LayerColumns.given(kept.given()));
    } else if (kept.generation() > 1) {
      run("DELETE FROM given_values WHERE object = ?", title);
    }
  }

  private void remove(AdminObject object) throws SQLException {
    run("DELETE FROM given_values WHERE object = ?", object.title());
    switch (object) {
      case AdminObject.Fleet it -> run("DELETE FROM fleets WHERE name = ?", it.name());
      case AdminObject.Site it -> run("DELETE FROM sites WHERE name = ?", it.name());
      case AdminObject.Slot it ->
          run("DELETE FROM slots WHERE site = ? AND name = ?", it.ref().site(), it.ref().slot());
      case AdminObject.Application it -> {
        run("DELETE FROM applications WHERE fleet = ? AND name = ?", it.fleet(), it.name());
        run("DELETE FROM sync_policies WHERE fleet = ? AND application = ?", it.fleet(), it.name());
        run("DELETE FROM git_sources WHERE fleet = ? AND application = ?", it.fleet(), it.name());
        run("DELETE FROM git_states WHERE fleet = ? AND application = ?", it.fleet(), it.name());
      }
      case AdminObject.Rollout it -> throw neverRemoved(it);
    }
  }

  private static IllegalStateException neverRemoved(AdminObject.Rollout it) {
    return new IllegalStateException(it.title() + " goes by its own change");
  }

  private void write(Assignment assignment) throws SQLException {
    Assignment.Place place = assignment.place();
    run(
        "INSERT OR REPLACE INTO assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        place.fleet(),
        orEmpty(place.site()),
        orEmpty(place.slot()),
        assignment.application(),
        assignment.ref().version(),
        assignment.release(),
        assignment.changedMillis(),
        assignment.changedBy());
  }

  private void remove(HubChange.AssignmentRemoved removed) throws SQLException {
    run(
        "DELETE FROM assignments WHERE fleet = ? AND site = ? AND slot = ? AND application = ?",
        removed.place().fleet(),
        orEmpty(removed.place().site()),
        orEmpty(removed.place().slot()),
        removed.application());
  }

  private void write(PublisherRootRecord root) throws SQLException {
    run(
        "INSERT INTO publisher_roots VALUES (?, ?, ?, ?, ?)",
        root.version(),
        root.payload(),
        Json.write(root.envelope()),
        root.trustedMillis(),
        root.trustedBy());
  }

  private void write(ReleaseRecord release) throws SQLException {
    run(
        "INSERT INTO releases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        release.digest(),
        release.ref().name(),
        release.ref().version(),
        Columns.word(release.kind()),
        release.envelopeText(),
        String.join(" ", release.fleets()),
        release.securityFloor(),
        Columns.digests(release.files()),
        release.bytes(),
        release.pushedMillis(),
        release.pushedBy(),
        Columns.needs(release.needs()));
  }

  private void write(JoinTokenRecord token) throws SQLException {
    run(
        "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        token.id(),
        token.secretHash(),
        token.fleet(),
        token.site(),
        token.slot(),
        token.replaces(),
        token.uses(),
        token.createdMillis(),
        token.createdBy(),
        token.expiresMillis(),
        token.revokedMillis());
  }

  private void write(TokenUse use) throws SQLException {
    run(
        "INSERT INTO token_uses VALUES (?, ?, ?, ?)",
        use.token(),
        use.key(),
        use.device(),
        use.millis());
  }

  private void write(DeviceRecord device) throws SQLException {
    run(
        """
        INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET key = excluded.key, site = excluded.site,
            slot = excluded.slot, standing = excluded.standing,
            standing_reason = excluded.standing_reason, standing_since = excluded.standing_since,
            enrolled_millis = excluded.enrolled_millis, token = excluded.token,
            facts = excluded.facts""",
        device.id(),
        device.key(),
        device.slot().site(),
        device.slot().slot(),
        Columns.word(device.standing()),
        Columns.reason(device.standingReason()),
        device.standingSinceMillis(),
        device.enrolledMillis(),
        device.token(),
        Columns.texts(device.facts()));
  }

  private void write(CertificateRecord certificate) throws SQLException {
    run(
        """
        INSERT INTO certificates VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (serial) DO UPDATE SET generation = excluded.generation""",
        certificate.serial(),
        certificate.device(),
        certificate.csr(),
        certificate.key(),
        certificate.notBeforeMillis(),
        certificate.notAfterMillis(),
        Columns.word(certificate.generation()),
        certificate.pem());
  }

  private void write(Stranger stranger) throws SQLException {
    run(
        "INSERT OR REPLACE INTO strangers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        stranger.device(),
        stranger.isRevoked(),
        stranger.certificate().serial(),
        stranger.certificate().key(),
        stranger.certificate().notBeforeMillis(),
        stranger.certificate().notAfterMillis(),
        stranger.remote(),
        stranger.sinceMillis());
  }

  private void write(DocumentRecord document) throws SQLException {
    run(
        "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
        document.device(),
        document.history(),
        document.revision(),
        document.issuedMillis(),
        document.manifest(),
        document.payload(),
        Columns.digests(document.releases()));
  }

  private void write(PresenceRecord presence) throws SQLException {
    run(
        "INSERT OR REPLACE INTO presences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        presence.device(),
        presence.bootId(),
        presence.connect(),
        presence.online(),
        presence.seenMillis(),
        presence.remote(),
        presence.agentVersion(),
        String.join(" ", presence.lan()),
        presence.lanMillis(),
        String.join(" ", presence.features()));
  }

  private void write(HubChange.RowsTaken taken) throws SQLException {
    run(
        """
        INSERT INTO outbox_marks (device, incarnation, through, taken_millis) VALUES (?, ?, ?, ?)
          ON CONFLICT (device, incarnation) DO UPDATE SET through = excluded.through,
            taken_millis = excluded.taken_millis""",
        taken.device(),
        taken.incarnation(),
        taken.through(),
        taken.takenMillis());
    for (ReportRow row : taken.rows()) {
      switch (row.body()) {
        case ReportBody.Result body ->
            run(
                """
                INSERT INTO results (id, device, incarnation, sequence, hub_millis, wall_millis,
                  channel, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                row.number(),
                taken.device(),
                taken.incarnation(),
                row.sequence(),
                row.hubMillis(),
                row.wallMillis(),
                body.channel(),
                body.json());
        case ReportBody.Happened body ->
            happened(
                taken, row, body.what(), body.application(), body.release(), json(body.reason()));
        case ReportBody.Dropped body ->
            happened(taken, row, "dropped", body.channel(), null, Json.write(body));
        case ReportBody.State body -> state(taken, row, body);
      }
    }
  }

  private void happened(
      HubChange.RowsTaken taken,
      ReportRow row,
      String what,
      @Nullable Object application,
      @Nullable Digest release,
      String detail)
      throws SQLException {
    run(
        """
        INSERT INTO happened (id, device, incarnation, sequence, hub_millis, wall_millis, what,
          application, release, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        row.number(),
        taken.device(),
        taken.incarnation(),
        row.sequence(),
        row.hubMillis(),
        row.wallMillis(),
        what,
        application,
        release,
        detail);
  }

  private void state(HubChange.RowsTaken taken, ReportRow row, ReportBody.State body)
      throws SQLException {
    Set<Digest> releases = taken.releases();
    run(
        "INSERT OR REPLACE INTO device_states VALUES (?, ?, ?, ?, ?, ?, ?)",
        taken.device(),
        taken.incarnation(),
        row.sequence(),
        row.hubMillis(),
        row.wallMillis(),
        Columns.digests(releases == null ? List.of() : releases),
        Json.write(body));
  }

  private void write(RowBlock block) throws SQLException {
    run(
        "INSERT OR REPLACE INTO row_blocks VALUES (?, ?, ?, ?, ?)",
        Columns.word(block.log()),
        block.first(),
        block.last(),
        block.bytes(),
        block.takenMillis());
  }

  private void drop(RowBlock block) throws SQLException {
    String rows =
        switch (block.log()) {
          case RESULTS -> "DELETE FROM results WHERE id BETWEEN ? AND ?";
          case EVENTS -> "DELETE FROM happened WHERE id BETWEEN ? AND ?";
        };
    run(rows, block.first(), block.last());
    run(
        "DELETE FROM row_blocks WHERE log = ? AND first = ?",
        Columns.word(block.log()),
        block.first());
  }

  private void clear(DeviceId device) throws SQLException {
    run("DELETE FROM certificates WHERE device = ? AND generation <> 'superseded'", device);
    run("DELETE FROM documents WHERE device = ?", device);
    run("DELETE FROM held_documents WHERE device = ?", device);
    run("DELETE FROM presences WHERE device = ?", device);
    run("DELETE FROM outbox_marks WHERE device = ?", device);
    run("DELETE FROM device_states WHERE device = ?", device);
  }

  private void write(RolloutChange.Kept change) throws SQLException {
    long rollout = change.rollout().number();
    switch (change) {
      case RolloutChange.Put(var record) ->
          run(
              """
              INSERT INTO rollouts VALUES (?, ?, ?, ?, '{"waves":[]}')
                ON CONFLICT (id) DO UPDATE SET record = excluded.record""",
              rollout,
              record.scope().fleet(),
              record.application(),
              RolloutJson.write(record));
      case RolloutChange.Gone _ -> {
        run("DELETE FROM rollout_members WHERE rollout = ?", rollout);
        run("DELETE FROM rollout_blocks WHERE rollout = ?", rollout);
        run("DELETE FROM rollouts WHERE id = ?", rollout);
      }
      case RolloutChange.Joined joined -> {
        if (joined.first() == 0) {
          run("DELETE FROM rollout_members WHERE rollout = ?", rollout);
          run("DELETE FROM rollout_blocks WHERE rollout = ?", rollout);
        }
        run(
            "INSERT INTO rollout_blocks VALUES (?, ?, ?, ?, ?, ?)",
            rollout,
            joined.first(),
            joined.slots().getFirst(),
            joined.slots().getLast(),
            RolloutRows.slots(joined.slots()),
            RolloutRows.waves(joined.waves()));
      }
      case RolloutChange.Moved moved ->
          run(
              "INSERT OR REPLACE INTO rollout_members VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              rollout,
              moved.member(),
              moved.wave(),
              moved.phase().ordinal(),
              moved.grantedMillis(),
              moved.prior(),
              moved.holder(),
              moved.life(),
              Columns.reason(moved.reason()),
              moved.isOutside() ? 1 : 0);
      case RolloutChange.Counted counted ->
          run(
              "UPDATE rollouts SET counts = ? WHERE id = ?",
              RolloutJson.write(counted.waves()),
              rollout);
    }
  }

  private void write(UserRecord user) throws SQLException {
    run(
        "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?)",
        user.name(),
        user.tokenHash(),
        user.createdMillis(),
        user.createdBy(),
        user.revokedMillis());
  }

  private void write(AuditRecord record) throws SQLException {
    run(
        "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        record.sequence(),
        record.millis(),
        record.principal(),
        record.action(),
        record.subject(),
        record.before(),
        record.after(),
        record.previous(),
        record.hash());
  }

  /// Runs a statement, prepared on its first use. Numbers and truth values are bound as integers,
  /// everything else by its text.
  void run(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      switch (value) {
        case null -> statement.setObject(i + 1, null);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setLong(i + 1, number);
        case Boolean truth -> statement.setInt(i + 1, truth ? 1 : 0);
        default -> statement.setString(i + 1, value.toString());
      }
    }
    try {
      statement.executeUpdate();
    } catch (SQLException e) {
      // The driver closes a statement that failed on a full or broken disk; the next use needs a
      // new one.
      prepared.remove(sql);
      statement.close();
      throw e;
    }
  }

  void close() throws SQLException {
    for (PreparedStatement statement : prepared.values()) {
      statement.close();
    }
    prepared.clear();
  }

  private static String json(@Nullable Reason reason) {
    return reason == null ? "" : Json.write(reason);
  }

  private static String orEmpty(@Nullable Object name) {
    return name == null ? "" : name.toString();
  }
}
