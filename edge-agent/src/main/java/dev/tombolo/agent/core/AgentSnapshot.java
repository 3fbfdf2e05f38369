package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.WaitingRows;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.sign.Envelope;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything the agent has persisted, as it stands when the agent starts.
///
/// @param heard the last time that the hub said and was worth keeping
/// @param documentCertificate PEM of the key whose desired documents are taken
/// @param sections held for `held` and `pending`
/// @param releases envelopes of the releases that are in use
/// @param damage what became of the database before this one; until what is live has been read once
///   more
/// @param kit the last that brought a document
/// @param outbox all rows that wait; the core goes on with them, so a snapshot serves one core
public record AgentSnapshot(
    Enrolment enrolment,
    long connects,
    long timeFloorMillis,
    Optional<TimeHeard> heard,
    String documentCertificate,
    Optional<HeldDocument> held,
    Optional<HeldDocument> pending,
    List<Section> sections,
    List<Envelope> publisherRoots,
    Map<Name, Long> securityFloors,
    Map<Digest, Envelope> releases,
    List<Application> applications,
    List<Workload> workloads,
    WaitingRows outbox,
    long nextSequence,
    long ackedThrough,
    Optional<Reason> damage,
    Optional<KitMark> kit) {
  public AgentSnapshot {
    sections = List.copyOf(sections);
    publisherRoots = List.copyOf(publisherRoots);
    securityFloors = Map.copyOf(securityFloors);
    releases = Map.copyOf(releases);
    applications = List.copyOf(applications);
    workloads = List.copyOf(workloads);
  }

  /// @param permit by which the last switch was made
  /// @param failed what failed here last, until another release has proven itself
  /// @param needs what the releases in `state` need of others, of those that need something: known
  ///   also where the releases themselves are lost
  public record Application(
      Name name,
      ReleaseState state,
      long sinceWallMillis,
      Optional<Permit> permit,
      Optional<FailedTry> failed,
      Map<Digest, List<Need>> needs) {
    public Application {
      needs = Map.copyOf(needs);
    }

    /// Without a permit, nothing has failed, and nothing is needed.
    public Application(Name name, ReleaseState state, long sinceWallMillis) {
      this(name, state, sinceWallMillis, Optional.empty(), Optional.empty(), Map.of());
    }
  }

  /// @param exits how often a process of this application has ended without being asked to
  public record Workload(Name name, Assignment what, ProcessIdentity process, long exits) {
    Workload of(Assignment other) {
      return new Workload(name, other, process, exits);
    }
  }

  /// What a device knows right after it joined.
  public static AgentSnapshot joined(Enrolment enrolment) {
    return new AgentSnapshot(
        enrolment,
        0,
        0,
        Optional.empty(),
        enrolment.documentCertificate(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        new WaitingRows(0),
        1,
        0,
        Optional.empty(),
        Optional.empty());
  }
}
