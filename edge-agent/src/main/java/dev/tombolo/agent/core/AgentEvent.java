package dev.tombolo.agent.core;

import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Reason;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Everything the agent's loop can be told. Adapters make these on their own threads, parsed and
/// bounded, and hand them to the loop's inbox; nothing else changes the agent's state.
public sealed interface AgentEvent {

  // Link
  /// CONNACK 0 and subscriptions granted. `line` numbers the attempt, so that news of an older line
  /// is known as such.
  ///
  /// @param lan where the site can reach this device now; empty: as at the start
  record LinkOpened(long line, List<String> lan) implements AgentEvent {
    public LinkOpened {
      lan = List.copyOf(lan);
    }

    public LinkOpened(long line) {
      this(line, List.of());
    }
  }

  /// The attempt failed or the line broke.
  ///
  /// @param retryAfterSeconds as the hub asked, 0 when it did not
  record LinkClosed(long line, Reason reason, int retryAfterSeconds) implements AgentEvent {}

  /// @param packet acknowledged by [AgentEffect.AcknowledgePacket] once persisted
  record DesiredArrived(long line, int packet, DesiredUpdate update) implements AgentEvent {}

  record AckedArrived(long line, int packet, Acked acked) implements AgentEvent {}

  record AskArrived(long line, int packet, Ask ask) implements AgentEvent {}

  /// PUBACK for a [AgentEffect.Publish].
  record Published(long line, long publication) implements AgentEvent {}

  /// A kit was put into the data folder, all of it checked and on the disk. Told until
  /// [AgentEffect.DropKit] is asked for, so its news may come again.
  ///
  /// @param manifest digest of the document's payload
  /// @param update the document with all of its sections
  /// @param files contents that came along
  record KitFound(
      String kit, long createdMillis, Digest manifest, DesiredUpdate update, Set<Digest> files)
      implements AgentEvent {
    public KitFound {
      files = Set.copyOf(files);
    }
  }

  /// Somebody applied a kit by hand, which was refused when it was read. Told again until
  /// [AgentEffect.DropKitRefusal] is asked for.
  ///
  /// @param why in words
  record KitRefused(String kit, String why) implements AgentEvent {}

  // Files
  /// Bytes of a file that are on the disk and synced; at most once a second while it grows.
  record FetchAdvanced(Digest file, long bytes) implements AgentEvent {}

  /// What had come of a file is thrown away, so that it comes again.
  ///
  /// @param bytes that had come
  record FetchBegunAnew(Digest file, long bytes, Anew cause) implements AgentEvent {}

  /// Why what had come of a file comes again.
  enum Anew {
    /// Who was asked for the rest gives all of it.
    ALL_GIVEN,

    /// Who was asked for the rest has none that begins there.
    REST_REFUSED,

    /// It did not make the file.
    WRONG
  }

  /// The file is complete in the file store, its size and digest checked.
  record FetchFinished(Digest file) implements AgentEvent {}

  /// @param retryable false when the content is wrong or refused
  record FetchFailed(Digest file, Reason reason, boolean retryable, int retryAfterSeconds)
      implements AgentEvent {
    public FetchFailed(Digest file, Reason reason, boolean retryable) {
      this(file, reason, retryable, 0);
    }
  }

  // Within the site
  /// @param bytes of the content that are here
  record PeersAnswered(Digest content, long question, long bytes, List<PeerAnswer> answers)
      implements AgentEvent {
    public PeersAnswered {
      answers = List.copyOf(answers);
    }
  }

  /// A peer gives no more of a content, which is not whole yet.
  ///
  /// @param bytes of it that are here
  /// @param told what the peer said last
  /// @param isSlow it gave, and less than is worth waiting for
  record CopyEnded(Digest content, long bytes, PeerAnswer told, boolean isSlow)
      implements AgentEvent {
    public CopyEnded(Digest content, long bytes, PeerAnswer told) {
      this(content, bytes, told, false);
    }
  }

