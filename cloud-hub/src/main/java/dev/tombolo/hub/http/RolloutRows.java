package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.RolloutViews.RolloutView;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.http.api.RolloutWaveRow;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.reason.ReasonText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// Rollouts as the API shows them.
final class RolloutRows {
  private RolloutRows() {}

  static RolloutRow of(RolloutView view, long nowMillis) {
    RolloutRecord record = view.record();
    List<RolloutWaveRow> waves = new ArrayList<>();
    WaveCount all = WaveCount.NONE;
    for (int i = 0; i < record.plan().waves().size(); i++) {
      WaveCount count = i < view.waves().size() ? view.waves().get(i) : WaveCount.NONE;
      waves.add(wave(record.plan().waves().get(i), count, i <= record.state().openThrough()));
      all = sum(all, count);
    }
    return new RolloutRow(
        record.id().toString(),
        record.release().toString(),
        record.scope().fleet().text(),
        record.scope().toString(),
        wordOf(record.state()),
        words(record, view.waves(), all, nowMillis),
        waves,
        all.total() + all.taken().total(),
        all.succeeded() + all.taken().succeeded(),
        all.failed() + all.taken().failed(),
        all.inFlight(),
        all.dark(),
        all.taken().total(),
        all.outside(),
        all.leftAlone(),
        record.createdMillis(),
        record.createdBy(),
        record.plan().deadlineMillis(),
        record.origin().isNamed() ? record.origin().name() : null,
        record.origin().generation(),
        record.origin().writtenIn());
  }

  private static WaveCount sum(WaveCount a, WaveCount b) {
    return new WaveCount(
        a.total() + b.total(),
        a.succeeded() + b.succeeded(),
        a.failed() + b.failed(),
        a.inFlight() + b.inFlight(),
        a.downloading() + b.downloading(),
        a.ready() + b.ready(),
        a.dark() + b.dark(),
        a.back() + b.back(),
        a.reached() + b.reached(),
        new WaveCount.Taken(
            a.taken().total() + b.taken().total(),
            a.taken().succeeded() + b.taken().succeeded(),
            a.taken().failed() + b.taken().failed()),
        a.alsoOut() + b.alsoOut(),
        a.outside() + b.outside(),
        a.leftAlone() + b.leftAlone());
  }

  private static RolloutWaveRow wave(Wave wave, WaveCount count, boolean isOpen) {
    return new RolloutWaveRow(
        wave.name(),
        wave.pick().words(),
        isOpen,
        count.total() + count.taken().total(),
        count.succeeded() + count.taken().succeeded(),
        count.failed() + count.taken().failed(),
        count.inFlight(),
        count.downloading(),
        count.ready(),
        count.dark(),
        count.back(),
        count.taken().total(),
        count.outside(),
        count.leftAlone(),
        count.healthyPercent(),
        wave.gate().healthyPercent(),
        wave.gate().soakMillis(),
        wave.gate().needsApproval());
  }

  private static String wordOf(RolloutState state) {
    return switch (state) {
      case RolloutState.Planning _ -> "planning";
      case RolloutState.Rolling _ -> "rolling";
      case RolloutState.Paused _ -> "paused";
      case RolloutState.Completed _ -> "completed";
      case RolloutState.Aborted _ -> "aborted";
      case RolloutState.RolledBack _ -> "rolled-back";
      case RolloutState.Expired _ -> "expired";
    };
  }

  private static String words(
      RolloutRecord record, List<WaveCount> waves, WaveCount all, long nowMillis) {
    return switch (record.state()) {
      case RolloutState.Planning _ -> "finding out who is in which wave";
      case RolloutState.Rolling rolling -> rolling(record, rolling, waves, all, nowMillis);
      case RolloutState.Paused paused ->
          "paused by " + paused.by() + "; " + out(all) + "go on with resume";
      case RolloutState.Completed _ -> done(all);
      case RolloutState.Aborted aborted ->
          ("aborted by " + aborted.by() + ": " + ReasonText.say(aborted.cause()) + " " + out(all))
              .strip();
      case RolloutState.RolledBack back ->
          "rolled back by " + back.by() + ": " + ReasonText.say(back.cause()) + goneBack(all);
      case RolloutState.Expired _ ->
          "closed at its deadline; "
              + (all.total() - all.succeeded() - all.failed())
              + " have not got it";
    };
  }

