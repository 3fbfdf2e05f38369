package dev.tombolo.bench.simulation.store;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.core.KitMark;
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

/// The agent's store on a simulated disk: what was committed is there, whatever happened to the
/// process.
public final class SimulatedAgentStore implements AgentStore {
  /// About what a body takes beside a result's own bytes.
  private static final int BODY_BYTES = 200;

  /// As `Damage`: the mirror does not count each line.
  public static final long CONNECTS_LOST_MAX = 1L << 20;

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
  private Optional<Reason> damage = Optional.empty();

  private record Stored(OutboxEntry entry, Report.Row row) {}

  public SimulatedAgentStore(Enrolment enrolment) {
    this.enrolment = enrolment;
    this.documentCertificate = enrolment.documentCertificate();
  }

  /// What is committed now, for itself.
  SimulatedAgentStore copy() {
    SimulatedAgentStore copy = new SimulatedAgentStore(enrolment);
    copy.connects = connects;
    copy.timeFloor = timeFloor;
    copy.heard = heard;
    copy.documentCertificate = documentCertificate;
    copy.held = held;
    copy.pending = pending;
    copy.sections.putAll(sections);
    copy.roots = roots;
    copy.floors.putAll(floors);
    copy.releases.putAll(releases);
    copy.applications.putAll(applications);
    copy.workloads.putAll(workloads);
    copy.outbox.putAll(outbox);
    copy.kit = kit;
    copy.nextSequence = nextSequence;
    copy.ackedThrough = ackedThrough;
    return copy;
  }

  /// As `Damage` makes a database anew from its mirror, with an outbox of its own.
  SimulatedAgentStore madeAnew(String incarnation, boolean withDocuments) {
    SimulatedAgentStore anew = new SimulatedAgentStore(anew(incarnation));
    anew.connects = connects + CONNECTS_LOST_MAX;
    anew.timeFloor = timeFloor;
    anew.heard = heard;
    anew.documentCertificate = documentCertificate;
    anew.roots = roots;
    anew.floors.putAll(floors);
    anew.applications.putAll(applications);
    anew.workloads.putAll(workloads);
    if (withDocuments) {
      anew.held = held;
      anew.pending = pending;
      anew.sections.putAll(sections);
      anew.releases.putAll(releases);
    }
    long waiting = outbox.tailMap(ackedThrough, false).size();
    anew.damage = Optional.of(new Reason.DatabaseDamaged("simulated", waiting, "damaged/1"));
    return anew;
  }

  private Enrolment anew(String incarnation) {
    return new Enrolment(
        enrolment.device(),
        enrolment.fleet(),
        enrolment.site(),
        enrolment.slot(),
        enrolment.rootKey(),
        enrolment.publisherRoot(),
        enrolment.documentCertificate(),
        enrolment.history(),
        enrolment.links(),
        enrolment.https(),
        incarnation);
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
  public void commit(List<AgentChange> changes) {
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
    long bytes = 0;
    for (Stored stored : outbox.tailMap(sequence, false).values()) {
      bytes += BODY_BYTES + stored.entry().bytes();
      if (rows.size() == rowsMax || (!rows.isEmpty() && bytes > bytesMax)) {
        break;
      }
      rows.add(stored.row());
    }
    return rows;
  }
}
