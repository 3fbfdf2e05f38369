package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.sign.Envelope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Writes changes as rows.
final class ChangeWriter {
  private static final String UPSERT_DOCUMENT =
      "INSERT INTO document (stage, envelope) VALUES (?, ?)"
          + " ON CONFLICT (stage) DO UPDATE SET envelope = excluded.envelope";

  private final Statements statements;
  private final Set<Digest> heldSections = new HashSet<>();
  private boolean heldSectionsKnown;

  ChangeWriter(Statements statements) {
    this.statements = statements;
  }

  void enrolled(Enrolment it) throws SQLException {
    statements.run(
        "INSERT OR IGNORE INTO enrolment (id, device, fleet, site, slot, root_key, publisher_root,"
            + " document_certificate, epoch, history, links, https, incarnation)"
            + " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        it.device(),
        it.fleet(),
        it.site(),
        it.slot(),
        it.rootKey(),
        it.publisherRoot(),
        it.documentCertificate(),
        it.history().epoch(),
        it.history().id(),
        String.join("\n", it.links()),
        it.https(),
        it.incarnation());
    statements.run(
        "INSERT OR IGNORE INTO mark (id, connects, time_floor, document_certificate, next_sequence,"
            + " acked_through) VALUES (1, 0, 0, ?, 1, 0)",
        it.documentCertificate());
  }

  void write(AgentChange change) throws SQLException {
    switch (change) {
      case AgentChange.ConnectCounted(var connects) ->
          statements.run("UPDATE mark SET connects = max(connects, ?)", connects);
      case AgentChange.LinkNoted(var open, var since, var cause) ->
          statements.run(
              "INSERT OR REPLACE INTO link (id, open, since_wall, cause) VALUES (1, ?, ?, ?)",
              open,
              since,
              cause == null ? null : Json.write(cause));
      case AgentChange.TimeFloorRaised(var millis) ->
          statements.run("UPDATE mark SET time_floor = max(time_floor, ?)", millis);
      case AgentChange.SecurityFloorRaised(var application, var floor) ->
          statements.run(
              "INSERT INTO security_floor (application, floor) VALUES (?, ?)"
                  + " ON CONFLICT (application) DO UPDATE SET floor = max(floor, excluded.floor)",
              application,
              floor);
      case AgentChange.DocumentKeyTrusted(var pem) ->
          statements.run("UPDATE mark SET document_certificate = ?", pem);
      case AgentChange.SectionKept(var section) ->
          statements.run(
              "INSERT OR IGNORE INTO section (digest, name, text) VALUES (?, ?, ?)",
              section.digest(),
              section.name(),
              section.text());
      case AgentChange.DocumentPending(var document) -> pending(document);
      case AgentChange.DocumentHeld(var document) -> held(document);
      case AgentChange.KitTaken(var kit) ->
          statements.run(
              "INSERT OR REPLACE INTO kit (id, kit, created, revision, manifest)"
                  + " VALUES (1, ?, ?, ?, ?)",
              kit.kit(),
              kit.createdMillis(),
              kit.revision(),
              kit.manifest());
      case AgentChange.PublisherRootsKept(var chain) -> roots(chain);
      case AgentChange.ReleaseKept(var release, var envelope) ->
          statements.run(
              "INSERT OR IGNORE INTO release (digest, envelope) VALUES (?, ?)",
              release,
              Json.write(envelope));
      case AgentChange.ReleasesSwept(var kept) -> sweep("release", kept);
      case AgentChange.TimeHeardKept(var heard) ->
          statements.run(
              "UPDATE mark SET heard_boot = ?, heard_monotonic = ?, heard_said = ?, heard_wall = ?",
              heard.machineBootId(),
              heard.monotonicMillis(),
              heard.saidMillis(),
              heard.wallMillis());
      case AgentChange.ApplicationKept(var application) -> application(application);
      case AgentChange.ApplicationRemoved(var name) ->
          statements.run("DELETE FROM application WHERE name = ?", name);
      case AgentChange.WorkloadKept(var workload) -> workload(workload);
      case AgentChange.WorkloadGone(var name) ->
          statements.run("DELETE FROM workload WHERE name = ?", name);
      case AgentChange.OutboxChanged(var outbox) -> outbox(outbox);
      case AgentChange.DamageTold _ -> statements.run("DELETE FROM damage");
      case AgentChange.StatusKept(var state, var wall) ->
          statements.run(
              "INSERT OR REPLACE INTO status (id, state, wall) VALUES (1, ?, ?)",
              Json.write(state),
              wall);
    }
  }

  private void pending(HeldDocument document) throws SQLException {
    statements.run(UPSERT_DOCUMENT, "pending", Json.write(document.envelope()));
    Set<Digest> listed = listed(document);
    listed.addAll(heldSections());
    sweep("section", listed);
  }