  /// What came of [AgentEffect.AskBundle].
  ///
  /// @param url that was asked
  /// @param missing bytes of the release's files that are not in the store yet
  record BundleLookedFor(
      Name application, Digest release, String url, long missing, BundleAnswer answer)
      implements AgentEvent {}

  /// What the hub says of a bundle.
  sealed interface BundleAnswer {
    record Offered(Digest bundle, long bytes) implements BundleAnswer {}

    /// All files are at hand, or none would be smaller than they are.
    record NotNeeded() implements BundleAnswer {}

    /// @param isFinal false when it may be asked again
    record None(Reason reason, boolean isFinal, int retryAfterSeconds) implements BundleAnswer {}
  }

  /// All files of the release that a bundle makes are in the store.
  record BundleApplied(Name application, Digest release, Digest bundle) implements AgentEvent {}

  /// @param isFinal true when this bundle will never be of use here
  record BundleFailed(
      Name application, Digest release, Digest bundle, Reason reason, boolean isFinal)
      implements AgentEvent {}

  /// The release folder stands complete, synced and checked.
  record StageFinished(Name application, Digest release) implements AgentEvent {}

  record StageFailed(Name application, Digest release, Reason reason) implements AgentEvent {}

  record SwitchFinished(Name application, Digest release) implements AgentEvent {}

  record SwitchFailed(Name application, Digest release, Reason reason) implements AgentEvent {}

  // Workloads
  record WorkloadStarted(Name application, ProcessIdentity process) implements AgentEvent {}

  record WorkloadStartFailed(Name application, Reason reason) implements AgentEvent {}

  /// @param exitCode 128 + signal when killed; [#UNSEEN] when it was adopted: no child of ours
  record WorkloadExited(Name application, ProcessIdentity process, int exitCode, String lastOutput)
      implements AgentEvent {
    public static final int UNSEEN = -1;
  }

  /// What was to be adopted is not there: it went down with the agent or while there was none, and
  /// nobody saw why. That is not held against its release, as a restart of the machine is not.
  record WorkloadMissing(Name application, ProcessIdentity process, String lastOutput)
      implements AgentEvent {}

  /// @param release what `process` was to take on
  record ReloadFinished(
      Name application, Digest release, ProcessIdentity process, Optional<Reason> failure)
      implements AgentEvent {}

  /// Its turn has come: from now on its time counts.
  record ProbeStarted(Name application, String probe, long round) implements AgentEvent {}

  /// @param failure empty when passed; [Reason.ProbeFailed] or [Reason.ProbeSlow] when the workload
  ///   did not pass; anything else when it could not be asked
  /// @param isForGood a failure that waiting does not mend
  record ProbeFinished(
      Name application, String probe, long round, Optional<Reason> failure, boolean isForGood)
      implements AgentEvent {
    public ProbeFinished(Name application, String probe, long round, Optional<Reason> failure) {
      this(application, probe, round, failure, false);
    }
  }

  /// A workload handed in a result over the loopback endpoint; answered by [AgentEffect.ResultKept]
  /// after the commit.
  record ResultHandedIn(long request, Name channel, String json) implements AgentEvent {}

  /// @param text the end of the output; empty when there is none
  record OutputRead(long line, String ask, String text) implements AgentEvent {}

  // Identity
  /// A renewal or a recovery brought the next certificate, which is kept.
  ///
  /// @param roots the hub's CA certificates by now, the one trusted first; empty: as before
  record RenewalFinished(CertificateLife life, List<X509Certificate> roots) implements AgentEvent {
    public RenewalFinished {
      roots = List.copyOf(roots);
    }

    public RenewalFinished(CertificateLife life) {
      this(life, List.of());
    }
  }

  record RenewalFailed(Reason reason, int retryAfterSeconds) implements AgentEvent {}

  /// Time passes; about once a second.
  record Ticked() implements AgentEvent {}

  /// Clean stop asked (SIGTERM). Workloads go on.
  record StopAsked() implements AgentEvent {}
}
