package dev.tombolo.protocol.reason;

import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// Why something is as it is. On the wire each is an object with a `code` (kebab-case of the
/// record's name, `TokenExpired` -> `token-expired`) and the record's fields. [ReasonText] says
/// each in words, with what to do next. A code this side does not know reads as [Unknown].
public sealed interface Reason {

  // Join tokens and enrolment
  record TokenGarbled(String detail) implements Reason {}

  record TokenUnknown(String token) implements Reason {}

  record TokenExpired(String token, long expiredMillis) implements Reason {}

  record TokenUsed(String token, int uses) implements Reason {}

  record TokenRevoked(String token) implements Reason {}

  record TokenOtherKey(String token) implements Reason {}

  record PinMismatch(String wanted, String got) implements Reason {}

  record CsrInvalid(String detail) implements Reason {}

  record SlotTaken(String slot, String device) implements Reason {}

  // Identity
  record DeviceUnknown(String device) implements Reason {}

  record DeviceRevoked(String device) implements Reason {}

  record DeviceQuarantined(String device, String detail) implements Reason {}

  record ApprovalNeeded(String device, String detail) implements Reason {}

  record CertificateExpired(String device, long expiredMillis) implements Reason {}

  record CertificateSuperseded(String device, String serial) implements Reason {}

  record RecoveryRefused(String detail) implements Reason {}

  // Wire and limits
  record LimitExceeded(String limit, long max, long got) implements Reason {}

  record Malformed(String what, String detail) implements Reason {}

  record NotYours(String what, String detail) implements Reason {}

  record Busy(int retryAfterSeconds) implements Reason {}

  record FeatureMissing(List<String> features) implements Reason {
    public FeatureMissing {
      features = List.copyOf(features);
    }
  }

  // Desired documents
  record DocumentUntrusted(String detail) implements Reason {}

  record DocumentStale(long heldEpoch, long heldRevision, long epoch, long revision)
      implements Reason {}

  record SectionMissing(String section) implements Reason {}

  // Releases
  record SignatureRefused(String detail) implements Reason {}

  record DigestMismatch(String path, Digest wanted, Digest got) implements Reason {}

  record SizeMismatch(String path, long wanted, long got) implements Reason {}

  record PathRefused(String path, String detail) implements Reason {}

  record BelowSecurityFloor(long floor, long got) implements Reason {}

  record FleetMismatch(String fleet, List<String> fleets) implements Reason {
    public FleetMismatch {
      fleets = List.copyOf(fleets);
    }
  }

  record NoVariant(String os, String architecture, String detail) implements Reason {}

  record ParameterInvalid(String parameter, String value, String detail) implements Reason {}

  record ReleaseInvalid(String field, String detail) implements Reason {}

  record ReleaseUnknown(String release) implements Reason {}

  // On the way
  record NotReached(String device, long lastSeenMillis) implements Reason {}

  record UpToDate() implements Reason {}

  record NothingAssigned() implements Reason {}

  /// The device has joined and was never told anything since.
  record NothingHeard() implements Reason {}

  record Downloading(String path, long done, long total) implements Reason {}

  record DownloadFailed(String path, String detail, long retryInMillis) implements Reason {}

  /// Nothing of it comes now, and what has come stays.
  ///
  /// @param what in words
  record DownloadHeld(String what, long done, long total) implements Reason {}

  /// Another device of the site fetches it for all.
  ///
  /// @param peer `site/slot`
  /// @param done bytes of it that are here already
  record WaitingForPeer(String peer, String path, long done, long total) implements Reason {}

  /// It comes from another device of the site, not from the hub.
  record CopyingFromPeer(String peer, String path, long done, long total) implements Reason {}

  /// The hub is making the bundle that this change needs; it is worth waiting for.
  record BundleAwaited(int retryAfterSeconds) implements Reason {}

  /// No bundle fits, and why.
  record BundleMissing(String detail) implements Reason {}

  /// A bundle came whole and made nothing of use.
  record BundleRefused(Digest bundle, String detail) implements Reason {}

  /// The files here that a bundle builds on are not what the release says.
  record BaseDamaged(Digest release, String detail) implements Reason {}

  /// More comes over the line than the change is worth.
  ///
  /// @param how what comes instead: `full bundle`, `whole files`, or what had come already, `begun
  ///   anew`
  record DownloadGrew(String how, Reason cause) implements Reason {}

  record LineDown(long sinceMillis, String detail) implements Reason {}

  record Soaking(long untilMillis) implements Reason {}

  record Starting(String detail) implements Reason {}

  // Waiting for its time
  /// What is over when a window of the shop opens.
  interface ClosedWindow {
    /// @return 0 when none is near
    long opensMillis();
  }

