package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;

/// Says why a device of a rollout does not have its release yet, the nearest cause first. Whoever
/// waits gets an answer.
public final class RolloutReasons {
  private RolloutReasons() {}

  /// Empty when nothing of the rollout holds the device up.
  public static List<Reason> of(Standing at) {
    List<Reason> reasons = new ArrayList<>();
    RolloutRecord record = at.record();
    String id = record.id().toString();
    if (at.supersededBy() != null) {
      reasons.add(new Reason.RolloutSuperseded(id, at.supersededBy().toString()));
      return reasons;
    }
    if (at.phase() == Phase.SUCCEEDED || at.phase() == Phase.BACK) {
      return reasons;
    }
    if (at.phase() == Phase.FAILED) {
      reasons.add(new Reason.RolloutFailedHere(id, at.failure()));
      return reasons;
    }
    switch (record.state()) {
      case RolloutState.Planning _ -> reasons.add(new Reason.RolloutPlanning(id));
      case RolloutState.Aborted s -> {
        outstanding(at, reasons);
        reasons.add(new Reason.RolloutEnded(id, "aborted", s.by(), s.cause()));
      }
      case RolloutState.RolledBack s -> {
        outstanding(at, reasons);
        reasons.add(new Reason.RolloutEnded(id, "rolled back", s.by(), s.cause()));
      }
      case RolloutState.Expired _ ->
          reasons.add(
              new Reason.RolloutEnded(
                  id, "closed at its deadline", "hub", new Reason.NotReached(at.slot(), 0)));
      case RolloutState.Paused s -> {
        outstanding(at, reasons);
        if (!at.isOut()) {
          reasons.add(new Reason.RolloutPaused(id, s.by(), s.sinceMillis()));
        }
      }
      case RolloutState.Rolling rolling -> rolling(at, rolling, reasons);
      case RolloutState.Completed _ -> open(at, reasons);
    }
    return reasons;
  }

  private static void outstanding(Standing at, List<Reason> reasons) {
    if (at.isOut()) {
      reasons.add(
          new Reason.PermitOutstanding(
              at.record().id().toString(), at.notAfterMillis(), at.isSuspect()));
    }
  }

  private static void rolling(Standing at, RolloutState.Rolling rolling, List<Reason> reasons) {
    if (at.wave() <= rolling.openThrough()) {
      open(at, reasons);
      return;
    }
    outstanding(at, reasons);
    RolloutRecord record = at.record();
    Wave last = record.plan().waves().get(rolling.openThrough());
    WaveCount count = at.counts().get(rolling.openThrough());
    String wave = record.plan().waves().get(at.wave()).name();
    String id = record.id().toString();
    if (rolling.healthySinceMillis() == 0) {
      reasons.add(
          new Reason.WaveNotOpen(
              id,
              wave,
              last.name(),
              count.healthyPercent(),
              last.gate().healthyPercent(),
              count.reached()));
    } else if (at.nowMillis() < rolling.healthySinceMillis() + last.gate().soakMillis()) {
      reasons.add(
          new Reason.WaveSoaking(
              id, wave, last.name(), rolling.healthySinceMillis() + last.gate().soakMillis()));
    } else if (last.gate().needsApproval() && rolling.approvedBy().isEmpty()) {
      reasons.add(new Reason.WaveApprovalNeeded(id, wave, last.name()));
    } else {
      reasons.add(new Reason.Starting("wave " + wave + " of " + id + " opens"));
    }
  }

  private static void open(Standing at, List<Reason> reasons) {
    RolloutRecord record = at.record();
    String id = record.id().toString();
    Budgets budgets = record.plan().budgets();
    if (at.isOut()) {
      outstanding(at, reasons);
      return;
    }
    switch (at.phase()) {
      case RETRYING -> reasons.add(new Reason.RolloutRetrying(id));
      case WAITING ->
          reasons.add(new Reason.RolloutStaging(id, record.plan().waves().get(at.wave()).name()));
      case READY -> {
        if (RolloutSteps.isFull(budgets.failuresPerSite(), at.siteFailed())) {
          reasons.add(new Reason.SiteFailuresFull(id, at.siteFailed()));
        } else if (RolloutSteps.isFull(budgets.perSite(), at.siteInFlight())) {
          reasons.add(new Reason.BudgetFull(id, "of its site", budgets.perSite()));
        } else if (RolloutSteps.isFull(budgets.inFlight(), at.inFlight())) {
          reasons.add(new Reason.BudgetFull(id, "of the rollout", budgets.inFlight()));
        } else {
          reasons.add(new Reason.Starting("its permit of " + id + " comes with its next line"));
        }
      }
      case PERMITTED, SWITCHED, SUCCEEDED, FAILED, BACK, LOST -> {}
    }
  }
}
