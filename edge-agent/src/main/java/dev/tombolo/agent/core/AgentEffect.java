package dev.tombolo.agent.core;

import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Everything the agent's loop may ask of the world, always after the commit of what it decided.
public sealed interface AgentEffect {

  // Link
  /// Opens a line: connect, subscribe, then [AgentEvent.LinkOpened]. The will is `will`. Any line
  /// still open from before is closed first: there is never more than one.
  record OpenLink(long line, String url, Presence.Will will) implements AgentEffect {}

  record CloseLink(long line) implements AgentEffect {}

  /// QoS 1; answered by [AgentEvent.Published].
  record Publish(long line, long publication, Outgoing message) implements AgentEffect {}

  /// What can be published.
  sealed interface Outgoing {
    record OfPresence(Presence presence) implements Outgoing {}

    record OfReport(Report report) implements Outgoing {}

    record OfAnswer(Answer answer) implements Outgoing {}
  }

  /// PUBACK for something that arrived and is persisted now.
  record AcknowledgePacket(long line, int packet) implements AgentEffect {}

  // Files
  /// Fetches a file of the file store over HTTPS, going on where an earlier try stopped; or takes
  /// it from a kit that has it.
  ///
  /// @param near a kit has it: it never comes by the line
  record Fetch(Digest file, long size, String url, boolean near) implements AgentEffect {}

  /// From now on what comes from the hub comes no faster, a download under way too.
  ///
  /// @param bytesPerSecond 0 for no bound
  record HoldTo(long bytesPerSecond) implements AgentEffect {}

  record CancelFetch(Digest file) implements AgentEffect {}

  // Within the site
  /// Serves these peers, or nobody any more when there are none; keeps the keys to ask them by, and
  /// forgets every [TellPeers] and [TellMaking].
  record ShareWith(List<Peer> peers) implements AgentEffect {
    public ShareWith {
      peers = List.copyOf(peers);
    }
  }

  /// From now on peers that ask for the content are told this.
  record TellPeers(Digest content, PeerStanding standing) implements AgentEffect {}

  /// From now on peers that ask for one of these, and for nothing else, are told that it is made
  /// here.
  record TellMaking(Set<Digest> contents) implements AgentEffect {
    public TellMaking {
      contents = Set.copyOf(contents);
    }
  }

  /// Asks them all at once; answered by one [AgentEvent.PeersAnswered].
  ///
  /// @param question numbers it, so that a late answer is known as such
  /// @param afterMillis to wait before
  record AskPeers(Digest content, long question, List<Peer> peers, long afterMillis)
      implements AgentEffect {
    public AskPeers {
      peers = List.copyOf(peers);
    }
  }

  /// Copies what a peer has of a content, and what it gets while this goes on, after what is here.
  /// Answered as [Fetch] is when it is whole or could not be kept here, else by
  /// [AgentEvent.CopyEnded]. [CancelFetch] ends it.
  record CopyFromPeer(Digest content, long size, Peer peer) implements AgentEffect {}

  /// Asks the hub for a bundle; answered by [AgentEvent.BundleLookedFor].
  ///
  /// @param files that the bundle is to make
  record AskBundle(Name application, Digest release, String url, List<Variant.File> files)
      implements AgentEffect {
    public AskBundle {
      files = List.copyOf(files);
    }
  }

  /// Begins to apply a bundle while it still comes, so that little is left to do when its last byte
  /// is here. Answered by nothing: [ApplyBundle] takes what it has made, or does it all. May be
  /// asked again.
  ///
  /// @param bytes of the bundle
  /// @param base the release whose folder it builds on
  /// @param makes how many bytes the files of the release have
  record UnpackAhead(Digest bundle, long bytes, Optional<Digest> base, long makes)
      implements AgentEffect {}

  /// Applies a bundle that is in the file store, in a process of its own, and puts what has the
  /// digest of one of `files` into the store. May be asked again; answered by
  /// [AgentEvent.BundleApplied] or [AgentEvent.BundleFailed].
  ///
  /// @param base the release whose folder it builds on
  record ApplyBundle(
      Name application,
      Digest release,
      Digest bundle,
      Optional<Digest> base,
      List<Variant.File> files)
      implements AgentEffect {
    public ApplyBundle {
      files = List.copyOf(files);
    }
  }

