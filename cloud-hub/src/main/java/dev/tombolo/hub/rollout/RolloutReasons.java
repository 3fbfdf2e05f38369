package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Says why a device of a rollout does not have its release yet, the nearest cause first. Whoever
/// waits gets an answer.
public final class RolloutReasons {
  /// How long after an older rollout was completed it is said that a newer one took a device of it.
  static final long SUPERSEDED_TOLD_MILLIS = 24 * 3_600_000L;

  private RolloutReasons() {}

  /// What is said of a device, with what its rollouts wait for before what it says itself, and what
  /// overrules them after it; last the older ones from which a newer one took it.
  ///
  /// @param theirs without rollouts
  /// @param newestFirst where the device stands in its rollouts
  /// @param overruling what was assigned to the slot since a rollout was made; empty: nothing
  public static List<Reason> among(
      List<Reason> theirs,
      List<Standing> newestFirst,
      Function<RolloutRecord, Optional<Overruling>> overruling) {
    Set<Name> told = new HashSet<>();
    Set<Name> moved = new HashSet<>();
    Set<Name> toldLeft = new HashSet<>();
    List<Reason> ours = new ArrayList<>();
    List<Reason> left = new ArrayList<>();
    List<Reason> overruled = new ArrayList<>();
    List<Reason> superseded = new ArrayList<>();
    for (Standing standing : newestFirst) {
      Name application = standing.record().application();
      // Of older ones nothing is waited for any more, unless the device has left the newer ones.
      boolean isOfNoAccount = standing.record().state().isVoid() || standing.supersededBy() != null;
      if (told.contains(application) || isOfNoAccount) {
        if (moved.contains(application) && isToldSuperseded(standing)) {
          superseded.addAll(of(standing));
        }
        continue;
      }
      Optional<Overruling> by = overruling.apply(standing.record());
      if (by.isPresent()) {
        told.add(application);
        by.get().of(standing).ifPresent(overruled::add);
      } else if (standing.hasLeft()) {
        if (toldLeft.add(application)) {
          left.addAll(of(standing));
        }
      } else {
        told.add(application);
        moved.add(application);
        ours.addAll(opens(standing, needs(of(standing), theirs), theirs));
      }
    }
    ours.addAll(left);
    List<Reason> all = ours.isEmpty() ? new ArrayList<>(theirs) : joined(ours, theirs);
    all.addAll(overruled);
    all.addAll(superseded);
    return all;
  }

  /// While the older rollout goes on, or has ended a while ago for want of devices, and was not
  /// through with this one: who waits for that rollout hears which one to look at.
  private static boolean isToldSuperseded(Standing at) {
    RolloutState state = at.record().state();
    boolean isOfNow =
        state instanceof RolloutState.Completed done
            ? at.nowMillis() - done.millis() < SUPERSEDED_TOLD_MILLIS
            : state.isUnderWay();
    return at.supersededBy() != null && !at.phase().isDecided() && isOfNow;
  }

  private static List<Reason> joined(List<Reason> ours, List<Reason> theirs) {
    List<Reason> all = new ArrayList<>();
    for (Reason reason : theirs) {
      if (isOfTheLine(reason)) {
        all.add(reason);
      }
    }
    all.addAll(ours);
    for (Reason reason : theirs) {
      boolean isSaid = isOfTheLine(reason);
      boolean isDenied = reason instanceof Reason.UpToDate;
      if (!isSaid && !isDenied) {
        all.add(reason);
      }
    }
    return all;
  }

  private static boolean isOfTheLine(Reason reason) {
    return reason instanceof Reason.NotReached || reason instanceof Reason.CertificateExpired;
  }

  /// What counts on a device instead of what a rollout selects.
  ///
  /// @param layer `site/store-117`
  /// @param isForAll it was assigned to the whole fleet
  public record Overruling(String layer, Digest release, String version, boolean isForAll) {
    /// Empty where it makes no difference: the release is the same, or the rollout was through with
    /// the device before all got the next one.
    private Optional<Reason> of(Standing at) {
      RolloutRecord record = at.record();
      return !isToldOf(record, at.phase())
          ? Optional.empty()
          : Optional.of(
              new Reason.RolloutOverruled(
                  record.id().toString(),
                  record.release().toString(),
                  layer,
                  new ReleaseRef(record.application(), version).toString()));
    }

    /// Whether it makes a difference to a device in this phase.
    public boolean isToldOf(RolloutRecord record, Phase phase) {
      boolean isOver = isForAll && phase.isDecided();
      return !isOver && !release.equals(record.digest());
    }
  }

