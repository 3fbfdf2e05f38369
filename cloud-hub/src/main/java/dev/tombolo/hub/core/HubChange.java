package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.desired.Delivery.Held;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.device.Restoration;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.TokenUse;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One change of the hub's state, as small as it can be said. [HubState#apply] is the only way the
/// memory changes, and a store that replays its rows as changes has the same state again.
public sealed interface HubChange {

  /// Kept by the store.
  sealed interface Durable extends HubChange {}

  /// Kept in memory only: it speaks of lines and requests that end with the process.
  sealed interface Passing extends HubChange {}

  /// The hub's documents are of another history from now on, of a higher epoch.
  record HistoryMoved(History history) implements Durable {}

  /// The database is a backup's and goes on under a history of its own.
  record HistoryRestored(History history, Restoration restoration) implements Durable {}

  /// A device that the database lost, or one known only from the journal of revocations.
  record StrangerPut(Stranger stranger) implements Durable {}

  /// It is a device of ours again.
  record StrangerGone(DeviceId device) implements Durable {}

  /// A backup begins: it will have every row taken so far.
  record BackupBegun(String id, long millis) implements Durable {}

  /// The backup is whole and on a disk.
  record BackupDone(String id, Digest archive, long millis) implements Durable {}

  /// How far an outbox was taken, and how far backups have it, as a store tells it.
  ///
  /// @param begun through which row the backup has it that began last; -1: none
  /// @param backedUp through which row a finished backup has it; -1: none
  record OutboxMarked(
      DeviceId device,
      String incarnation,
      long through,
      long begun,
      long backedUp,
      long takenMillis)
      implements Durable {}

  record CounterMoved(Counter counter, long value) implements Durable {}

  record FleetPut(Kept<AdminObject.Fleet> fleet) implements Durable {}

  record SitePut(Kept<AdminObject.Site> site) implements Durable {}

  record SlotPut(Kept<AdminObject.Slot> slot) implements Durable {}

  record ApplicationPut(Kept<AdminObject.Application> application) implements Durable {}

  /// An operator's object is there no longer.
  record ObjectGone(AdminObject object) implements Durable {}

  /// What was taken out of an application's repository has changed.
  record GitPut(Name fleet, Name application, GitState state) implements Durable {}

  /// The application takes nothing more from where it did.
  record GitGone(Name fleet, Name application) implements Durable {}

  record AssignmentPut(Assignment assignment) implements Durable {}

  record AssignmentRemoved(Assignment.Place place, Name application) implements Durable {}

  record LiftPut(WindowLift lift) implements Durable {}

  /// Its time is over.
  record LiftEnded(SlotRef slot) implements Durable {}

  /// What is known of a site's line.
  record LineMeasured(LineRate rate) implements Durable {}

  record LineForgotten(Name site) implements Durable {}

  record PausePut(TransferPause pause) implements Durable {}

  /// Its downloads go on.
  record PauseEnded(TransferPause.Place place) implements Durable {}

  record PublisherRootPut(PublisherRootRecord root) implements Durable {}

  record ReleasePut(ReleaseRecord release) implements Durable {}

  record TokenPut(JoinTokenRecord token) implements Durable {}

  record TokenUsed(TokenUse use) implements Durable {}

  record DevicePut(DeviceRecord device) implements Durable {}

  record CertificatePut(CertificateRecord certificate) implements Durable {}

  record DocumentPut(DocumentRecord document) implements Durable {}

  /// The device has this manifest on its disk.
  record DocumentHeld(DeviceId device, Digest manifest, long revision, long millis)
      implements Durable {}

  record PresencePut(PresenceRecord presence) implements Durable {}

  /// New rows of a device's outbox; the mark of the incarnation moves to `through` with them.
  ///
  /// @param releases when a row tells the device's state: the releases it has live or keeps to fall
  ///   back on; else null
  record RowsTaken(
      DeviceId device,
      String incarnation,
      long through,
      long takenMillis,
      List<ReportRow> rows,
      @Nullable Set<Digest> releases)
      implements Durable {}

  /// A block of rows is new, or has grown.
  record BlockPut(RowBlock block) implements Durable {}

