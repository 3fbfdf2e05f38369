package dev.tombolo.protocol.message;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
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
    @Nullable Transfer transfer) {
  public ApplicationStatus {
    reasons = List.copyOf(reasons);
  }

  /// One that nothing is fetched for.
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
        null);
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
