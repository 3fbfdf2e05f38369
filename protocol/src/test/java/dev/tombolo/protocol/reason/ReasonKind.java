package dev.tombolo.protocol.reason;

import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Who gives a reason, and whether it holds a device back. A new reason does not compile until it
/// stands here; and what holds back has to be brought about by the test of its side, which asks for
/// all of them ([#all]).
public enum ReasonKind {
  /// Holds back, and is found on the device: the agent's `BlockedTest`.
  ON_DEVICE,

  /// Why nothing new reaches the device, said by its own commands: the agent's `WhyCommandTest`.
  OF_THE_LINE,

  /// Holds back what a rollout moves: the hub's `RolloutReasonsTest`.
  IN_A_ROLLOUT,

  /// Holds back, and is found at the hub: its `WhyTest`.
  AT_THE_HUB,

  /// Has not come out of Git yet, and is found at the hub: its `GitRowsTest`.
  OUT_OF_GIT,

  /// Stands beside or inside another one; nothing waits for it.
  BESIDE,

  /// The answer to somebody who asked for something and does not get it.
  REFUSAL;

  private static final Set<ReasonKind> BLOCKING =
      EnumSet.of(ON_DEVICE, OF_THE_LINE, IN_A_ROLLOUT, AT_THE_HUB, OUT_OF_GIT);

  public boolean isBlocking() {
    return BLOCKING.contains(this);
  }

  /// Every type of reason.
  public static Set<Class<? extends Reason>> types() {
    return permitted(Reason.class)
        .map(type -> type.<Reason>asSubclass(Reason.class))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Stream<Class<?>> permitted(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(ReasonKind::permitted)
        : Stream.of(type);
  }

  /// Every type of this kind.
  public Set<Class<? extends Reason>> all() {
    return types().stream()
        .filter(type -> of(ReasonSamples.plain(type)) == this)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  public static ReasonKind of(Reason reason) {
    return switch (reason) {
      case Reason.SectionMissing _,
          Reason.DocumentUntrusted _,
          Reason.DocumentStale _,
          Reason.FeatureMissing _,
          Reason.Malformed _,
          Reason.LimitExceeded _,
          Reason.SignatureRefused _,
          Reason.DigestMismatch _,
          Reason.SizeMismatch _,
          Reason.PathRefused _,
          Reason.BelowSecurityFloor _,
          Reason.FleetMismatch _,
          Reason.NoVariant _,
          Reason.ParameterInvalid _,
          Reason.ReleaseInvalid _,
          Reason.NothingAssigned _,
          Reason.Downloading _,
          Reason.DownloadFailed _,
          Reason.WaitingForPeer _,
          Reason.CopyingFromPeer _,
          Reason.BundleAwaited _,
          Reason.Soaking _,
          Reason.Starting _,
          Reason.DownloadWindowClosed _,
          Reason.SwitchWindowClosed _,
          Reason.ShopOpen _,
          Reason.Frozen _,
          Reason.PermitAwaited _,
          Reason.PermitNotYet _,
          Reason.PermitOver _,
          Reason.PermitMissesWindow _,
          Reason.NeedNotLive _,
          Reason.NeededHere _,
          Reason.TimeUnsure _,
          Reason.TransfersPaused _,
          Reason.ProbeFailed _,
          Reason.ProbeSlow _,
          Reason.WorkloadExited _,
          Reason.WorkloadUnhealthy _,
          Reason.ReloadFailed _,
          Reason.WorkloadWaiting _,
          Reason.RolledBack _,
          Reason.RejectedHere _,
          Reason.DiskFull _,
          Reason.IoFailed _,
          Reason.ClockBehind _,
          Reason.ClockJumped _ ->
          ON_DEVICE;
      case Reason.LineDown _,
          Reason.HubCertificateDates _,
          Reason.AgentStopped _,
          Reason.NothingHeard _ ->
          OF_THE_LINE;
      case Reason.RolloutPlanning _,
          Reason.RolloutStaging _,
          Reason.RolloutRetrying _,
          Reason.WaveNotOpen _,
          Reason.WaveSoaking _,
          Reason.WaveApprovalNeeded _,
          Reason.WaveEmpty _,
          Reason.RolloutPaused _,
          Reason.BudgetFull _,
          Reason.SiteFailuresFull _,
          Reason.PermitOutstanding _,
          Reason.RolloutLeft _,
          Reason.RolloutSuperseded _,
          Reason.RolloutOverruled _,
          Reason.RolloutEnded _,
          Reason.RolloutFailedHere _ ->
          IN_A_ROLLOUT;
      case Reason.NotReached _,
          Reason.DeviceRevoked _,
          Reason.DeviceQuarantined _,
          Reason.ApprovalNeeded _,
          Reason.CertificateExpired _,
          Reason.AgentTooOld _ ->
          AT_THE_HUB;
      case Reason.GitopsPending _,
          Reason.GitopsWaits _,
          Reason.GitopsBroken _,
          Reason.GitopsUnreachable _ ->
          OUT_OF_GIT;
      case Reason.LayerOverruled _,
          Reason.LeftOut _,
          Reason.UpToDate _,
          Reason.BundleMissing _,
          Reason.BundleRefused _,
          Reason.BaseDamaged _,
          Reason.DownloadGrew _,
          Reason.DownloadHeld _,
          Reason.WindowsLifted _,
          Reason.BandwidthHeld _,
          Reason.DatabaseDamaged _,
          Reason.CameByKit _,
          Reason.DeadlinePassed _,
          Reason.CauseGiven _,
          Reason.RolloutFailures _,
          Reason.Unknown _ ->
          BESIDE;
      case Reason.TokenGarbled _,
          Reason.TokenUnknown _,
          Reason.TokenExpired _,
          Reason.TokenUsed _,
          Reason.TokenRevoked _,
          Reason.TokenOtherKey _,
          Reason.PinMismatch _,
          Reason.CsrInvalid _,
          Reason.SlotTaken _,
          Reason.DeviceUnknown _,
          Reason.RolloutMoves _,
          Reason.CertificateSuperseded _,
          Reason.RecoveryRefused _,
          Reason.NotYours _,
          Reason.Busy _,
          Reason.ReleaseUnknown _,
          Reason.SlotEmpty _,
          Reason.NotFound _,
          Reason.Conflict _,
          Reason.ProtectedFleet _,
          Reason.NotAllowed _,
          Reason.InputInvalid _,
          Reason.RowsGone _ ->
          REFUSAL;
    };
  }
}
