package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.agent.outbox.WaitingRows;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one agent has committed, kept independently of its own store and memory.
final class ShopFacts {
  /// Who it is is known.
  boolean isNamed;

  long connects;
  long timeFloorMillis;
  @Nullable TimeHeard heard;

  /// What it knew until then.
  @Nullable TimeHeard heardBefore;

  final Map<Name, Long> securityFloors = new HashMap<>();
  @Nullable HeldDocument held;

  /// Texts of sections by their digests; other documents may come back to them.
  final Map<Digest, String> sections = new HashMap<>();

  /// What the document in force says of times.
  @Nullable WindowRule rule;

  final TreeMap<Name, ReleaseState> releases = new TreeMap<>();
  final TreeMap<Name, AgentSnapshot.Workload> workloads = new TreeMap<>();

  /// Rows that the hub has not acknowledged, with those that gave way since they may be on their
  /// way.
  final TreeMap<Long, Row> rows = new TreeMap<>();

  final Map<Name, Integer> waiting = new HashMap<>();
  long lastSequence;
  long ackedThrough;
  long forgottenThrough;

  /// Of its outbox, once it is not the first one any more.
  @Nullable String incarnation;

  /// Results that were taken, over all time, and those that gave way.
  long results;

  long resultsGone;

  /// A row of the outbox.
  static final class Row {
    final OutboxEntry entry;
    final Report.Row row;
    boolean isGone;

    /// It no longer counts as waiting, though it may be kept until a backup has it.
    boolean isSettled;

    Row(OutboxEntry entry, Report.Row row) {
      this.entry = entry;
      this.row = row;
    }

    Row copy() {
      Row copy = new Row(entry, row);
      copy.isGone = isGone;
      copy.isSettled = isSettled;
      return copy;
    }
  }

  /// Of another machine with a copy of this disk.
  ShopFacts copy() {
    ShopFacts copy = new ShopFacts();
    copy.connects = connects;
    copy.timeFloorMillis = timeFloorMillis;
    copy.heard = heard;
    copy.heardBefore = heardBefore;
    copy.securityFloors.putAll(securityFloors);
    copy.held = held;
    copy.sections.putAll(sections);
    copy.releases.putAll(releases);
    copy.workloads.putAll(workloads);
    rows.forEach((sequence, row) -> copy.rows.put(sequence, row.copy()));
    copy.waiting.putAll(waiting);
    copy.lastSequence = lastSequence;
    copy.ackedThrough = ackedThrough;
    copy.forgottenThrough = forgottenThrough;
    copy.incarnation = incarnation;
    copy.results = results;
    copy.resultsGone = resultsGone;
    return copy;
  }

  /// Rows of an outbox before are nowhere else any more.
  boolean isOfIts(String outbox) {
    return incarnation == null || incarnation.equals(outbox);
  }

  /// Its database is gone; the mirror has the rest. The rows that waited are lost, which the device
  /// tells.
  void lostDatabase(long connectsMore, boolean withDocuments, String nextIncarnation) {
    incarnation = nextIncarnation;
    connects += connectsMore;
    if (!withDocuments) {
      held = null;
      rule = null;
    }
    rows.clear();
    waiting.clear();
    lastSequence = 0;
    ackedThrough = 0;
    forgottenThrough = 0;
    results = 0;
    resultsGone = 0;
  }

  /// Takes one change in; to be called after the invariants have seen it.
  void take(AgentChange change) {
    switch (change) {
      case AgentChange.ConnectCounted(var count) -> connects = count;
      case AgentChange.TimeFloorRaised(var millis) -> timeFloorMillis = millis;
      case AgentChange.TimeHeardKept(var it) -> {
        heardBefore = heard;
        heard = it;
      }
      case AgentChange.SecurityFloorRaised(var name, var floor) -> securityFloors.put(name, floor);
      case AgentChange.DocumentHeld(var document) -> {
        held = document;
        rule = null;
      }
      case AgentChange.SectionKept(var section) -> sections.put(section.digest(), section.text());
      case AgentChange.ApplicationKept(var it) -> releases.put(it.name(), it.state());
      case AgentChange.ApplicationRemoved(var name) -> releases.remove(name);
      case AgentChange.WorkloadKept(var it) -> workloads.put(it.name(), it);
      case AgentChange.WorkloadGone(var name) -> workloads.remove(name);
      case AgentChange.OutboxChanged(var it) -> take(it);
      case AgentChange.LinkNoted _,
          AgentChange.TimeHeardKept _,
          AgentChange.DocumentKeyTrusted _,
          AgentChange.DocumentPending _,
          AgentChange.KitTaken _,
          AgentChange.PublisherRootsKept _,
          AgentChange.ReleaseKept _,
          AgentChange.ReleasesSwept _,
          AgentChange.DamageTold _,
          AgentChange.StatusKept _ -> {}
    }
  }

  private void take(OutboxChange change) {
    switch (change) {
      case OutboxChange.Appended(var entry, var row) -> {
        rows.put(entry.sequence(), new Row(entry, row));
        lastSequence = entry.sequence();
        Name channel = entry.channel();
        if (entry.kind() == OutboxEntry.Kind.RESULT && channel != null) {
          results++;
          waiting.merge(channel, 1, Integer::sum);
        }
      }
      case OutboxChange.Removed(var sequence) -> {
        Row row = rows.get(sequence);
        if (row != null) {
          row.isGone = true;
        }
      }
      case OutboxChange.ResultsRemoved(var channel, var from, var through) -> {
        for (Row row : rows.subMap(from, true, through, true).values()) {
          if (!row.isGone
              && row.entry.kind() == OutboxEntry.Kind.RESULT
              && channel.equals(row.entry.channel())) {
            settle(row);
            row.isGone = true;
            resultsGone++;
          }
        }
      }
      case OutboxChange.Acknowledged(var through) -> {
        for (Row row : rows.headMap(through, true).values()) {
          if (row.entry.kind() == OutboxEntry.Kind.STATE) {
            row.isGone = true;
          }
          settle(row);
        }
        ackedThrough = Math.max(ackedThrough, through);
      }
      case OutboxChange.LostByHub(var through) -> ackedThrough = through;
      case OutboxChange.Forgotten(var through) -> {
        rows.headMap(through, true).values().forEach(this::settle);
        rows.headMap(through, true).clear();
        forgottenThrough = through;
        ackedThrough = Math.max(ackedThrough, through);
      }
    }
  }

  private void settle(Row row) {
    Name channel = row.entry.channel();
    if (!row.isGone
        && !row.isSettled
        && row.entry.kind() == OutboxEntry.Kind.RESULT
        && channel != null) {
      waiting.merge(channel, -1, Integer::sum);
    }
    row.isSettled = true;
  }

  /// True while the hub has not taken all.
  boolean isAnyUnacknowledged() {
    return rows.tailMap(ackedThrough, false).values().stream().anyMatch(row -> !row.isGone);
  }

  /// Rows that the device has: what it took back itself, for a newer one says more, is not counted.
  boolean isOutboxWithin(int most) {
    return rows.size() <= most || kept() <= most;
  }

  long kept() {
    return rows.values().stream().filter(row -> !row.isGone).count();
  }

  WaitingRows waiting() {
    return WaitingRows.of(
        ackedThrough,
        rows.values().stream().filter(row -> !row.isGone).map(row -> row.entry).toList());
  }
}
