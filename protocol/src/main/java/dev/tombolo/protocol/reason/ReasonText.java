package dev.tombolo.protocol.reason;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.window.BitRate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Says each [Reason] in one line: what happened, to what, and what to do next.
public final class ReasonText {
  /// Means itself in every shell.
  private static final Pattern UNQUOTED = Pattern.compile("[A-Za-z0-9._/@%+=:,-]+");

  private ReasonText() {}

  /// Details come from devices, workloads and files: what could move a terminal's cursor or turn
  /// its writing direction is replaced.
  public static String say(Reason reason) {
    return say(reason, Digest::brief);
  }

  /// As [#say(Reason)], for who knows more of a release than its digest.
  ///
  /// @param releases how to call the release of this digest
  public static String say(Reason reason, Function<Digest, String> releases) {
    return Quoted.onOneLine(words(reason, releases));
  }

  private static String again(Reason.RolloutFailedHere failed) {
    String retry = "tombolo rollout retry " + failed.rollout();
    return switch (failed.again()) {
      case RETRY -> retry;
      case RESUME -> "tombolo rollout resume " + failed.rollout() + ", then " + retry;
      case BEGIN -> "begin another rollout";
    };
  }

  private static String rowsLost(long rows) {
    if (rows == 0) {
      return "No row waited for the hub.";
    }
    String which = rows < 0 ? "Unsent rows" : rows == 1 ? "1 unsent row" : rows + " unsent rows";
    return which + " may be lost.";
  }

