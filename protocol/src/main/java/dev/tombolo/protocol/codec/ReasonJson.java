package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.reason.Reason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reasons: `code` and the record's fields.
final class ReasonJson {
  private ReasonJson() {}

  static @Nullable Reason readOrNull(@Nullable JsonFields f) throws MalformedException {
    return f == null ? null : read(f);
  }

  static Reason read(JsonFields f) throws MalformedException {
    String code = f.text("code");
    return switch (code) {
      case "token-garbled" -> new Reason.TokenGarbled(f.text("detail"));
      case "token-unknown" -> new Reason.TokenUnknown(f.text("token"));
      case "token-expired" -> new Reason.TokenExpired(f.text("token"), f.integer("expiredMillis"));
      case "token-used" -> new Reason.TokenUsed(f.text("token"), f.small("uses"));
      case "token-revoked" -> new Reason.TokenRevoked(f.text("token"));
      case "token-other-key" -> new Reason.TokenOtherKey(f.text("token"));
      case "pin-mismatch" -> new Reason.PinMismatch(f.text("wanted"), f.text("got"));
      case "csr-invalid" -> new Reason.CsrInvalid(f.text("detail"));
      case "slot-taken" -> new Reason.SlotTaken(f.text("slot"), f.text("device"));
      case "device-unknown" -> new Reason.DeviceUnknown(f.text("device"));
      case "device-revoked" -> new Reason.DeviceRevoked(f.text("device"));
      case "device-quarantined" -> new Reason.DeviceQuarantined(f.text("device"), f.text("detail"));
      case "approval-needed" -> new Reason.ApprovalNeeded(f.text("device"), f.text("detail"));
      case "certificate-expired" ->
          new Reason.CertificateExpired(f.text("device"), f.integer("expiredMillis"));
      case "certificate-superseded" ->
          new Reason.CertificateSuperseded(f.text("device"), f.text("serial"));
      case "recovery-refused" -> new Reason.RecoveryRefused(f.text("detail"));
      case "limit-exceeded" ->
          new Reason.LimitExceeded(f.text("limit"), f.integer("max"), f.integer("got"));
      case "malformed" -> new Reason.Malformed(f.text("what"), f.text("detail"));
      case "not-yours" -> new Reason.NotYours(f.text("what"), f.text("detail"));
      case "busy" -> new Reason.Busy(f.small("retryAfterSeconds"));
      case "feature-missing" -> new Reason.FeatureMissing(f.texts("features"));
      case "document-untrusted" -> new Reason.DocumentUntrusted(f.text("detail"));
      case "document-stale" ->
          new Reason.DocumentStale(
              f.integer("heldEpoch"),
              f.integer("heldRevision"),
              f.integer("epoch"),
              f.integer("revision"));
      case "section-missing" -> new Reason.SectionMissing(f.text("section"));
      case "signature-refused" -> new Reason.SignatureRefused(f.text("detail"));
      case "digest-mismatch" ->
          new Reason.DigestMismatch(f.text("path"), f.digest("wanted"), f.digest("got"));
      case "size-mismatch" ->
          new Reason.SizeMismatch(f.text("path"), f.integer("wanted"), f.integer("got"));
      case "path-refused" -> new Reason.PathRefused(f.text("path"), f.text("detail"));
      case "below-security-floor" ->
          new Reason.BelowSecurityFloor(f.integer("floor"), f.integer("got"));
      case "fleet-mismatch" -> new Reason.FleetMismatch(f.text("fleet"), f.texts("fleets"));
      case "no-variant" ->
          new Reason.NoVariant(f.text("os"), f.text("architecture"), f.text("detail"));
      case "parameter-invalid" ->
          new Reason.ParameterInvalid(f.text("parameter"), f.text("value"), f.text("detail"));
      case "release-invalid" -> new Reason.ReleaseInvalid(f.text("field"), f.text("detail"));
      case "release-unknown" -> new Reason.ReleaseUnknown(f.text("release"));
      case "not-reached" -> new Reason.NotReached(f.text("device"), f.integer("lastSeenMillis"));
      case "up-to-date" -> new Reason.UpToDate();
      case "nothing-assigned" -> new Reason.NothingAssigned();
      case "nothing-heard" -> new Reason.NothingHeard();
      case "downloading" ->
          new Reason.Downloading(f.text("path"), f.integer("done"), f.integer("total"));
      case "download-failed" ->
          new Reason.DownloadFailed(f.text("path"), f.text("detail"), f.integer("retryInMillis"));
      case "download-held" ->
          new Reason.DownloadHeld(f.text("what"), f.integer("done"), f.integer("total"));
      case "waiting-for-peer" ->
          new Reason.WaitingForPeer(
              f.text("peer"), f.text("path"), f.integer("done"), f.integer("total"));
      case "copying-from-peer" ->
          new Reason.CopyingFromPeer(
              f.text("peer"), f.text("path"), f.integer("done"), f.integer("total"));
      case "bundle-awaited" -> new Reason.BundleAwaited(f.small("retryAfterSeconds"));
      case "bundle-missing" -> new Reason.BundleMissing(f.text("detail"));
      case "bundle-refused" -> new Reason.BundleRefused(f.digest("bundle"), f.text("detail"));
      case "base-damaged" -> new Reason.BaseDamaged(f.digest("release"), f.text("detail"));
      case "download-grew" -> new Reason.DownloadGrew(f.text("how"), read(f.object("cause")));
      case "line-down" -> new Reason.LineDown(f.integer("sinceMillis"), f.text("detail"));
      case "soaking" -> new Reason.Soaking(f.integer("untilMillis"));
      case "starting" -> new Reason.Starting(f.text("detail"));
      case "download-window-closed" ->
          new Reason.DownloadWindowClosed(f.integer("opensMillis"), f.text("opens"));
      case "switch-window-closed" ->
          new Reason.SwitchWindowClosed(f.integer("opensMillis"), f.text("opens"));
      case "shop-open" -> new Reason.ShopOpen(f.integer("opensMillis"), f.text("opens"));
      case "frozen" ->
          new Reason.Frozen(f.text("dates"), f.integer("opensMillis"), f.text("opens"));
      case "permit-awaited" ->
          new Reason.PermitAwaited(f.text("rollout"), f.small("wave"), textOrEmpty(f, "waveName"));
      case "permit-not-yet" ->
          new Reason.PermitNotYet(
              f.text("rollout"),
              f.small("wave"),
              textOrEmpty(f, "waveName"),
              f.integer("notBeforeMillis"));
      case "permit-over" ->
          new Reason.PermitOver(
              f.text("rollout"),
              f.small("wave"),
              textOrEmpty(f, "waveName"),
              f.integer("notAfterMillis"));
      case "need-not-live" ->
          new Reason.NeedNotLive(
              f.text("application"), f.text("atLeast"), f.text("live"), f.text("coming"));
      case "needed-here" ->
          new Reason.NeededHere(f.text("by"), f.text("atLeast"), f.text("version"));
      case "permit-misses-window" ->
          new Reason.PermitMissesWindow(
              f.text("rollout"),
              f.small("wave"),
              textOrEmpty(f, "waveName"),
              f.integer("notAfterMillis"),
              f.integer("opensMillis"),
              f.text("opens"));
      case "time-unsure" -> new Reason.TimeUnsure();
      case "windows-lifted" -> new Reason.WindowsLifted(f.integer("untilMillis"));
      case "clock-jumped" ->
          new Reason.ClockJumped(f.integer("expectedMillis"), f.integer("wallMillis"));
      case "transfers-paused" ->
          new Reason.TransfersPaused(f.text("by"), f.text("why"), f.integer("sinceMillis"));
      case "bandwidth-held" ->
          new Reason.BandwidthHeld(
              f.integer("bitsPerSecond"), f.integer("untilMillis"), f.text("until"));
      case "agent-too-old" -> new Reason.AgentTooOld(f.text("agentVersion"), f.texts("what"));
      case "agent-stopped" -> new Reason.AgentStopped();
      case "slot-empty" -> new Reason.SlotEmpty(f.text("slot"), f.text("fleet"));
      case "probe-failed" -> new Reason.ProbeFailed(f.text("probe"), f.text("detail"));
      case "probe-slow" ->
          new Reason.ProbeSlow(
              f.text("probe"), f.integer("tookMillis"), f.integer("allowedMillis"));
      case "workload-exited" -> new Reason.WorkloadExited(f.small("exitCode"), f.text("detail"));
      case "workload-unhealthy" ->
          new Reason.WorkloadUnhealthy(f.text("probe"), f.small("failures"), f.text("detail"));
      case "reload-failed" -> new Reason.ReloadFailed(f.text("how"), f.text("detail"));
      case "workload-waiting" ->
          new Reason.WorkloadWaiting(f.integer("restartInMillis"), f.small("failures"));
      case "rolled-back" ->
          new Reason.RolledBack(f.digest("from"), f.digest("to"), read(f.object("cause")));
      case "rejected-here" -> new Reason.RejectedHere(f.digest("release"), read(f.object("cause")));
      case "disk-full" ->
          new Reason.DiskFull(f.text("path"), f.integer("needed"), f.integer("free"));
      case "io-failed" -> new Reason.IoFailed(f.text("what"), f.text("detail"));
      case "database-damaged" ->
          new Reason.DatabaseDamaged(f.text("found"), f.integer("rowsLost"), f.text("copy"));
      case "clock-behind" ->
          new Reason.ClockBehind(f.integer("floorMillis"), f.integer("wallMillis"));
      case "hub-certificate-dates" ->
          new Reason.HubCertificateDates(
              f.integer("fromMillis"), f.integer("untilMillis"), f.integer("wallMillis"));
      case "rollout-planning" -> new Reason.RolloutPlanning(f.text("rollout"));
      case "rollout-staging" -> new Reason.RolloutStaging(f.text("rollout"), f.text("wave"));
      case "rollout-retrying" -> new Reason.RolloutRetrying(f.text("rollout"));
      case "wave-not-open" ->
          new Reason.WaveNotOpen(
              f.text("rollout"),
              f.text("wave"),
              f.text("after"),
              f.small("healthyPercent"),
              f.small("neededPercent"),
              f.small("reached"));
      case "wave-soaking" ->
          new Reason.WaveSoaking(
              f.text("rollout"), f.text("wave"), f.text("after"), f.integer("untilMillis"));
      case "wave-approval-needed" ->
          new Reason.WaveApprovalNeeded(
              f.text("rollout"), f.text("wave"), f.text("after"), textOrEmpty(f, "next"));
      case "wave-empty" ->
          new Reason.WaveEmpty(
              f.text("rollout"), f.text("wave"), f.text("after"), textOrEmpty(f, "next"));
      case "deadline-passed" -> new Reason.DeadlinePassed(f.integer("atMillis"));
      case "rollout-paused" ->
          new Reason.RolloutPaused(f.text("rollout"), f.text("by"), f.integer("sinceMillis"));
      case "budget-full" ->
          new Reason.BudgetFull(f.text("rollout"), f.text("whose"), f.small("max"));
      case "site-failures-full" ->
          new Reason.SiteFailuresFull(f.text("rollout"), f.small("failed"));
      case "permit-outstanding" ->
          new Reason.PermitOutstanding(
              f.text("rollout"), f.integer("untilMillis"), f.yes("sinceRestore"));
      case "rollout-left" ->
          new Reason.RolloutLeft(f.text("rollout"), f.text("labels"), f.text("application"));
      case "rollout-overruled" ->
          new Reason.RolloutOverruled(
              f.text("rollout"), f.text("release"), f.text("layer"), f.text("assigned"));
      case "layer-overruled" ->
          new Reason.LayerOverruled(
              f.text("wider"), f.text("release"), f.text("layer"), f.text("assigned"));
      case "left-out" -> new Reason.LeftOut(f.texts("applications"));
      case "rollout-moves" ->
          new Reason.RolloutMoves(f.text("rollout"), f.text("application"), f.text("fleet"));
      case "rollout-superseded" -> new Reason.RolloutSuperseded(f.text("rollout"), f.text("by"));
      case "cause-given" -> new Reason.CauseGiven(f.text("why"));
      case "rollout-ended" ->
          new Reason.RolloutEnded(
              f.text("rollout"), f.text("how"), f.text("by"), read(f.object("cause")));
      case "rollout-failed-here" ->
          new Reason.RolloutFailedHere(f.text("rollout"), read(f.object("cause")), again(f));
      case "rollout-failures" ->
          new Reason.RolloutFailures(
              f.text("rollout"), f.text("wave"), f.small("failed"), f.small("reached"));
      case "gitops-pending" ->
          new Reason.GitopsPending(f.text("fleet"), f.text("application"), f.text("commit"));
      case "gitops-waits" ->
          new Reason.GitopsWaits(
              f.text("application"), f.text("commit"), f.text("detail"), f.text("counts"));
      case "gitops-broken" ->
          new Reason.GitopsBroken(
              f.text("application"), f.text("commit"), f.text("detail"), f.text("counts"));
      case "gitops-unreachable" ->
          new Reason.GitopsUnreachable(f.text("application"), f.text("detail"), f.text("counts"));
      case "came-by-kit" ->
          new Reason.CameByKit(f.text("kit"), f.integer("createdMillis"), f.integer("revision"));
      case "not-found" -> new Reason.NotFound(f.text("kind"), f.text("name"), f.texts("near"));
      case "conflict" -> new Reason.Conflict(f.text("what"), f.text("detail"));
      case "protected-fleet" -> new Reason.ProtectedFleet(f.text("fleet"));
      case "not-allowed" -> new Reason.NotAllowed(f.text("detail"));
      case "input-invalid" ->
          new Reason.InputInvalid(f.text("field"), f.text("value"), f.text("fix"));
      case "rows-gone" -> new Reason.RowsGone(f.text("what"), f.integer("through"));
      default -> new Reason.Unknown(code);
    };
  }