  private static String done(WaveCount all) {
    WaveCount.Taken taken = all.taken();
    int succeeded = all.succeeded() + taken.succeeded();
    int failed = all.failed() + taken.failed();
    if (isAllTaken(all) && taken.succeeded() + taken.failed() < taken.total()) {
      return "over: all "
          + taken.total()
          + " were taken by newer rollouts; "
          + succeeded
          + " had got it"
          + (failed == 0 ? "" : ", " + failed + " failed");
    }
    String said =
        failed == 0
            ? "done: all " + succeeded + " got it"
            : "done: " + succeeded + " got it, " + failed + " failed";
    if (all.outside() > 0) {
      said +=
          ", "
              + all.outside()
              + (all.outside() == 1 ? " has left it" : " have left it")
              + " (other labels, or something newer was assigned there)";
    }
    return taken.total() == 0
        ? said
        : said + "; newer rollouts have taken " + taken.total() + " of them since";
  }

  private static boolean isAllTaken(WaveCount all) {
    return all.total() == 0 && all.outside() == 0 && all.taken().total() > 0;
  }

  private static String takenWhole(WaveCount all) {
    String said = "all " + all.taken().total() + " were taken by newer rollouts; it ends";
    return all.alsoOut() == 0
        ? said
        : said
            + " when "
            + all.alsoOut()
            + (all.alsoOut() == 1
                ? " has told what became of its permit, or that is over"
                : " have told what became of their permits, or those are over");
  }

  private static String goneBack(WaveCount all) {
    int untold = all.succeeded() + all.inFlight();
    String said = "";
    if (all.back() > 0) {
      said += " " + all.back() + (all.back() == 1 ? " is" : " are") + " back on what they had.";
    }
    if (untold > 0) {
      said += " " + untold + " had it before, or have not told that they are back.";
    }
    return said;
  }

  private static String out(WaveCount all) {
    return all.inFlight() == 0 ? "" : all.inFlight() + " may still switch by their permits; ";
  }

  private static String alone(WaveCount all) {
    return all.leftAlone() + " left alone where others of the site failed";
  }

  private static String left(RolloutRecord record, WaveCount all) {
    String retry = ": tombolo rollout retry " + record.id();
    if (all.leftAlone() == 0) {
      return all.dark() + " not reached yet; they get it when they come back";
    }
    return all.dark() == 0
        ? alone(all) + retry
        : all.dark()
            + " not reached yet, who get it when they come back, and "
            + alone(all)
            + retry;
  }

  private static String rolling(
      RolloutRecord record,
      RolloutState.Rolling rolling,
      List<WaveCount> waves,
      WaveCount all,
      long nowMillis) {
    int open = rolling.openThrough();
    if (waves.size() <= open) {
      return "begins";
    }
    if (isAllTaken(all)) {
      return takenWhole(all);
    }
    WaveCount count = waves.get(open);
    if (open == record.plan().last()) {
      int left = all.downloading() + all.ready() + all.inFlight();
      return left == 0
          ? "done but for " + left(record, all)
          : "all waves are open, "
              + left
              + (left == 1 ? " is" : " are")
              + " at it, "
              + all.dark()
              + " not reached yet"
              + (all.leftAlone() == 0 ? "" : ", " + alone(all));
    }
    Wave wave = record.plan().waves().get(open);
    String name = record.plan().waves().get(open + 1).name();
    String next = "wave " + name;
    String approval = ReasonText.approval(record.id().toString(), name);
    if (count.total() == 0) {
      return next + " waits for approval, nobody is in wave " + wave.name() + ": " + approval;
    }
    long soaksUntil = rolling.healthySinceMillis() + RolloutSteps.soakMillis(wave.gate(), count);
    if (rolling.healthySinceMillis() == 0) {
      return next
          + " waits: "
          + (count.reached() == 0
              ? "nobody of " + wave.name() + " is reached"
              : wave.name()
                  + " is "
                  + count.healthyPercent()
                  + " % of "
                  + wave.gate().healthyPercent()
                  + " % healthy");
    }
    if (nowMillis < soaksUntil) {
      // When, not how long still: the words stay as they are for as long as nothing changes.
      return next
          + " waits: "
          + wave.name()
          + " soaks until "
          + Instant.ofEpochMilli(soaksUntil).plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
    }
    boolean isAwaited = wave.gate().needsApproval() && rolling.approvedBy().isEmpty();
    return isAwaited ? next + " waits for approval: " + approval : next + " opens";
  }
}