  /// Nothing is downloaded now.
  ///
  /// @param opensMillis next moment at which it may be; 0 when none is near
  /// @param opens that moment as the shop's clock shows it
  record DownloadWindowClosed(long opensMillis, String opens) implements Reason, ClosedWindow {}

  /// @param opensMillis next moment at which all of windows, opening hours and freeze dates let it
  ///   switch; 0 when none is near
  record SwitchWindowClosed(long opensMillis, String opens) implements Reason, ClosedWindow {}

  record ShopOpen(long opensMillis, String opens) implements Reason, ClosedWindow {}

  /// @param dates the freeze's first and last day
  record Frozen(String dates, long opensMillis, String opens) implements Reason, ClosedWindow {}

  /// @param waveName empty, here and in the next three: not known
  record PermitAwaited(String rollout, int wave, String waveName) implements Reason {}

  record PermitNotYet(String rollout, int wave, String waveName, long notBeforeMillis)
      implements Reason {}

  record PermitOver(String rollout, int wave, String waveName, long notAfterMillis)
      implements Reason {}

  /// The permit ends before the next window opens.
  record PermitMissesWindow(
      String rollout,
      int wave,
      String waveName,
      long notAfterMillis,
      long opensMillis,
      String opens)
      implements Reason {}

  /// Another application has to be live first.
  ///
  /// @param live its version that is live; empty: none is
  /// @param coming what is on its way there; empty: nothing is
  record NeedNotLive(String application, String atLeast, String live, String coming)
      implements Reason {}

  /// What runs would lose what it needs.
  ///
  /// @param by the application that is live and needs this one, as NAME@VERSION
  /// @param version what is to be switched to
  record NeededHere(String by, String atLeast, String version) implements Reason {}

  /// Windows and permits cannot be judged.
  record TimeUnsure() implements Reason {}

  /// A person has lifted this device's windows for a while.
  record WindowsLifted(long untilMillis) implements Reason {}

  // The line
  /// An operator has stopped this device's downloads.
  ///
  /// @param sinceMillis hub time
  record TransfersPaused(String by, String why, long sinceMillis) implements Reason {}

  /// The download goes no faster than the site lets it.
  ///
  /// @param untilMillis when another limit begins, or none holds; 0 when that is never, or not
  ///   known
  /// @param until that moment as the shop's clock shows it
  record BandwidthHeld(long bitsPerSecond, long untilMillis, String until) implements Reason {}

  /// The device's agent does not know a part of what it should be told; that part is left out of
  /// its document, for it would refuse all of it.
  ///
  /// @param what words for each part
  record AgentTooOld(String agentVersion, List<String> what) implements Reason {
    public AgentTooOld {
      what = List.copyOf(what);
    }
  }

  record AgentStopped() implements Reason {}

  /// No device holds the slot.
  record SlotEmpty(String slot, String fleet) implements Reason {}

  // What went wrong on the device
  record ProbeFailed(String probe, String detail) implements Reason {}

  /// What it asked for was right, but came too late.
  ///
  /// @param allowedMillis the release's `maxLatency`
  record ProbeSlow(String probe, long tookMillis, long allowedMillis) implements Reason {}

  record WorkloadExited(int exitCode, String detail) implements Reason {}

  /// @param failures in a row
  record WorkloadUnhealthy(String probe, int failures, String detail) implements Reason {}

  /// @param how `signal HUP`, `http` or `command`
  record ReloadFailed(String how, String detail) implements Reason {}

  record WorkloadWaiting(long restartInMillis, int failures) implements Reason {}

  record RolledBack(Digest from, Digest to, Reason cause) implements Reason {}

  record RejectedHere(Digest release, Reason cause) implements Reason {}

  record DiskFull(String path, long needed, long free) implements Reason {}

  record IoFailed(String what, String detail) implements Reason {}

  /// The device's own database was damaged; it went on from the mirror of it.
  ///
  /// @param found what was wrong
  /// @param rowsLost rows that waited for the hub and may be lost; -1 when they could not be
  ///   counted
  /// @param copy where the damaged files are kept on the device
  record DatabaseDamaged(String found, long rowsLost, String copy) implements Reason {}

  record ClockBehind(long floorMillis, long wallMillis) implements Reason {}

  /// The wall clock was set to a time that neither the hub nor a clock that only counts agrees
  /// with.
  ///
  /// @param expectedMillis what the hub said last, and what has passed since
  record ClockJumped(long expectedMillis, long wallMillis) implements Reason {}

  /// The clock here does not fit the dates of the hub's certificate.
  record HubCertificateDates(long fromMillis, long untilMillis, long wallMillis)
      implements Reason {}

  // Rollouts
  record RolloutPlanning(String rollout) implements Reason {}

  record RolloutStaging(String rollout, String wave) implements Reason {}

