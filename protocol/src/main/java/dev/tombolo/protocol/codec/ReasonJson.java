package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.reason.Reason;
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
      case "downloading" ->
          new Reason.Downloading(f.text("path"), f.integer("done"), f.integer("total"));
      case "download-failed" ->
          new Reason.DownloadFailed(f.text("path"), f.text("detail"), f.integer("retryInMillis"));
      case "line-down" -> new Reason.LineDown(f.integer("sinceMillis"), f.text("detail"));
      case "soaking" -> new Reason.Soaking(f.integer("untilMillis"));
      case "starting" -> new Reason.Starting(f.text("detail"));
      case "agent-stopped" -> new Reason.AgentStopped();
      case "slot-empty" -> new Reason.SlotEmpty(f.text("slot"), f.text("fleet"));
      case "probe-failed" -> new Reason.ProbeFailed(f.text("probe"), f.text("detail"));
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
      case Reason.LineDown r ->
          json.text("code", "line-down")
              .integer("sinceMillis", r.sinceMillis())
              .text("detail", r.detail());
      case Reason.Soaking r -> json.text("code", "soaking").integer("untilMillis", r.untilMillis());
      case Reason.Starting r -> json.text("code", "starting").text("detail", r.detail());
      case Reason.AgentStopped() -> json.text("code", "agent-stopped");
      case Reason.SlotEmpty r ->
          json.text("code", "slot-empty").text("slot", r.slot()).text("fleet", r.fleet());
      case Reason.ProbeFailed r ->
          json.text("code", "probe-failed").text("probe", r.probe()).text("detail", r.detail());
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
}
