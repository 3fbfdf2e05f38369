package dev.tombolo.protocol.message;

import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One application on one device.
///
/// @param wanted release digest the desired document selects; null when it should be absent
/// @param live release digest whose workload passed its probes; null when none has
/// @param previous the release kept to fall back on
/// @param sinceWallMillis when `phase` began, device wall clock
/// @param bytesDone of `bytesTotal`, on disk: bytes of what comes over the line while `phase` is
///   fetching (of the bundle, or of the release's files), else of the wanted release
/// @param pid of the workload's process; 0 when none runs
/// @param permit by which the last switch was made; null when it needed none
/// @param transfer how it comes, while it is being fetched
public record ApplicationStatus(
    Name name,
    Phase phase,
    @Nullable Digest wanted,
    @Nullable String wantedVersion,
    @Nullable Digest live,
    @Nullable String liveVersion,
    @Nullable Digest previous,
    long sinceWallMillis,
    long bytesDone,
    long bytesTotal,
    long pid,
    List<Reason> reasons,
    @Nullable Permit permit,
    @Nullable Transfer transfer) {
  public ApplicationStatus {
    reasons = List.copyOf(reasons);
  }

  /// Without a permit, and nothing is fetched for it.
  public ApplicationStatus(
      Name name,
      Phase phase,
      @Nullable Digest wanted,
      @Nullable String wantedVersion,
      @Nullable Digest live,
      @Nullable String liveVersion,
      @Nullable Digest previous,
      long sinceWallMillis,
      long bytesDone,
      long bytesTotal,
      long pid,
      List<Reason> reasons) {
    this(
        name,
        phase,
        wanted,
        wantedVersion,
        live,
        liveVersion,
        previous,
        sinceWallMillis,
        bytesDone,
        bytesTotal,
        pid,
        reasons,
        null,
        null);
  }

  /// What is here of a download that waits or failed; empty where a reason tells how far it is.
  public Optional<Reason> held() {
    return phase == Phase.FETCHING
            && bytesDone > 0
            && reasons.stream().noneMatch(ApplicationStatus::isProgress)
        ? Optional.of(new Reason.DownloadHeld(coming(), bytesDone, bytesTotal))
        : Optional.empty();
  }

  private static boolean isProgress(Reason reason) {
    return reason instanceof Reason.Downloading
        || reason instanceof Reason.WaitingForPeer
        || reason instanceof Reason.CopyingFromPeer
        || reason instanceof Reason.Starting;
  }

  private String coming() {
    String release = name + "@" + Objects.requireNonNullElse(wantedVersion, "?");
    return switch (transfer == null ? Transfer.How.FILES : transfer.how()) {
      case BUNDLE -> "the bundle from " + base() + " to " + release;
      case FULL_BUNDLE -> "the full bundle of " + release;
      case FILES, ASKING -> "the files of " + release;
    };
  }

  private String base() {
    Digest base = transfer == null ? null : transfer.base();
    if (base == null) {
      return "nothing";
    }
    return base.equals(live) && liveVersion != null ? name + "@" + liveVersion : base.brief();
  }

  /// Where the wanted release is on its way (DESIGN 7).
  public enum Phase {
    ABSENT,
    FETCHING,
    STAGED,
    SWITCHING,
    PROBING,
    LIVE,
    ROLLED_BACK
  }
}