  record RolloutRetrying(String rollout) implements Reason {}

  /// @param after the wave whose gate is shut
  record WaveNotOpen(
      String rollout, String wave, String after, int healthyPercent, int neededPercent, int reached)
      implements Reason {}

  record WaveSoaking(String rollout, String wave, String after, long untilMillis)
      implements Reason {}

  /// @param next the wave that a yes opens; empty: the hub is too old to say so
  record WaveApprovalNeeded(String rollout, String wave, String after, String next)
      implements Reason {}

  /// Nobody is in the wave that should prove the release.
  ///
  /// @param next as in [WaveApprovalNeeded]
  record WaveEmpty(String rollout, String wave, String after, String next) implements Reason {}

  record RolloutPaused(String rollout, String by, long sinceMillis) implements Reason {}

  /// @param whose `of its site`, `of the rollout`
  record BudgetFull(String rollout, String whose, int max) implements Reason {}

  record SiteFailuresFull(String rollout, int failed) implements Reason {}

  /// @param sinceRestore a restored hub does not know whether it was given
  record PermitOutstanding(String rollout, long untilMillis, boolean sinceRestore)
      implements Reason {}

  /// Its labels, or where the application goes, have changed since it was in the rollout.
  ///
  /// @param labels that a device must have; empty: any
  record RolloutLeft(String rollout, String labels, String application) implements Reason {}

  /// Nothing else may select the application there until it has ended.
  record RolloutMoves(String rollout, String application, String fleet) implements Reason {}

  record RolloutSuperseded(String rollout, String by) implements Reason {}

  /// Something else was assigned to the device since the rollout was begun, and counts there.
  ///
  /// @param release of the rollout
  /// @param layer `site/store-117`, `device/store-117/counter-1`, `fleet/retail`
  /// @param assigned the release that counts
  record RolloutOverruled(String rollout, String release, String layer, String assigned)
      implements Reason {}

  /// A wider layer has another release of the application, and it does not count here. The device
  /// is as is wanted of it.
  ///
  /// @param wider `fleet/retail`
  /// @param release of the wider layer
  /// @param layer `site/store-117`, `device/store-117/counter-1`
  /// @param assigned the release that counts
  record LayerOverruled(String wider, String release, String layer, String assigned)
      implements Reason {}

  /// What is selected for the fleet and does not go to this device: none of its sync policies has
  /// it among its destinations.
  record LeftOut(List<String> applications) implements Reason {
    public LeftOut {
      applications = List.copyOf(applications);
    }
  }

  record DeadlinePassed(long atMillis) implements Reason {}

  /// What a person said when they stopped something.
  ///
  /// @param why empty: nothing
  record CauseGiven(String why) implements Reason {}

  /// @param how `aborted`, `rolled back`, ...
  record RolloutEnded(String rollout, String how, String by, Reason cause) implements Reason {}

  record RolloutFailedHere(String rollout, Reason cause, Again again) implements Reason {
    /// How the release may be tried again, by how the rollout stands.
    public enum Again {
      RETRY,
      RESUME,
      BEGIN
    }
  }

  /// @param wave empty: all of them
  record RolloutFailures(String rollout, String wave, int failed, int reached) implements Reason {}

  // Out of Git
  /// A commit waits for a person's approval.
  record GitopsPending(String fleet, String application, String commit) implements Reason {}

  /// Nothing is wrong with the commit; something else has to end first.
  ///
  /// @param detail `waits for rollout r1`
  /// @param counts the commit that counts until then; empty: none does
  record GitopsWaits(String application, String commit, String detail, String counts)
      implements Reason {}

  /// @param detail file, line, and what is wrong there
  /// @param counts as in [GitopsWaits]
  record GitopsBroken(String application, String commit, String detail, String counts)
      implements Reason {}

  /// The repository cannot be fetched.
  ///
  /// @param counts as in [GitopsWaits]
  record GitopsUnreachable(String application, String detail, String counts) implements Reason {}

  /// The document in force came on an offline kit.
  ///
  /// @param createdMillis when the kit was made
  record CameByKit(String kit, long createdMillis, long revision) implements Reason {}

  // Operating
  record NotFound(String kind, String name, List<String> near) implements Reason {
    public NotFound {
      near = List.copyOf(near);
    }
  }

  record Conflict(String what, String detail) implements Reason {}

  record ProtectedFleet(String fleet) implements Reason {}

  record NotAllowed(String detail) implements Reason {}

  record InputInvalid(String field, String value, String fix) implements Reason {}

  /// What is asked for was kept for a time and has been dropped since; rows after `through` are
  /// still there.
  record RowsGone(String what, long through) implements Reason {}

  /// A reason of a newer peer.
  record Unknown(String code) implements Reason {}
}