  static void write(JsonWriter json, Reason reason) {
    switch (reason) {
      case Reason.TokenGarbled r -> json.text("code", "token-garbled").text("detail", r.detail());
      case Reason.TokenUnknown r -> json.text("code", "token-unknown").text("token", r.token());
      case Reason.TokenExpired r ->
          json.text("code", "token-expired")
              .text("token", r.token())
              .integer("expiredMillis", r.expiredMillis());
      case Reason.TokenUsed r ->
          json.text("code", "token-used").text("token", r.token()).integer("uses", r.uses());
      case Reason.TokenRevoked r -> json.text("code", "token-revoked").text("token", r.token());
      case Reason.TokenOtherKey r -> json.text("code", "token-other-key").text("token", r.token());
      case Reason.PinMismatch r ->
          json.text("code", "pin-mismatch").text("wanted", r.wanted()).text("got", r.got());
      case Reason.CsrInvalid r -> json.text("code", "csr-invalid").text("detail", r.detail());
      case Reason.SlotTaken r ->
          json.text("code", "slot-taken").text("slot", r.slot()).text("device", r.device());
      case Reason.DeviceUnknown r -> json.text("code", "device-unknown").text("device", r.device());
      case Reason.DeviceRevoked r -> json.text("code", "device-revoked").text("device", r.device());
      case Reason.DeviceQuarantined r ->
          json.text("code", "device-quarantined")
              .text("device", r.device())
              .text("detail", r.detail());
      case Reason.ApprovalNeeded r ->
          json.text("code", "approval-needed")
              .text("device", r.device())
              .text("detail", r.detail());
      case Reason.CertificateExpired r ->
          json.text("code", "certificate-expired")
              .text("device", r.device())
              .integer("expiredMillis", r.expiredMillis());
      case Reason.CertificateSuperseded r ->
          json.text("code", "certificate-superseded")
              .text("device", r.device())
              .text("serial", r.serial());
      case Reason.RecoveryRefused r ->
          json.text("code", "recovery-refused").text("detail", r.detail());
      case Reason.LimitExceeded r ->
          json.text("code", "limit-exceeded")
              .text("limit", r.limit())
              .integer("max", r.max())
              .integer("got", r.got());
      case Reason.Malformed r ->
          json.text("code", "malformed").text("what", r.what()).text("detail", r.detail());
      case Reason.NotYours r ->
          json.text("code", "not-yours").text("what", r.what()).text("detail", r.detail());
      case Reason.Busy r ->
          json.text("code", "busy").integer("retryAfterSeconds", r.retryAfterSeconds());
      case Reason.FeatureMissing r ->
          json.text("code", "feature-missing").texts("features", r.features());
      case Reason.DocumentUntrusted r ->
          json.text("code", "document-untrusted").text("detail", r.detail());
      case Reason.DocumentStale r ->
          json.text("code", "document-stale")
              .integer("heldEpoch", r.heldEpoch())
              .integer("heldRevision", r.heldRevision())
              .integer("epoch", r.epoch())
              .integer("revision", r.revision());
      case Reason.SectionMissing r ->
          json.text("code", "section-missing").text("section", r.section());
      case Reason.SignatureRefused r ->
          json.text("code", "signature-refused").text("detail", r.detail());
      case Reason.DigestMismatch r ->
          json.text("code", "digest-mismatch")
              .text("path", r.path())
              .id("wanted", r.wanted())
              .id("got", r.got());
      case Reason.SizeMismatch r ->
          json.text("code", "size-mismatch")
              .text("path", r.path())
              .integer("wanted", r.wanted())
              .integer("got", r.got());
      case Reason.PathRefused r ->
          json.text("code", "path-refused").text("path", r.path()).text("detail", r.detail());
      case Reason.BelowSecurityFloor r ->
          json.text("code", "below-security-floor")
              .integer("floor", r.floor())
              .integer("got", r.got());
      case Reason.FleetMismatch r ->
          json.text("code", "fleet-mismatch").text("fleet", r.fleet()).texts("fleets", r.fleets());
      case Reason.NoVariant r ->
          json.text("code", "no-variant")
              .text("os", r.os())
              .text("architecture", r.architecture())
              .text("detail", r.detail());
      case Reason.ParameterInvalid r ->
          json.text("code", "parameter-invalid")
              .text("parameter", r.parameter())
              .text("value", r.value())
              .text("detail", r.detail());
      case Reason.ReleaseInvalid r ->
          json.text("code", "release-invalid").text("field", r.field()).text("detail", r.detail());
      case Reason.ReleaseUnknown r ->
          json.text("code", "release-unknown").text("release", r.release());
      case Reason.NotReached r ->
          json.text("code", "not-reached")
              .text("device", r.device())
              .integer("lastSeenMillis", r.lastSeenMillis());
      case Reason.UpToDate() -> json.text("code", "up-to-date");
      case Reason.NothingAssigned() -> json.text("code", "nothing-assigned");
      case Reason.NothingHeard() -> json.text("code", "nothing-heard");
      case Reason.Downloading r ->
          json.text("code", "downloading")
              .text("path", r.path())
              .integer("done", r.done())
              .integer("total", r.total());
      case Reason.DownloadFailed r ->
          json.text("code", "download-failed")
              .text("path", r.path())
              .text("detail", r.detail())
              .integer("retryInMillis", r.retryInMillis());
      case Reason.DownloadHeld r ->
          json.text("code", "download-held")
              .text("what", r.what())
              .integer("done", r.done())
              .integer("total", r.total());
      case Reason.WaitingForPeer r ->
          json.text("code", "waiting-for-peer")
              .text("peer", r.peer())
              .text("path", r.path())
              .integer("done", r.done())
              .integer("total", r.total());
      case Reason.CopyingFromPeer r ->
          json.text("code", "copying-from-peer")
              .text("peer", r.peer())
              .text("path", r.path())
              .integer("done", r.done())
              .integer("total", r.total());
      case Reason.BundleAwaited r ->
          json.text("code", "bundle-awaited").integer("retryAfterSeconds", r.retryAfterSeconds());
      case Reason.BundleMissing r -> json.text("code", "bundle-missing").text("detail", r.detail());
      case Reason.BundleRefused r ->
          json.text("code", "bundle-refused").id("bundle", r.bundle()).text("detail", r.detail());
      case Reason.BaseDamaged r ->
          json.text("code", "base-damaged").id("release", r.release()).text("detail", r.detail());
      case Reason.DownloadGrew r ->
          json.text("code", "download-grew")
              .text("how", r.how())
              .object("cause", r.cause(), ReasonJson::write);
      case Reason.LineDown r ->
          json.text("code", "line-down")
              .integer("sinceMillis", r.sinceMillis())
              .text("detail", r.detail());
      case Reason.Soaking r -> json.text("code", "soaking").integer("untilMillis", r.untilMillis());
      case Reason.Starting r -> json.text("code", "starting").text("detail", r.detail());
      case Reason.DownloadWindowClosed r ->
          opens(json.text("code", "download-window-closed"), r.opensMillis(), r.opens());
      case Reason.SwitchWindowClosed r ->
          opens(json.text("code", "switch-window-closed"), r.opensMillis(), r.opens());
      case Reason.ShopOpen r -> opens(json.text("code", "shop-open"), r.opensMillis(), r.opens());
      case Reason.Frozen r ->
          opens(json.text("code", "frozen").text("dates", r.dates()), r.opensMillis(), r.opens());
      case Reason.PermitAwaited r ->
          json.text("code", "permit-awaited")
              .text("rollout", r.rollout())
              .integer("wave", r.wave())
              .text("waveName", nullIfEmpty(r.waveName()));
      case Reason.PermitNotYet r ->
          json.text("code", "permit-not-yet")
              .text("rollout", r.rollout())
              .integer("wave", r.wave())
              .text("waveName", nullIfEmpty(r.waveName()))
              .integer("notBeforeMillis", r.notBeforeMillis());
      case Reason.PermitOver r ->
          json.text("code", "permit-over")
              .text("rollout", r.rollout())
              .integer("wave", r.wave())
              .text("waveName", nullIfEmpty(r.waveName()))
              .integer("notAfterMillis", r.notAfterMillis());
      case Reason.NeedNotLive r ->
          json.text("code", "need-not-live")
              .text("application", r.application())
              .text("atLeast", r.atLeast())
              .text("live", r.live())
              .text("coming", r.coming());
      case Reason.NeededHere r ->
          json.text("code", "needed-here")
              .text("by", r.by())
              .text("atLeast", r.atLeast())
              .text("version", r.version());
      case Reason.PermitMissesWindow r ->
          opens(
              json.text("code", "permit-misses-window")
                  .text("rollout", r.rollout())
                  .integer("wave", r.wave())
                  .text("waveName", nullIfEmpty(r.waveName()))
                  .integer("notAfterMillis", r.notAfterMillis()),
              r.opensMillis(),
              r.opens());
      case Reason.TimeUnsure() -> json.text("code", "time-unsure");
      case Reason.WindowsLifted r ->
          json.text("code", "windows-lifted").integer("untilMillis", r.untilMillis());
      case Reason.ClockJumped r ->
          json.text("code", "clock-jumped")
              .integer("expectedMillis", r.expectedMillis())
              .integer("wallMillis", r.wallMillis());
      case Reason.TransfersPaused r ->
          json.text("code", "transfers-paused")
              .text("by", r.by())
              .text("why", r.why())
              .integer("sinceMillis", r.sinceMillis());
      case Reason.BandwidthHeld r ->
          json.text("code", "bandwidth-held")
              .integer("bitsPerSecond", r.bitsPerSecond())
              .integer("untilMillis", r.untilMillis())
              .text("until", r.until());
      case Reason.AgentTooOld r ->
          json.text("code", "agent-too-old")
              .text("agentVersion", r.agentVersion())
              .texts("what", r.what());
      case Reason.AgentStopped() -> json.text("code", "agent-stopped");
      case Reason.SlotEmpty r ->
          json.text("code", "slot-empty").text("slot", r.slot()).text("fleet", r.fleet());
      case Reason.ProbeFailed r ->
          json.text("code", "probe-failed").text("probe", r.probe()).text("detail", r.detail());
      case Reason.ProbeSlow r ->
          json.text("code", "probe-slow")
              .text("probe", r.probe())
              .integer("tookMillis", r.tookMillis())
              .integer("allowedMillis", r.allowedMillis());
      case Reason.WorkloadExited r ->
          json.text("code", "workload-exited")
              .integer("exitCode", r.exitCode())
              .text("detail", r.detail());
      case Reason.WorkloadUnhealthy r ->
          json.text("code", "workload-unhealthy")
              .text("probe", r.probe())
              .integer("failures", r.failures())
              .text("detail", r.detail());
      case Reason.ReloadFailed r ->
          json.text("code", "reload-failed").text("how", r.how()).text("detail", r.detail());
      case Reason.WorkloadWaiting r ->
          json.text("code", "workload-waiting")
              .integer("restartInMillis", r.restartInMillis())
              .integer("failures", r.failures());
      case Reason.RolledBack r ->
          json.text("code", "rolled-back")
              .id("from", r.from())
              .id("to", r.to())
              .object("cause", r.cause(), ReasonJson::write);
      case Reason.RejectedHere r ->
          json.text("code", "rejected-here")
              .id("release", r.release())
              .object("cause", r.cause(), ReasonJson::write);
      case Reason.DiskFull r ->
          json.text("code", "disk-full")
              .text("path", r.path())
              .integer("needed", r.needed())
              .integer("free", r.free());
      case Reason.IoFailed r ->
          json.text("code", "io-failed").text("what", r.what()).text("detail", r.detail());
      case Reason.DatabaseDamaged r ->
          json.text("code", "database-damaged")
              .text("found", r.found())
              .integer("rowsLost", r.rowsLost())
              .text("copy", r.copy());
      case Reason.ClockBehind r ->
          json.text("code", "clock-behind")
              .integer("floorMillis", r.floorMillis())
              .integer("wallMillis", r.wallMillis());
      case Reason.HubCertificateDates r ->
          json.text("code", "hub-certificate-dates")
              .integer("fromMillis", r.fromMillis())
              .integer("untilMillis", r.untilMillis())
              .integer("wallMillis", r.wallMillis());
      case Reason.RolloutPlanning r ->
          json.text("code", "rollout-planning").text("rollout", r.rollout());
      case Reason.RolloutStaging r ->
          json.text("code", "rollout-staging").text("rollout", r.rollout()).text("wave", r.wave());
      case Reason.RolloutRetrying r ->
          json.text("code", "rollout-retrying").text("rollout", r.rollout());
      case Reason.WaveNotOpen r ->
          json.text("code", "wave-not-open")
              .text("rollout", r.rollout())
              .text("wave", r.wave())
              .text("after", r.after())
              .integer("healthyPercent", r.healthyPercent())
              .integer("neededPercent", r.neededPercent())
              .integer("reached", r.reached());
      case Reason.WaveSoaking r ->
          json.text("code", "wave-soaking")
              .text("rollout", r.rollout())
              .text("wave", r.wave())
              .text("after", r.after())
              .integer("untilMillis", r.untilMillis());
      case Reason.WaveApprovalNeeded r ->
          json.text("code", "wave-approval-needed")
              .text("rollout", r.rollout())
              .text("wave", r.wave())
              .text("after", r.after())
              .text("next", r.next());
      case Reason.WaveEmpty r ->
          json.text("code", "wave-empty")
              .text("rollout", r.rollout())
              .text("wave", r.wave())
              .text("after", r.after())
              .text("next", r.next());
      case Reason.DeadlinePassed r ->
          json.text("code", "deadline-passed").integer("atMillis", r.atMillis());
      case Reason.RolloutPaused r ->
          json.text("code", "rollout-paused")
              .text("rollout", r.rollout())
              .text("by", r.by())
              .integer("sinceMillis", r.sinceMillis());
      case Reason.BudgetFull r ->
          json.text("code", "budget-full")
              .text("rollout", r.rollout())
              .text("whose", r.whose())
              .integer("max", r.max());
      case Reason.SiteFailuresFull r ->
          json.text("code", "site-failures-full")
              .text("rollout", r.rollout())
              .integer("failed", r.failed());
      case Reason.PermitOutstanding r ->
          json.text("code", "permit-outstanding")
              .text("rollout", r.rollout())
              .integer("untilMillis", r.untilMillis())
              .yes("sinceRestore", r.sinceRestore());
      case Reason.RolloutLeft r ->
          json.text("code", "rollout-left")
              .text("rollout", r.rollout())
              .text("labels", r.labels())
              .text("application", r.application());
      case Reason.RolloutOverruled r ->
          json.text("code", "rollout-overruled")
              .text("rollout", r.rollout())
              .text("release", r.release())
              .text("layer", r.layer())
              .text("assigned", r.assigned());
      case Reason.LayerOverruled r ->
          json.text("code", "layer-overruled")
              .text("wider", r.wider())
              .text("release", r.release())
              .text("layer", r.layer())
              .text("assigned", r.assigned());
      case Reason.LeftOut r ->
          json.text("code", "left-out").texts("applications", r.applications());
      case Reason.RolloutMoves r ->
          json.text("code", "rollout-moves")
              .text("rollout", r.rollout())
              .text("application", r.application())
              .text("fleet", r.fleet());
      case Reason.RolloutSuperseded r ->
          json.text("code", "rollout-superseded").text("rollout", r.rollout()).text("by", r.by());
      case Reason.CauseGiven r -> json.text("code", "cause-given").text("why", r.why());
      case Reason.RolloutEnded r ->
          json.text("code", "rollout-ended")
              .text("rollout", r.rollout())
              .text("how", r.how())
              .text("by", r.by())
              .object("cause", r.cause(), ReasonJson::write);
      case Reason.RolloutFailedHere r ->
          json.text("code", "rollout-failed-here")
              .text("rollout", r.rollout())
              .object("cause", r.cause(), ReasonJson::write)
              .word("again", r.again());
      case Reason.RolloutFailures r ->
          json.text("code", "rollout-failures")
              .text("rollout", r.rollout())
              .text("wave", r.wave())
              .integer("failed", r.failed())
              .integer("reached", r.reached());
      case Reason.GitopsPending r ->
          json.text("code", "gitops-pending")
              .text("fleet", r.fleet())
              .text("application", r.application())
              .text("commit", r.commit());
      case Reason.GitopsWaits r ->
          json.text("code", "gitops-waits")
              .text("application", r.application())
              .text("commit", r.commit())
              .text("detail", r.detail())
              .text("counts", r.counts());
      case Reason.GitopsBroken r ->
          json.text("code", "gitops-broken")
              .text("application", r.application())
              .text("commit", r.commit())
              .text("detail", r.detail())
              .text("counts", r.counts());
      case Reason.GitopsUnreachable r ->
          json.text("code", "gitops-unreachable")
              .text("application", r.application())
              .text("detail", r.detail())
              .text("counts", r.counts());
      case Reason.CameByKit r ->
          json.text("code", "came-by-kit")
              .text("kit", r.kit())
              .integer("createdMillis", r.createdMillis())
              .integer("revision", r.revision());
      case Reason.NotFound r ->
          json.text("code", "not-found")
              .text("kind", r.kind())
              .text("name", r.name())
              .texts("near", r.near());
      case Reason.Conflict r ->
          json.text("code", "conflict").text("what", r.what()).text("detail", r.detail());
      case Reason.ProtectedFleet r -> json.text("code", "protected-fleet").text("fleet", r.fleet());
      case Reason.NotAllowed r -> json.text("code", "not-allowed").text("detail", r.detail());
      case Reason.RowsGone r ->
          json.text("code", "rows-gone").text("what", r.what()).integer("through", r.through());
      case Reason.InputInvalid r ->
          json.text("code", "input-invalid")
              .text("field", r.field())
              .text("value", r.value())
              .text("fix", r.fix());
      case Reason.Unknown r -> json.text("code", r.code());
    }
  }

  private static void opens(JsonWriter json, long opensMillis, String opens) {
    json.integer("opensMillis", opensMillis).text("opens", opens);
  }

  private static @Nullable String nullIfEmpty(String text) {
    return text.isEmpty() ? null : text;
  }

  /// Older hubs do not say it.
  private static Reason.RolloutFailedHere.Again again(JsonFields f) throws MalformedException {
    return f.textOrNull("again") == null
        ? Reason.RolloutFailedHere.Again.RETRY
        : f.word("again", Reason.RolloutFailedHere.Again.values());
  }

  private static String textOrEmpty(JsonFields f, String field) throws MalformedException {
    return Objects.requireNonNullElse(f.textOrNull(field), "");
  }
}
