package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.agent.outbox.WaitingRows;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The agent's store in memory, for simulations; passes the same contract as the one on the disk.
final class MemoryStore implements AgentStore {
  private final Enrolment enrolment;
  private long connects;
  private long timeFloor;
  private String documentCertificate;
  private Optional<HeldDocument> held = Optional.empty();
  private Optional<HeldDocument> pending = Optional.empty();
  private Optional<TimeHeard> heard = Optional.empty();
  private final Map<Digest, Section> sections = new HashMap<>();
  private List<Envelope> roots = List.of();
  private final Map<Name, Long> floors = new HashMap<>();
  private final Map<Digest, Envelope> releases = new HashMap<>();
  private final Map<Name, AgentSnapshot.Application> applications = new TreeMap<>();
  private final Map<Name, AgentSnapshot.Workload> workloads = new TreeMap<>();
  private final TreeMap<Long, Stored> outbox = new TreeMap<>();
  private Optional<KitMark> kit = Optional.empty();
  private long nextSequence = 1;
  private long ackedThrough;

  /// As a store that was made anew says until it is told.
  Optional<Reason> damage = Optional.empty();

  private record Stored(OutboxEntry entry, Report.Row row) {}

  MemoryStore(Enrolment enrolment) {
    this.enrolment = enrolment;
    this.documentCertificate = enrolment.documentCertificate();
  }

  /// The disk has eaten it.
  void loseDocument() {
    held = Optional.empty();
    pending = Optional.empty();
    sections.clear();
  }

  /// Made anew from a mirror that had no documents, and so no releases.
  void loseDocuments() {
    loseDocument();
    releases.clear();
  }

  @Override
  public AgentSnapshot load() {
    List<OutboxEntry> entries = new ArrayList<>();
    for (Stored stored : outbox.values()) {
      entries.add(stored.entry());
    }
    return new AgentSnapshot(
        enrolment,
        connects,
        timeFloor,
        heard,
        documentCertificate,
        held,
        pending,
        List.copyOf(sections.values()),
        roots,
        floors,
        releases,
        List.copyOf(applications.values()),
        List.copyOf(workloads.values()),
        WaitingRows.of(ackedThrough, entries),
        nextSequence,
        ackedThrough,
        damage,
        kit);
  }

  @Override
  public void commit(List<AgentChange> changes) throws StoreException {
    for (AgentChange change : changes) {
      apply(change);
    }
  }

  private void apply(AgentChange change) {
    switch (change) {
      case AgentChange.ConnectCounted(var count) -> connects = Math.max(connects, count);
      case AgentChange.LinkNoted _ -> {}
      case AgentChange.TimeFloorRaised(var millis) -> timeFloor = Math.max(timeFloor, millis);
      case AgentChange.TimeHeardKept(var it) -> heard = Optional.of(it);
      case AgentChange.SecurityFloorRaised(var name, var floor) ->
          floors.merge(name, floor, Math::max);
      case AgentChange.DocumentKeyTrusted(var pem) -> documentCertificate = pem;
      case AgentChange.SectionKept(var section) -> sections.put(section.digest(), section);
      case AgentChange.DocumentPending(var document) -> {
        pending = Optional.of(document);
        keepSections();
      }
      case AgentChange.DocumentHeld(var document) -> {
        held = Optional.of(document);
        pending = Optional.empty();
        keepSections();
      }
      case AgentChange.KitTaken(var it) -> kit = Optional.of(it);
      case AgentChange.PublisherRootsKept(var chain) -> roots = chain;
      case AgentChange.ReleaseKept(var digest, var envelope) ->
          releases.putIfAbsent(digest, envelope);
      case AgentChange.ReleasesSwept(var kept) -> releases.keySet().retainAll(kept);
      case AgentChange.ApplicationKept(var it) -> applications.put(it.name(), it);
      case AgentChange.ApplicationRemoved(var name) -> applications.remove(name);
      case AgentChange.WorkloadKept(var it) -> workloads.put(it.name(), it);
      case AgentChange.WorkloadGone(var name) -> workloads.remove(name);
      case AgentChange.OutboxChanged(var it) -> apply(it);
      case AgentChange.DamageTold _ -> damage = Optional.empty();
      case AgentChange.StatusKept _ -> {}
    }
  }

  private void keepSections() {
    Set<Digest> listed = new HashSet<>();
    held.ifPresent(it -> addSections(it, listed));
    pending.ifPresent(it -> addSections(it, listed));
    sections.keySet().retainAll(listed);
  }

  private static void addSections(HeldDocument document, Set<Digest> listed) {
    for (DesiredManifest.SectionRef ref : document.manifest().sections()) {
      listed.add(ref.digest());
    }
  }

  private void apply(OutboxChange change) {
    switch (change) {
      case OutboxChange.Appended(var entry, var row) -> {
        outbox.put(entry.sequence(), new Stored(entry, row));
        nextSequence = Math.max(nextSequence, entry.sequence() + 1);
      }
      case OutboxChange.Removed(var sequence) -> outbox.remove(sequence);
      case OutboxChange.ResultsRemoved(var channel, var from, var through) ->
          outbox
              .subMap(from, true, through, true)
              .values()
              .removeIf(
                  it ->
                      channel.equals(it.entry().channel())
                          && it.entry().kind() == OutboxEntry.Kind.RESULT);
      case OutboxChange.Acknowledged(var through) -> {
        outbox
            .headMap(through, true)
            .values()
            .removeIf(it -> it.entry().kind() == OutboxEntry.Kind.STATE);
        ackedThrough = Math.max(ackedThrough, through);
      }
      case OutboxChange.LostByHub(var through) -> ackedThrough = through;
      case OutboxChange.Forgotten(var through) -> {
        outbox.headMap(through, true).clear();
        ackedThrough = Math.max(ackedThrough, through);
      }
    }
  }

  @Override
  public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
    List<Report.Row> rows = new ArrayList<>();
    for (Stored stored : outbox.tailMap(sequence, false).values()) {
      if (rows.size() < rowsMax) {
        rows.add(stored.row());
      }
    }
    return rows;
  }
}