  /// A device that has all of the release and lacks what the release needs says so; it does not
  /// wait for bytes any more.
  private static List<Reason> needs(List<Reason> ours, List<Reason> theirs) {
    boolean lacks = theirs.stream().anyMatch(Reason.NeedNotLive.class::isInstance);
    return lacks
        ? ours.stream().filter(it -> !(it instanceof Reason.RolloutStaging)).toList()
        : ours;
  }

  /// A device that waits for its windows says so; it gets its permit when they are near.
  private static List<Reason> opens(Standing at, List<Reason> ours, List<Reason> theirs) {
    long permitEnds = at.nowMillis() + at.record().plan().permitMillis();
    boolean isLate =
        theirs.stream().mapToLong(RolloutReasons::opensMillis).anyMatch(it -> it >= permitEnds);
    return isLate && at.phase() == Phase.READY && !at.isOut()
        ? ours.stream().filter(it -> !(it instanceof Reason.Starting)).toList()
        : ours;
  }

  /// When the windows open for which it waits to switch; -1: it does not wait for any.
  private static long opensMillis(Reason reason) {
    if (reason instanceof Reason.DownloadWindowClosed
        || !(reason instanceof Reason.ClosedWindow shut)) {
      return -1;
    }
    return shut.opensMillis() == 0 ? Long.MAX_VALUE : shut.opensMillis();
  }

  private static Reason.RolloutFailedHere.Again again(Standing at) {
    Long deadline = at.record().plan().deadlineMillis();
    if (deadline != null && at.nowMillis() >= deadline) {
      return Reason.RolloutFailedHere.Again.BEGIN;
    }
    return switch (at.record().state()) {
      case RolloutState.Rolling _, RolloutState.Completed _, RolloutState.Aborted _ ->
          Reason.RolloutFailedHere.Again.RETRY;
      case RolloutState.Paused _ -> Reason.RolloutFailedHere.Again.RESUME;
      case RolloutState.Planning _, RolloutState.RolledBack _, RolloutState.Expired _ ->
          Reason.RolloutFailedHere.Again.BEGIN;
    };
  }

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
      reasons.add(new Reason.RolloutFailedHere(id, at.failure(), again(at)));
      return reasons;
    }
    if (at.isOutside() && isOpen(record.state())) {
      outstanding(at, reasons);
      left(record, reasons);
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
      case RolloutState.Expired s -> {
        outstanding(at, reasons);
        reasons.add(
            new Reason.RolloutEnded(
                id, "closed at its deadline", "hub", new Reason.DeadlinePassed(s.millis())));
      }
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

  private static boolean isOpen(RolloutState state) {
    return state.isUnderWay() || state.givesPermits();
  }

  private static void left(RolloutRecord record, List<Reason> reasons) {
    String labels =
        new TreeMap<>(record.scope().labels())
            .entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
    reasons.add(
        new Reason.RolloutLeft(record.id().toString(), labels, record.application().text()));
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
    String next = record.plan().waves().get(rolling.openThrough() + 1).name();
    String id = record.id().toString();
    if (count.total() == 0) {
      reasons.add(new Reason.WaveEmpty(id, wave, last.name(), next));
    } else if (rolling.healthySinceMillis() == 0) {
      reasons.add(
          new Reason.WaveNotOpen(
              id,
              wave,
              last.name(),
              count.healthyPercent(),
              last.gate().healthyPercent(),
              count.reached()));
    } else if (at.nowMillis() < soaksUntil(rolling, last.gate(), count)) {
      reasons.add(
          new Reason.WaveSoaking(id, wave, last.name(), soaksUntil(rolling, last.gate(), count)));
    } else if (last.gate().needsApproval() && rolling.approvedBy().isEmpty()) {
      reasons.add(new Reason.WaveApprovalNeeded(id, wave, last.name(), next));
    } else {
      reasons.add(new Reason.Starting("wave " + wave + " of " + id + " opens"));
    }
  }

  private static long soaksUntil(RolloutState.Rolling rolling, Gate gate, WaveCount wave) {
    return rolling.healthySinceMillis() + RolloutSteps.soakMillis(gate, wave);
  }

  private static void open(Standing at, List<Reason> reasons) {
    RolloutRecord record = at.record();
    String id = record.id().toString();
    Budgets budgets = record.plan().budgets();
    if (at.isOut()) {
      outstanding(at, reasons);
      return;
    }
    if (Rollout.waits(at.phase())
        && RolloutSteps.isFull(budgets.failuresPerSite(), at.siteFailed())) {
      reasons.add(new Reason.SiteFailuresFull(id, at.siteFailed()));
      return;
    }
    switch (at.phase()) {
      case RETRYING -> reasons.add(new Reason.RolloutRetrying(id));
      case WAITING ->
          reasons.add(new Reason.RolloutStaging(id, record.plan().waves().get(at.wave()).name()));
      case READY -> {
        if (RolloutSteps.isFull(budgets.perSite(), at.siteInFlight())) {
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