  private void held(HeldDocument document) throws SQLException {
    statements.run(UPSERT_DOCUMENT, "held", Json.write(document.envelope()));
    statements.run("DELETE FROM document WHERE stage = 'pending'");
    History history = document.manifest().history();
    statements.run(
        "UPDATE enrolment SET epoch = ?, history = ? WHERE epoch < ?",
        history.epoch(),
        history.id(),
        history.epoch());
    Set<Digest> listed = listed(document);
    sweep("section", listed);
    heldSections.clear();
    heldSections.addAll(listed);
    heldSectionsKnown = true;
  }

  /// What was written since the last commit is not there.
  void forget() {
    heldSections.clear();
    heldSectionsKnown = false;
  }

  /// The sections of the document in force.
  private Set<Digest> heldSections() throws SQLException {
    if (!heldSectionsKnown) {
      try (ResultSet row =
          statements.with("SELECT envelope FROM document WHERE stage = 'held'").executeQuery()) {
        if (row.next()) {
          heldSections.addAll(listed(SnapshotReader.document(row.getString(1))));
        }
      } catch (MalformedException e) {
        throw new SQLException("the document in force does not read: " + e.getMessage(), e);
      }
      heldSectionsKnown = true;
    }
    return heldSections;
  }

  private static Set<Digest> listed(HeldDocument document) {
    Set<Digest> listed = new HashSet<>();
    for (DesiredManifest.SectionRef ref : document.manifest().sections()) {
      listed.add(ref.digest());
    }
    return listed;
  }

  private void sweep(String table, Set<Digest> kept) throws SQLException {
    List<String> gone = new ArrayList<>();
    try (ResultSet rows = statements.with("SELECT digest FROM " + table).executeQuery()) {
      while (rows.next()) {
        String digest = rows.getString(1);
        if (!kept.contains(new Digest(digest))) {
          gone.add(digest);
        }
      }
    }
    for (String digest : gone) {
      statements.run("DELETE FROM " + table + " WHERE digest = ?", digest);
    }
  }

  private void roots(List<Envelope> chain) throws SQLException {
    for (int i = 0; i < chain.size(); i++) {
      statements.run(
          "INSERT OR REPLACE INTO publisher_root (version, envelope) VALUES (?, ?)",
          i + 1,
          Json.write(chain.get(i)));
    }
  }

  private void application(AgentSnapshot.Application it) throws SQLException {
    statements.run(
        "INSERT OR REPLACE INTO application (name, state, since_wall, permit) VALUES (?, ?, ?, ?)",
        it.name(),
        StateText.write(it),
        it.sinceWallMillis(),
        it.permit().map(StateText::write).orElse(null));
  }

  private void workload(AgentSnapshot.Workload it) throws SQLException {
    statements.run(
        "INSERT OR REPLACE INTO workload (name, what, boot_id, pid, start_ticks, exits)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        it.name(),
        StateText.write(it.what()),
        it.process().bootId(),
        it.process().pid(),
        it.process().startTicks(),
        it.exits());
  }

  private void outbox(OutboxChange change) throws SQLException {
    switch (change) {
      case OutboxChange.Appended(var entry, var row) -> append(entry, row);
      case OutboxChange.Removed(var sequence) ->
          statements.run("DELETE FROM outbox WHERE sequence = ?", sequence);
      case OutboxChange.ResultsRemoved(var channel, var from, var through) ->
          statements.run(
              "DELETE FROM outbox WHERE sequence BETWEEN ? AND ? AND kind = 'RESULT'"
                  + " AND channel = ?",
              from,
              through,
              channel);
      case OutboxChange.Acknowledged(var through) -> {
        statements.run("UPDATE mark SET acked_through = max(acked_through, ?)", through);
        statements.run("DELETE FROM outbox WHERE sequence <= ? AND kind = 'STATE'", through);
      }
      case OutboxChange.LostByHub(var through) ->
          statements.run("UPDATE mark SET acked_through = ?", through);
      case OutboxChange.Forgotten(var through) -> {
        statements.run("DELETE FROM outbox WHERE sequence <= ?", through);
        statements.run("UPDATE mark SET acked_through = max(acked_through, ?)", through);
      }
    }
  }

  private void append(OutboxEntry entry, Report.Row row) throws SQLException {
    statements.run(
        "INSERT INTO outbox (sequence, kind, channel, bytes, boot_id, wall, monotonic, body)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        entry.sequence(),
        entry.kind().name(),
        entry.channel(),
        entry.bytes(),
        row.bootId(),
        row.wallMillis(),
        row.monotonicMillis(),
        Json.write(row.body()));
    statements.run("UPDATE mark SET next_sequence = max(next_sequence, ?)", entry.sequence() + 1);
  }
}