  /// Builds `releases/{hex}/` from the file store (hard links), checks it, syncs it.
  record Stage(Name application, Digest release, List<Variant.File> files) implements AgentEffect {
    public Stage {
      files = List.copyOf(files);
    }
  }

  /// Atomically renames the application's `current` link onto the release's folder.
  record Switch(Name application, Digest release) implements AgentEffect {}

  /// Removes release folders and stored files that are not in these sets, and what other
  /// applications than these have left, but for their own work folders. In the order in which they
  /// were told, so that a story reads the same each time.
  record Sweep(Set<Digest> releases, Set<Digest> files, Set<Name> applications)
      implements AgentEffect {
    public Sweep {
      releases = Collections.unmodifiableSet(new LinkedHashSet<>(releases));
      files = Collections.unmodifiableSet(new LinkedHashSet<>(files));
      applications = Collections.unmodifiableSet(new LinkedHashSet<>(applications));
    }
  }

  // Kits
  /// Looks whether an offline kit has been put into the data folder; answered by
  /// [AgentEvent.KitFound] for each that is not known, and by [AgentEvent.KitRefused] for what was
  /// tried in vain. Cheap while there is none.
  record LookForKits(java.util.Set<String> known) implements AgentEffect {
    public LookForKits {
      known = java.util.Set.copyOf(known);
    }
  }

  /// The kit has done what it can: its folder goes.
  record DropKit(String kit) implements AgentEffect {}

  /// An [AgentEvent.KitRefused] is in the outbox for good: its note goes.
  record DropKitRefusal(String kit, String why) implements AgentEffect {}

  // Workloads
  /// Starts it in its own session, output to files. Placeholders are already filled in except those
  /// that name folders and the loopback endpoint (`${release.dir}`, `${work.dir}`,
  /// `${runtime.NAME}`, `${loopback.url}`), which the adapter knows.
  ///
  /// May be asked again after a crash between the start and the commit of
  /// [AgentEvent.WorkloadStarted], so the adapter sees to it that an application has one process at
  /// the most: what it finds left from an earlier start (by a note of its own, written before the
  /// program runs) it ends first.
  record StartWorkload(Name application, Digest release, WorkloadSpec spec)
      implements AgentEffect {}

  /// SIGTERM to its session, SIGKILL after the grace; answered by [AgentEvent.WorkloadExited].
  record StopWorkload(Name application, ProcessIdentity process, int graceSeconds)
      implements AgentEffect {}

  /// Watches a process of an earlier agent life, or watches it again; answered by
  /// [AgentEvent.WorkloadMissing] when it is gone already, by [AgentEvent.WorkloadExited] later.
  record AdoptWorkload(Name application, ProcessIdentity process) implements AgentEffect {}

  record ReloadWorkload(
      Name application, Digest release, ProcessIdentity process, WorkloadSpec spec)
      implements AgentEffect {}

  record RunProbe(
      Name application, Digest release, long round, Probe probe, Map<String, String> env)
      implements AgentEffect {
    public RunProbe {
      env = Map.copyOf(env);
    }
  }

  /// Reads the end of what a workload printed; answered by [AgentEvent.OutputRead].
  record ReadOutput(long line, String ask, Name application) implements AgentEffect {}

  record ResultKept(long request, long sequence) implements AgentEffect {}

  record ResultRefused(long request, dev.tombolo.protocol.reason.Reason reason)
      implements AgentEffect {}

  // Identity
  /// Makes (once) and persists the next CSR, asks `POST /v1/renew`, persists the certificate.
  record Renew(String url) implements AgentEffect {}

  /// The same for a certificate that has run out: asks `POST /v1/recover/challenge`, signs what
  /// comes with the present key, asks `POST /v1/recover`. Answered as [Renew] is.
  ///
  /// @param url base URL of the hub
  record Recover(String url) implements AgentEffect {}

  /// The loop ends after this.
  record Stop() implements AgentEffect {}
}
