package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A write to the agent's store. All changes of a batch become durable together or not at all.
public sealed interface AgentChange {

  /// The connect count, before the attempt that it numbers.
  record ConnectCounted(long connects) implements AgentChange {}

  /// For `status`: how the line stands.
  ///
  /// @param cause why it is down; null while it is up
  record LinkNoted(boolean open, long sinceWallMillis, @Nullable Reason cause)
      implements AgentChange {}

  /// The wall clock cannot be earlier than this.
  record TimeFloorRaised(long millis) implements AgentChange {}

  /// What the hub said about the time, for the rest of this boot of the machine.
  record TimeHeardKept(TimeHeard heard) implements AgentChange {}

  record SecurityFloorRaised(Name application, long floor) implements AgentChange {}

  record DocumentKeyTrusted(String certificatePem) implements AgentChange {}

  record SectionKept(Section section) implements AgentChange {}

  /// A newer document whose sections are not all here yet; sections that neither it nor the
  /// document in force lists go.
  record DocumentPending(HeldDocument document) implements AgentChange {}

  /// The document in force; sections that are not its own go.
  record DocumentHeld(HeldDocument document) implements AgentChange {}

  /// The document in force came by this kit.
  record KitTaken(KitMark kit) implements AgentChange {}

  record PublisherRootsKept(List<Envelope> chain) implements AgentChange {
    public PublisherRootsKept {
      chain = List.copyOf(chain);
    }
  }

  record ReleaseKept(Digest release, Envelope envelope) implements AgentChange {}

  /// All other releases' envelopes go.
  record ReleasesSwept(Set<Digest> kept) implements AgentChange {
    public ReleasesSwept {
      kept = Set.copyOf(kept);
    }
  }

  record ApplicationKept(AgentSnapshot.Application application) implements AgentChange {}

  record ApplicationRemoved(Name name) implements AgentChange {}

  record WorkloadKept(AgentSnapshot.Workload workload) implements AgentChange {}

  record WorkloadGone(Name name) implements AgentChange {}

  record OutboxChanged(OutboxChange change) implements AgentChange {}

  /// The hub has been told of the damage to the database, and what is live has been read once more.
  record DamageTold() implements AgentChange {}

  /// For `status` and `why`, with the agent alive or dead.
  record StatusKept(ReportBody.State state, long wallMillis) implements AgentChange {}
}