  private static String words(Reason reason, Function<Digest, String> releases) {
    return switch (reason) {
      case Reason.TokenGarbled r -> "The join token cannot be read: " + r.detail() + ".";
      case Reason.TokenUnknown r ->
          "This hub has no join token "
              + r.token()
              + "; it was made elsewhere, or ended long ago and was forgotten: make a new one.";
      case Reason.TokenExpired r ->
          "Join token "
              + r.token()
              + " expired at "
              + time(r.expiredMillis())
              + "; make a new one.";
      case Reason.TokenUsed r ->
          "Join token "
              + r.token()
              + " has been used "
              + times(r.uses())
              + ", which is all it allows; make a new one.";
      case Reason.TokenRevoked r ->
          "Join token " + r.token() + " was revoked by an operator; ask for a new one.";
      case Reason.TokenOtherKey r ->
          "Join token "
              + r.token()
              + " was already used by another device's key; if that was not you, revoke that"
              + " device, and make a new token for this one.";
      case Reason.PinMismatch r ->
          "The server is not the one the token was made for: it shows "
              + r.got()
              + " instead of "
              + r.wanted()
              + "; check the address, or whether something intercepts the line.";
      case Reason.CsrInvalid r ->
          "The certificate request is not usable: "
              + r.detail()
              + "; make a new P-256 key and request.";
      case Reason.SlotTaken r ->
          "Slot "
              + r.slot()
              + " is held by "
              + r.device()
              + "; make a replacement token to take it over.";
      case Reason.DeviceUnknown r ->
          "This hub does not know " + r.device() + "; enrol it with a join token.";
      case Reason.DeviceRevoked r ->
          r.device() + " was revoked; if it should come back, enrol it with a new join token.";
      case Reason.DeviceQuarantined r ->
          r.device()
              + " is quarantined: "
              + r.detail()
              + "; find out whether its disk was copied; then let it back in (tombolo device approve "
              + r.device()
              + ") or replace it (tombolo device replace SITE/SLOT).";
      case Reason.ApprovalNeeded r ->
          r.device()
              + " waits for an operator: "
              + r.detail()
              + "; look at it, then: tombolo device approve "
              + r.device()
              + ".";
      case Reason.CertificateExpired r ->
          "The certificate of "
              + r.device()
              + " expired at "
              + time(r.expiredMillis())
              + "; it recovers by itself when it reaches the hub, and beyond the offline budget"
              + " waits for 'tombolo device approve'.";
      case Reason.CertificateSuperseded r ->
          "Certificate "
              + r.serial()
              + " of "
              + r.device()
              + " was replaced by a newer one already in use; if only one machine has the key,"
              + " enrol it again.";
      case Reason.RecoveryRefused r ->
          "The certificate was not recovered: "
              + r.detail()
              + "; the device tries again by itself.";
      case Reason.LimitExceeded r ->
          "Too large: "
              + r.limit()
              + " allows "
              + r.max()
              + ", got "
              + r.got()
              + "; send less at once.";
      case Reason.Malformed r ->
          "The " + r.what() + " cannot be read: " + r.detail() + "; mend it and send it again.";
      case Reason.NotYours r ->
          "Not allowed: "
              + r.what()
              + " does not belong to this identity ("
              + r.detail()
              + "); use only the device's own id and topics.";
      case Reason.Busy r ->
          "The hub is busy; it will be tried again in " + seconds(r.retryAfterSeconds()) + ".";
      case Reason.FeatureMissing r ->
          "The agent lacks " + list(r.features()) + ", which this needs; update the agent.";
      case Reason.DocumentUntrusted r ->
          "The desired document was refused: "
              + r.detail()
              + "; the device keeps the one it holds; check the hub's document key.";
      case Reason.DocumentStale r ->
          "The desired document (epoch "
              + r.epoch()
              + ", revision "
              + r.revision()
              + ") is not newer than the one held (epoch "
              + r.heldEpoch()
              + ", revision "
              + r.heldRevision()
              + ") or is of another history; was the hub restored from a backup"
              + " without a new epoch?";
      case Reason.SectionMissing r ->
          "The newest desired document has arrived but for its section '"
              + r.section()
              + "', and is not in force yet; the hub sends the rest, at the latest after the next"
              + " connect.";
      case Reason.SignatureRefused r ->
          "The signature was refused: "
              + r.detail()
              + "; sign with a key of the publisher root, and push again.";
      case Reason.DigestMismatch r ->
          r.path()
              + " has digest "
              + r.got().brief()
              + " instead of "
              + r.wanted().brief()
              + "; it was altered or damaged and will be fetched again.";
      case Reason.SizeMismatch r ->
          r.path()
              + " has "
              + r.got()
              + " bytes instead of "
              + r.wanted()
              + "; it was altered or cut short and will be fetched again.";
      case Reason.PathRefused r ->
          "The path '"
              + r.path()
              + "' was refused: "
              + r.detail()
              + "; name files by relative paths inside the release.";
      case Reason.BelowSecurityFloor r ->
          "The release's security floor "
              + r.got()
              + " lies below "
              + r.floor()
              + ", the highest this device has seen; only a release at or above it can run.";
      case Reason.FleetMismatch r ->
          "The release is for "
              + list(r.fleets())
              + ", not for fleet "
              + r.fleet()
              + "; assign one that was signed for this fleet.";
      case Reason.NoVariant r ->
          "The release has nothing for "
              + r.os()
              + "/"
              + r.architecture()
              + ": "
              + r.detail()
              + "; sign a release with a variant for it, or configure the device.";
      case Reason.ParameterInvalid r ->
          "Parameter "
              + r.parameter()
              + " cannot be '"
              + r.value()
              + "': "
              + r.detail()
              + "; correct it in the assignment.";
      case Reason.ReleaseInvalid r ->
          "The release is not sound: "
              + r.field()
              + ": "
              + r.detail()
              + "; correct it and sign it again.";
      case Reason.ReleaseUnknown r ->
          "There is no release " + r.release() + "; push it first, or list the releases there are.";
      case Reason.NotReached r ->
          r.device()
              + " has not taken the change yet; "
              + (r.lastSeenMillis() <= 0
                  ? "it has not been seen so far"
                  : "it was last seen at " + time(r.lastSeenMillis()))
              + "; it catches up when it connects.";
      case Reason.UpToDate() -> "Everything wanted is live; nothing to do.";
      case Reason.NothingAssigned() -> "No release is assigned; assign one to the fleet.";
      case Reason.NothingHeard() ->
          "Since it joined, the device has heard nothing from the hub; what is assigned comes when the"
              + " line is up, or by a kit.";
      case Reason.Downloading r ->
          "Downloading " + r.path() + ": " + progress(r.done(), r.total()) + "; wait.";
      case Reason.DownloadFailed r ->
          "Downloading "
              + r.path()
              + " failed: "
              + unended(r.detail())
              + "; it goes on in "
              + millis(r.retryInMillis())
              + ".";
      case Reason.DownloadHeld r ->
          "Of "
              + r.what()
              + ", "
              + progress(r.done(), r.total())
              + " are on this device; the download goes on from there.";
      case Reason.WaitingForPeer r ->
          "Waits for "
              + r.peer()
              + ", which is to fetch "
              + r.path()
              + " for the whole site: "
              + progress(r.done(), r.total())
              + " here; wait.";
      case Reason.CopyingFromPeer r ->
          "Copying "
              + r.path()
              + " from "
              + r.peer()
              + " over the shop's network: "
              + progress(r.done(), r.total())
              + "; wait.";
      case Reason.BundleAwaited r ->
          "The hub is making the bundle for this change, which is far less to download; the device"
              + " asks again in "
              + r.retryAfterSeconds()
              + " s.";
      case Reason.BundleMissing r -> "There is no bundle for this change: " + r.detail() + ".";
      case Reason.BundleRefused r ->
          "Bundle "
              + r.bundle().brief()
              + " was of no use here and is not tried again: "
              + r.detail()
              + ".";
      case Reason.BaseDamaged r ->
          "The files of release "
              + releases.apply(r.release())
              + " on this device are damaged, so that no bundle can build on them: "
              + r.detail()
              + "; what comes now replaces them.";
      case Reason.DownloadGrew r ->
          "The download is larger than it could be ("
              + r.how()
              + ") because: "
              + say(r.cause(), releases);
      case Reason.LineDown r ->
          "The line to the hub "
              + (r.sinceMillis() <= 0
                  ? "is down: "
                  : "has been down since " + time(r.sinceMillis()) + ": ")
              + r.detail()
              + "; workloads run on; check the shop's network.";
      case Reason.Soaking r ->
          "The release runs and passes its probes; it counts as live at "
              + time(r.untilMillis())
              + ".";
      case Reason.Starting r -> "In progress: " + r.detail() + "; wait a little.";
      case Reason.DownloadWindowClosed r ->
          "Downloads wait for their window" + until(", which opens ", r.opensMillis(), r.opens());
      case Reason.SwitchWindowClosed r ->
          "The switch waits for its window" + until(", which opens ", r.opensMillis(), r.opens());
      case Reason.ShopOpen r ->
          "The shop is open; the switch waits" + until(" until ", r.opensMillis(), r.opens());
      case Reason.Frozen r ->
          "Nothing is switched on the freeze dates "
              + r.dates()
              + "; the switch waits"
              + until(" until ", r.opensMillis(), r.opens());
      case Reason.PermitAwaited r ->
          "The switch waits for a permit of "
              + wave(r.rollout(), r.wave(), r.waveName())
              + "; the hub gives it when it is this wave's turn (tombolo rollout list).";
      case Reason.PermitNotYet r ->
          "The permit of "
              + wave(r.rollout(), r.wave(), r.waveName())
              + " begins at "
              + time(r.notBeforeMillis())
              + ".";
      case Reason.PermitOver r ->
          "The permit of "
              + wave(r.rollout(), r.wave(), r.waveName())
              + " ran out at "
              + time(r.notAfterMillis())
              + "; the hub gives a new one when the device is back.";
      case Reason.NeedNotLive r -> needNotLive(r);
      case Reason.NeededHere r ->
          "The switch to "
              + r.version()
              + " waits: "
              + r.by()
              + " is live here and needs "
              + r.atLeast()
              + " or newer; take that back first.";
      case Reason.PermitMissesWindow r ->
          "The permit of "
              + wave(r.rollout(), r.wave(), r.waveName())
              + " ends at "
              + time(r.notAfterMillis())
              + ", before the next window"
              + (r.opensMillis() <= 0 ? "" : " (" + r.opens() + ")")
              + "; a new permit is needed, or wider windows.";
      case Reason.TimeUnsure() ->
          "What time it is is not sure, so windows and permits stay shut and what runs goes on;"
              + " set the clock, or bring the line up: the hub tells the time.";
      case Reason.WindowsLifted r ->
          "An operator has lifted this device's windows until " + time(r.untilMillis()) + ".";
      case Reason.AgentTooOld r ->
          "Its agent"
              + (r.agentVersion().isEmpty() ? "" : " " + r.agentVersion())
              + " is too old for "
              + list(r.what())
              + ": left out for this device until the agent is updated.";
      case Reason.TransfersPaused r ->
          "An operator ("
              + r.by()
              + ") has paused this device's downloads since "
              + time(r.sinceMillis())
              + ": "
              + r.why()
              + "; they go on at the same byte when it is resumed (tombolo transfer resume).";
      case Reason.BandwidthHeld r ->
          "Held to "
              + BitRate.say(r.bitsPerSecond())
              + (r.until().isEmpty() ? "" : " until " + r.until())
              + " by the bandwidth of its site.";
      case Reason.AgentStopped() ->
          "The agent is not running: workloads go on, nothing new arrives; start it (systemctl"
              + " start tombolo-agent, or: tombolo-agent run).";
      case Reason.SlotEmpty r ->
          "No device has joined in slot "
              + r.slot()
              + "; give its installer a token (tombolo token create --fleet "
              + r.fleet()
              + " --slot "
              + r.slot()
              + ").";
      case Reason.ProbeFailed r ->
          "Probe " + r.probe() + " failed: " + r.detail() + "; look at the workload's output.";
      case Reason.ProbeSlow r ->
          "Probe "
              + r.probe()
              + " was answered too late: it took "
              + r.tookMillis()
              + " ms, and its release allows "
              + r.allowedMillis()
              + " ms; look at what else keeps the device busy.";
      case Reason.WorkloadExited r ->
          "The workload exited with code "
              + r.exitCode()
              + (r.detail().isEmpty() ? "" : ": " + r.detail())
              + "; look at its output.";
      case Reason.WorkloadUnhealthy r ->
          "The workload is restarted, because probe "
              + r.probe()
              + " failed "
              + times(r.failures())
              + " in a row: "
              + r.detail()
              + "; look at its output.";
      case Reason.ReloadFailed r ->
          "The workload did not take the release on by "
              + r.how()
              + ": "
              + r.detail()
              + "; look at its output.";
      case Reason.WorkloadWaiting r ->
          "The workload failed "
              + times(r.failures())
              + " and starts again in "
              + millis(r.restartInMillis())
              + "; look at its output.";
      case Reason.RolledBack r ->
          "Release "
              + releases.apply(r.from())
              + " was rolled back to "
              + releases.apply(r.to())
              + " because: "
              + say(r.cause(), releases);
      case Reason.RejectedHere r ->
          "Release "
              + releases.apply(r.release())
              + " failed on this device and is not tried again; assign another one. Cause: "
              + say(r.cause(), releases);
      case Reason.DiskFull r ->
          "The disk of "
              + r.path()
              + " is full: "
              + r.needed()
              + " bytes needed, "
              + r.free()
              + " free; make room for "
              + megabytes(r.needed() - r.free())
              + " MB more.";
      case Reason.IoFailed r ->
          "Could not " + r.what() + ": " + r.detail() + "; check the disk and its permissions.";
      case Reason.DatabaseDamaged r ->
          "The local database was damaged ("
              + r.found()
              + "); the agent went on from its mirror. "
              + rowsLost(r.rowsLost())
              + " The damaged files are in "
              + r.copy()
              + "; check the disk.";
      case Reason.ClockBehind r ->
          "The clock says "
              + time(r.wallMillis())
              + ", which is before "
              + time(r.floorMillis())
              + "; set the clock; changes wait until then.";
      case Reason.ClockJumped r ->
          "The clock says "
              + time(r.wallMillis())
              + ", but by what the hub said last it is "
              + time(r.expectedMillis())
              + "; set the clock; changes wait until then, or until the hub is reached.";
      case Reason.HubCertificateDates r ->
          "The clock here says "
              + time(r.wallMillis())
              + ", but the hub's certificate is good from "
              + time(r.fromMillis())
              + " until "
              + time(r.untilMillis())
              + "; the device asks the hub for the time; if that does not help, set the clock.";
      case Reason.GitopsPending r ->
          "Out of Git, "
              + r.application()
              + ": commit "
              + r.commit()
              + " waits for approval: tombolo gitops diff "
              + r.fleet()
              + "/"
              + r.application()
              + ".";
      case Reason.GitopsWaits r ->
          "Out of Git, "
              + r.application()
              + ": commit "
              + r.commit()
              + " "
              + r.detail()
              + "; "
              + counts(r.counts())
              + " until then.";
      case Reason.GitopsBroken r ->
          "Out of Git, "
              + r.application()
              + ": commit "
              + r.commit()
              + ": "
              + r.detail()
              + "; "
              + counts(r.counts())
              + ".";
      case Reason.GitopsUnreachable r ->
          "Out of Git, " + r.application() + ": " + r.detail() + "; " + counts(r.counts()) + ".";
      case Reason.CameByKit r ->
          "Its document, revision "
              + r.revision()
              + ", came by offline kit "
              + r.kit()
              + " of "
              + time(r.createdMillis())
              + ".";
      case Reason.NotFound r ->
          "There is no "
              + r.kind()
              + " '"
              + r.name()
              + "'"
              + (r.near().isEmpty() ? listed(r.kind()) : "; did you mean " + list(r.near()) + "?");
      case Reason.RolloutPlanning r ->
          "Rollout " + r.rollout() + " is still finding out who is in which wave.";
      case Reason.RolloutStaging r ->
          "Its wave "
              + r.wave()
              + " of rollout "
              + r.rollout()
              + " is open: it gets its permit to switch once it has told that the release is staged.";
      case Reason.RolloutRetrying r ->
          "Rollout "
              + r.rollout()
              + " tries it again as soon as the device has told that it went back to what it had.";
      case Reason.WaveNotOpen r ->
          "It waits for wave "
              + r.wave()
              + " of rollout "
              + r.rollout()
              + ": "
              + (r.reached() == 0
                  ? "nobody of wave " + r.after() + " has been reached yet."
                  : r.healthyPercent()
                      + " % of "
                      + r.neededPercent()
                      + " % healthy among the "
                      + r.reached()
                      + " reached of wave "
                      + r.after()
                      + ".");
      case Reason.WaveSoaking r ->
          "It waits for wave "
              + r.wave()
              + " of rollout "
              + r.rollout()
              + ": wave "
              + r.after()
              + " soaks until "
              + time(r.untilMillis())
              + ".";
      case Reason.WaveApprovalNeeded r ->
          "It waits for wave "
              + r.wave()
              + " of rollout "
              + r.rollout()
              + ": wave "
              + r.after()
              + " is healthy, and somebody must say yes ("
              + approval(r.rollout(), r.next())
              + ").";
      case Reason.WaveEmpty r ->
          "It waits for wave "
              + r.wave()
              + " of rollout "
              + r.rollout()
              + ": nobody is in wave "
              + r.after()
              + ", which was to prove the release; somebody must say yes ("
              + approval(r.rollout(), r.next())
              + ").";
      case Reason.DeadlinePassed r ->
          "The deadline was " + time(r.atMillis()) + "; roll out again for those that are left.";
      case Reason.RolloutPaused r ->
          "Rollout "
              + r.rollout()
              + " was paused by "
              + r.by()
              + " at "
              + time(r.sinceMillis())
              + "; to go on: tombolo rollout resume "
              + r.rollout()
              + ".";
      case Reason.BudgetFull r ->
          "It has the release and waits for its turn: the budget "
              + r.whose()
              + " in rollout "
              + r.rollout()
              + " is full ("
              + r.max()
              + " at once).";
      case Reason.SiteFailuresFull r ->
          r.failed()
              + " of its site failed, so nobody else there is moved by rollout "
              + r.rollout()
              + "; when it is mended: tombolo rollout retry "
              + r.rollout()
              + ".";
      case Reason.PermitOutstanding r ->
          r.sinceRestore()
              ? "The hub was restored and may have lost a permit of rollout "
                  + r.rollout()
                  + " for it: nothing is done until it reports, or until "
                  + time(r.untilMillis())
                  + "."
              : "It has leave of rollout "
                  + r.rollout()
                  + " to switch until "
                  + time(r.untilMillis())
                  + ", and has not told the outcome.";
      case Reason.RolloutMoves r ->
          "Not as things stand: rollout "
              + r.rollout()
              + " moves "
              + r.application()
              + " in fleet "
              + r.fleet()
              + ": let it end, begin a newer rollout, or abort it first: tombolo rollout abort "
              + r.rollout()
              + ".";
      case Reason.RolloutSuperseded r ->
          "Rollout " + r.rollout() + " no longer moves it: the newer " + r.by() + " took it over.";
      case Reason.RolloutOverruled r ->
          "Rollout "
              + r.rollout()
              + " ("
              + r.release()
              + ") is superseded here by layer "
              + r.layer()
              + ": "
              + r.assigned()
              + " was assigned there since.";
      case Reason.LayerOverruled r ->
          "Layer "
              + r.wider()
              + " ("
              + r.release()
              + ") is superseded here by the narrower layer "
              + r.layer()
              + ", which has "
              + r.assigned()
              + "; tombolo explain shows who assigned it.";
      case Reason.LeftOut r ->
          String.join(", ", r.applications())
              + (r.applications().size() == 1 ? " does" : " do")
              + " not come here: the destinations of "
              + (r.applications().size() == 1 ? "its" : "their")
              + " sync policies leave the device out.";
      case Reason.RolloutLeft r ->
          "Rollout "
              + r.rollout()
              + " no longer moves it: that one is for devices "
              + (r.labels().isEmpty() ? "" : "with " + r.labels() + ", ")
              + "where "
              + r.application()
              + " goes, and labels have changed since.";
      case Reason.CauseGiven r ->
          r.why().isEmpty()
              ? "No cause was given for it."
              : "The cause that was given: " + r.why() + (r.why().endsWith(".") ? "" : ".");
      case Reason.RolloutEnded r ->
          "Rollout "
              + r.rollout()
              + " was "
              + r.how()
              + " by "
              + r.by()
              + ": "
              + words(r.cause(), releases);
      case Reason.RolloutFailedHere r ->
          "Rollout "
              + r.rollout()
              + " failed here: "
              + words(r.cause(), releases)
              + " To try again: "
              + again(r)
              + ".";
      case Reason.RolloutFailures r ->
          r.failed()
              + " failed of the "
              + r.reached()
              + " reached "
              + (r.wave().isEmpty() ? "in rollout " + r.rollout() : "in its wave " + r.wave())
              + ".";
      case Reason.Conflict r -> "Not as things stand: " + r.what() + ": " + r.detail() + ".";
      case Reason.ProtectedFleet r ->
          "Fleet "
              + r.fleet()
              + " is protected; type its name to confirm (in scripts:"
              + " --yes-really "
              + r.fleet()
              + ").";
      case Reason.NotAllowed r ->
          "Not allowed: "
              + r.detail()
              + (r.detail().contains(";") ? "." : "; ask an operator who may.");
      case Reason.InputInvalid r ->
          r.field() + ": '" + r.value() + "' is not valid; " + r.fix() + ".";
      case Reason.RowsGone r ->
          "Some of the "
              + r.what()
              + " asked for are gone: they were older, or more, than the hub keeps; go on after "
              + r.through()
              + ".";
      case Reason.Unknown r ->
          "Reason '" + r.code() + "', which this version does not know; update this program.";
    };
  }