  /// The oldest block is gone with its rows. Comes with a [CounterMoved] of the log's gone rows.
  record BlockDropped(RowBlock block) implements Durable {}

  /// An outbox is not expected to send again.
  record MarkForgotten(DeviceId device, String incarnation) implements Durable {}

  /// A token and its uses.
  record TokenForgotten(String token) implements Durable {}

  /// All that was kept of a revoked device but the fact that it was revoked.
  record DeviceCleared(DeviceId device) implements Durable {}

  /// Replaced certificates that ran out before `millis` are forgotten, `atMost` of them.
  record CertificatesEnded(long millis, int atMost) implements Durable {}

  record UserPut(UserRecord user) implements Durable {}

  record RolloutKept(RolloutChange.Kept change) implements Durable {}

  record AuditAppended(AuditRecord record) implements Durable {}

  /// The newest backup, as a store tells it; what it has stands in the marks.
  record BackupNoted(String id, boolean isDone) implements Passing {}

  record RolloutPassed(RolloutChange.Passing change) implements Passing {}

  record SessionPut(LiveSession session) implements Passing {}

  record SessionGone(DeviceId device) implements Passing {}

  /// What a device's newest birth said it holds.
  record HoldingSaid(DeviceId device, Held held) implements Passing {}

  record BootSeen(DeviceId device, String bootId, long connect, long millis) implements Passing {}

  /// What was seen of a device's boots no longer counts: an operator has looked at it.
  record BootsForgotten(DeviceId device) implements Passing {}

  record CertificateAwaited(PendingCertificate pending) implements Passing {}

  /// It came, or was given up.
  record CertificateCame(long request) implements Passing {}

  /// A challenge was answered: it is never taken again.
  record NonceUsed(String nonce, long untilMillis) implements Passing {}

  record NoncesForgotten(List<String> nonces) implements Passing {}

  record AskSent(PendingAsk ask) implements Passing {}

  record AskEnded(String id) implements Passing {}

  /// The documents of connected devices here may have changed; null stands for any.
  record DocumentsStale(@Nullable Name fleet, @Nullable Name site, @Nullable Name slot)
      implements Passing {
    static final DocumentsStale EVERYWHERE = new DocumentsStale(null, null, null);

    static DocumentsStale at(SlotRef slot) {
      return new DocumentsStale(null, slot.site(), slot.slot());
    }
  }

  /// The connected devices of the fleets that changed are marked one by one, a slice of slots at a
  /// time.
  record StaleFleetsSpread() implements Passing {}

  /// These were looked at.
  record DocumentsChecked(List<DeviceId> devices) implements Passing {}

  record ViolationCounted(String remote, ViolationCount count) implements Passing {}

  /// @param about a token's id
  record AlarmGiven(String about, long millis) implements Passing {}

  /// The epoch was moved because of what this device showed.
  record HistoryBelieved(DeviceId device, long millis) implements Passing {}

  record ViolationsForgotten(List<String> remotes) implements Passing {}

  /// A long list has come, or is further.
  record ApplyMoved(PendingChange apply) implements Passing {}

  record ApplyEnded() implements Passing {}

  /// A command waits for the long list to be applied.
  record CommandWaits(HubEvent.AdminAsked command) implements Passing {}

  /// The first that waits is decided now.
  record CommandTaken() implements Passing {}

  /// Other certificates than before must not be served; told once, with the commit.
  record RevocationsTouched() implements Passing {}

  /// So many blocks that have begun are still to be followed by as many that go.
  record BlocksFollowed(RowLog log, int due) implements Passing {}

  record SweepMoved(Sweep sweep) implements Passing {}

  /// The next sites were looked at, whether their year has changed.
  record YearsLooked(YearWalk walk) implements Passing {}

  /// Durable numbers that only grow.
  enum Counter {
    /// Certificate serials are derived from it.
    CERTIFICATE,
    /// Ids of operators' objects are derived from it.
    OBJECT,
    /// Rollouts are numbered by it.
    ROLLOUT,
    /// Results up to this number have been dropped.
    RESULTS_GONE,
    /// Events up to this number have been dropped.
    EVENTS_GONE,
    /// Results that come are numbered above it.
    RESULTS_ABOVE,
    /// Events that come are numbered above it.
    EVENTS_ABOVE
  }
}