  /// @param commit out of Git
  private static String counts(String commit) {
    return commit.isEmpty() ? "nothing of it counts yet" : commit + " counts";
  }

  private static String listed(String kind) {
    return switch (kind) {
      case "rollout" -> "; 'tombolo rollout list' shows which there are.";
      case "token" -> "; 'tombolo token list' shows which there are.";
      case "release", "fleet", "site", "slot", "device", "application" ->
          "; 'tombolo get " + kind + "s' shows which there are.";
      default -> "; list them to see which there are.";
    };
  }

  /// The command that says yes to a rollout's next wave, as it can be typed.
  ///
  /// @param next the wave that it opens; empty: the only one that is left
  public static String approval(String rollout, String next) {
    return "tombolo rollout approve "
        + rollout
        + (next.isEmpty() ? "" : " --wave" + (next.startsWith("-") ? "=" : " ") + typed(next));
  }

  /// As one word of a command line.
  private static String typed(String word) {
    return UNQUOTED.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /// Details are often sentences of their own.
  private static String unended(String detail) {
    return detail.endsWith(".") ? detail.substring(0, detail.length() - 1) : detail;
  }

  private static String list(List<String> words) {
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }

  private static String until(String word, long opensMillis, String opens) {
    return opensMillis <= 0
        ? "; no moment within a year fits: change the site's windows, hours or freeze dates."
        : word + opens + ".";
  }

  private static String needNotLive(Reason.NeedNotLive r) {
    return "The switch waits until "
        + r.application()
        + " "
        + r.atLeast()
        + " or newer is live here; "
        + (r.live().isEmpty() ? "none is" : r.live() + " is")
        + (r.coming().isEmpty() ? ", and no other is on its way" : ", and " + r.coming() + " comes")
        + ".";
  }

  private static String wave(String rollout, int wave, String name) {
    return "rollout " + rollout + ", wave " + (name.isEmpty() ? wave : name);
  }

  private static long megabytes(long bytes) {
    return Math.max(1, (bytes + 999_999) / 1_000_000);
  }

  private static String times(int count) {
    return count == 1 ? "once" : count + " times";
  }

  private static String seconds(long seconds) {
    return seconds + " s";
  }

  private static String millis(long millis) {
    return seconds((Math.max(0, millis) + 999) / 1000);
  }

  private static String progress(long done, long total) {
    return done + " of " + total + " bytes (" + percent(done, total) + "%)";
  }

  private static long percent(long done, long total) {
    // Both lie below 2^53, so a hundredfold fits.
    return total <= 0 ? 0 : Math.clamp(done * 100 / total, 0, 100);
  }

  /// To the second, UTC. Integers of the wire lie below 2^53, which [Instant] holds.
  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
