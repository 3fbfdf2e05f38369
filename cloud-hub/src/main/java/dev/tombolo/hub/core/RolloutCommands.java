package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.Restoration;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Origin;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.Prior;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.hub.rollout.Rollouts;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Begins rollouts and steers them.
final class RolloutCommands {
  /// Rollouts of all fleets that are planned, rolling or paused.
  static final int UNDER_WAY_MAX = 64;

  /// Permits named when a rollout is aborted.
  private static final int OUTSTANDING_NAMED = 20;

  /// Characters of a cause that somebody gives.
  static final int WHY_CHARACTERS_MAX = 1_000;

  /// Characters of a rollout's record, which is written anew whenever its state changes.
  static final int RECORD_CHARACTERS_MAX = 1 << 20;

  private static final RolloutId NUMBER_MAX = new RolloutId(999_999_999_999_999L);
  private static final int NAME_CHARACTERS_MAX = 63;
  private static final int LABELS_MAX = 16;
  private static final int LISTED_MAX = 10_000;
  private static final long SOAK_MILLIS_MAX = 30L * 24 * 3_600_000;

  private final HubState state;
  private final ParameterCheck parameters;
  private final NeedsCheck needs;

  RolloutCommands(HubState state, ParameterCheck parameters, NeedsCheck needs) {
    this.state = state;
    this.parameters = parameters;
    this.needs = needs;
  }

  /// Null when it may begin, as far as the objects show.
  @Nullable Reason refusal(AdminCommand.CreateRollout command, long nowMillis) {
    Planned planned = new Planned(state, List.of());
    Reason refusal =
        refusal(command.release(), command.scope(), command.plan(), planned, List.of(), nowMillis);
    return refusal == null
        ? References.protection(state, command.scope().fleet(), command.typedName())
        : refusal;
  }

  /// Does what [#refusal] has nothing against.
  AdminAnswer create(AdminCommand.CreateRollout command, Principal who, StepDraft draft) {
    RolloutId id = new RolloutId(state.counter(HubChange.Counter.ROLLOUT) + 1);
    begin(id, command.release(), command.scope(), command.plan(), Origin.NONE, who, draft);
    return new AdminAnswer.RolloutMade(id);
  }

  /// Null when it may begin.
  ///
  /// @param beginning those of a list that begin together, itself among them; empty: it comes alone
  @Nullable Reason refusal(
      ReleaseRef release,
      Scope scope,
      RolloutPlan plan,
      Planned planned,
      List<AdminObject.Rollout> beginning,
      long nowMillis) {
    Name fleet = scope.fleet();
    Reason refusal =
        References.first(
            Arrays.asList(
                planned.isFleet(fleet)
                    ? null
                    : References.notFound("fleet", fleet.text(), planned.knownFleets()),
                References.release(state, release, fleet),
                sites(scope, planned),
                plan(plan, nowMillis),
                AssignCommands.room(state, fleet, Set.of(release.name())),
                room(fleet, release.name(), Math.max(1, beginning.size()))));
    ReleaseRecord found = state.releasesByRef.get(release);
    if (refusal != null || found == null) {
      return refusal == null ? new Reason.ReleaseUnknown(release.toString()) : refusal;
    }
    refusal = parameters.assignment(release, new Assignment.Place(fleet, null, null), planned);
    if (refusal == null) {
      refusal = needs.rollout(scope, release.name(), found.digest(), planned, beginning);
    }
    int characters =
        RolloutJson.write(record(NUMBER_MAX, found, scope, plan, Origin.NONE, Principal.HUB, 0))
            .length();
    if (refusal == null && characters > RECORD_CHARACTERS_MAX) {
      return new Reason.LimitExceeded("characters of a rollout", RECORD_CHARACTERS_MAX, characters);
    }
    return refusal == null ? slots(plan, fleet, planned) : refusal;
  }

  /// Every slot that a wave names must be there: a mistyped one would never be in any wave.
  private @Nullable Reason slots(RolloutPlan plan, Name fleet, Planned planned) {
    for (Wave wave : plan.waves()) {
      if (wave.pick() instanceof Pick.Listed listed) {
        for (SlotRef slot : new TreeSet<>(listed.slots())) {
          Name its = planned.fleetOf(slot.site());
          if (its == null) {
            return References.notFound("site", slot.site().text(), planned.knownSites());
          }
          if (!planned.isSlot(slot)) {
            return References.notFound("slot", slot.toString(), state.slotsOf(slot.site()));
          }
          if (!its.equals(fleet)) {
            return new Reason.InputInvalid("wave", slot.toString(), "it belongs to fleet " + its);
          }
        }
      }
    }
    return null;
  }

  private static RolloutRecord record(
      RolloutId id,
      ReleaseRecord release,
      Scope scope,
      RolloutPlan plan,
      Origin origin,
      Principal who,
      long nowMillis) {
    return new RolloutRecord(
        id,
        release.ref(),
        release.digest(),
        scope,
        plan,
        new RolloutState.Planning(),
        List.of(),
        0,
        0,
        nowMillis,
        who.name(),
        origin,
        RolloutRecord.NO_RETRY);
  }

  /// Begins what [#refusal] has nothing against.
  void begin(
      RolloutId id,
      ReleaseRef ref,
      Scope scope,
      RolloutPlan plan,
      Origin origin,
      Principal who,
      StepDraft draft) {
    ReleaseRecord release = state.releasesByRef.get(ref);
    if (release == null) {
      throw new IllegalStateException("there is no release " + ref);
    }
    List<Origin.Past> past = forgetOldest(scope.fleet(), ref.name(), draft);
    Origin whole =
        new Origin(
            origin.name(),
            origin.generation(),
            origin.writtenIn(),
            past.subList(Math.max(0, past.size() - Origin.PAST_MAX), past.size()));
    // What was assigned before it was so, whatever the clock said then.
    long begunMillis = Math.max(draft.nowMillis, state.assignedMillis(scope.fleet(), ref.name()));
    for (Rollout before : state.rollouts.of(scope.fleet(), ref.name())) {
      // As late as what this list may have assigned, too.
      begunMillis = Math.max(begunMillis, before.record().createdMillis() + 1);
    }
    RolloutRecord record =
        record(id, release, scope, plan, whole, who, begunMillis)
            .suspectingUntil(lostUntilMillis(plan, draft.nowMillis));
    draft.change(new HubChange.CounterMoved(HubChange.Counter.ROLLOUT, id.number()));
    draft.change(new HubChange.RolloutKept(new RolloutChange.Put(record)));
    Map<String, String> words = new HashMap<>();
    words.put("release", ref.toString());
    words.put("digest", release.digest().text());
    words.put("scope", scope.toString());
    words.put("waves", Integer.toString(plan.waves().size()));
    if (origin.isNamed()) {
      words.put("name", origin.name());
      words.put("writtenIn", origin.writtenIn());
    }
    draft.audit(who, "rollout-create", RolloutWords.subject(record), "", AuditJson.of(words));
  }

  /// Until when permits may be used of rollouts that a restore lost altogether; 0: there are none.
  private long lostUntilMillis(RolloutPlan plan, long nowMillis) {
    Restoration restoration = state.restoration;
    if (restoration == null) {
      return 0;
    }
    long until = RolloutRecord.suspectUntilMillis(plan, restoration.restoredMillis());
    return nowMillis < until ? until : 0;
  }

  private @Nullable Reason sites(Scope scope, Planned planned) {
    for (Name site : scope.sites()) {
      Name fleet = planned.isSite(site) ? planned.fleetOf(site) : null;
      if (fleet == null) {
        return References.notFound("site", site.text(), planned.knownSites());
      }
      if (!fleet.equals(scope.fleet())) {
        return new Reason.InputInvalid("site", site.text(), "it belongs to fleet " + fleet);
      }
    }
    return null;
  }

  private static Instant seconds(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS);
  }

  private static @Nullable Reason plan(RolloutPlan plan, long nowMillis) {
    if (plan.waves().size() > RolloutPlan.WAVES_MAX) {
      return new Reason.LimitExceeded("waves", RolloutPlan.WAVES_MAX, plan.waves().size());
    }
    if (plan.permitMillis() < RolloutPlan.PERMIT_MILLIS_MIN
        || plan.permitMillis() > RolloutPlan.PERMIT_MILLIS_MAX) {
      return new Reason.InputInvalid(
          "permit", Gate.words(plan.permitMillis()), "use 10 seconds to 30 days");
    }
    Long deadline = plan.deadlineMillis();
    if (deadline != null && deadline <= nowMillis) {
      return new Reason.InputInvalid(
          "deadline",
          Instant.ofEpochMilli(deadline).toString(),
          "it is over already: the hub's clock says " + seconds(nowMillis));
    }
    AbortRule abort = plan.abort();
    if (abort.failed() < 0 || abort.failedPercent() < 0 || abort.failedPercent() > 100) {
      return new Reason.InputInvalid(
          "abort", abort.failed() + ", " + abort.failedPercent() + " %", "use 0 to 100 %");
    }
    Reason negative = negative("perSite", plan.budgets().perSite());
    negative = negative != null ? negative : negative("inFlight", plan.budgets().inFlight());
    negative =
        negative != null ? negative : negative("failuresPerSite", plan.budgets().failuresPerSite());
    if (negative != null) {
      return negative;
    }
    Set<String> names = new HashSet<>();
    for (Wave wave : plan.waves()) {
      Reason wrong = wave(wave);
      if (wrong == null && !names.add(wave.name())) {
        wrong = new Reason.InputInvalid("wave", wave.name(), "give each wave another name");
      }
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static @Nullable Reason negative(String field, int value) {
    return value < 0
        ? new Reason.InputInvalid(field, Integer.toString(value), "use 0 for no bound")
        : null;
  }

  private static @Nullable Reason wave(Wave wave) {
    if (wave.name().isEmpty() || wave.name().length() > NAME_CHARACTERS_MAX) {
      return new Reason.InputInvalid("wave", wave.name(), "name it in 1-63 characters");
    }
    Gate gate = wave.gate();
    if (gate.healthyPercent() < 0 || gate.healthyPercent() > 100) {
      return new Reason.InputInvalid(
          "healthy", Integer.toString(gate.healthyPercent()), "use 0 to 100 percent");
    }
    if (gate.soakMillis() < 0 || gate.soakMillis() > SOAK_MILLIS_MAX) {
      return new Reason.InputInvalid("soak", gate.soakMillis() + " ms", "use 0 to 30 days");
    }
    return switch (wave.pick()) {
      case Pick.Count pick when pick.devices() < 0 ->
          new Reason.InputInvalid("devices", Integer.toString(pick.devices()), "use 0 and more");
      case Pick.Percent pick when pick.percent() < 0 || pick.percent() > 100 ->
          new Reason.InputInvalid(
              "percent", Integer.toString(pick.percent()), "use 0 to 100 percent");
      case Pick.Labelled pick when pick.labels().isEmpty() || pick.labels().size() > LABELS_MAX ->
          new Reason.LimitExceeded("labels of a wave", LABELS_MAX, pick.labels().size());
      case Pick.Listed pick when pick.slots().size() > LISTED_MAX ->
          new Reason.LimitExceeded("slots of a wave", LISTED_MAX, pick.slots().size());
      case Pick.Count _, Pick.Percent _, Pick.Labelled _, Pick.Listed _, Pick.Rest _ -> null;
    };
  }

  /// @param more how many begin
  private @Nullable Reason room(Name fleet, Name application, int more) {
    long underWay =
        state.rollouts.all().stream().filter(rollout -> rollout.state().isUnderWay()).count();
    if (underWay + more > UNDER_WAY_MAX) {
      return new Reason.LimitExceeded("rollouts under way", UNDER_WAY_MAX, underWay + more);
    }
    List<Rollout> there = state.rollouts.of(fleet, application);
    boolean isFull =
        there.size() >= Rollouts.OF_APPLICATION_MAX && forgettable(fleet, application) == null;
    return isFull ? full(fleet, application, there) : null;
  }

  /// @param there the oldest last
  private static Reason full(Name fleet, Name application, List<Rollout> there) {
    Rollout oldest = there.getLast();
    String kept =
        there.size() + " are kept, as many as there may be, and the oldest, " + oldest.id();
    boolean isOver = !oldest.state().isUnderWay() && oldest.inFlight() == 0;
    return new Reason.Conflict(
        "rollouts of " + application + " in fleet " + fleet,
        isOver
            ? kept
                + ", still decides which release some devices run; assign the release that they are"
                + " to have ('tombolo assign "
                + application
                + "@VERSION --fleet "
                + fleet
                + "', and --site for sites that had one of their own before it), and create this"
                + " one again"
            : kept
                + ", is not over: devices may still switch by it; wait for it, or end it ('tombolo"
                + " rollout abort "
                + oldest.id()
                + "'), and create this one again");
  }

  /// What is remembered of it and of those that it remembered.
  private List<Origin.Past> forgetOldest(Name fleet, Name application, StepDraft draft) {
    if (state.rollouts.of(fleet, application).size() < Rollouts.OF_APPLICATION_MAX) {
      return List.of();
    }
    Rollout oldest = forgettable(fleet, application);
    if (oldest == null) {
      return List.of();
    }
    draft.change(new HubChange.RolloutKept(new RolloutChange.Gone(oldest.id())));
    RolloutRecord gone = oldest.record();
    List<Origin.Past> past = new ArrayList<>(gone.origin().past());
    if (gone.origin().isNamed()) {
      past.add(
          new Origin.Past(
              gone.origin().name(),
              gone.origin().generation(),
              RolloutJson.what(gone.release(), gone.scope(), gone.plan())));
    }
    return past;
  }

  /// The oldest that selects nothing any more: it is void, or the fleet was given a release since,
  /// and no place in its scope has an older one of its own, over which it still counts.
  private @Nullable Rollout forgettable(Name fleet, Name application) {
    Assignment all = AssignCommands.at(state, new Assignment.Place(fleet, null, null), application);
    Rollout oldest = state.rollouts.of(fleet, application).getLast();
    boolean isOverruled =
        all != null
            && all.changedMillis() > oldest.record().createdMillis()
            && !isOverOlderBelow(oldest.record());
    boolean isOver = !oldest.state().isUnderWay() && oldest.inFlight() == 0;
    return isOver && (isOverruled || oldest.state().isVoid()) ? oldest : null;
  }

  private boolean isOverOlderBelow(RolloutRecord record) {
    for (var each : state.assignments.entrySet()) {
      Assignment at = each.getValue().get(record.application());
      Name site = each.getKey().site();
      boolean isInScope =
          each.getKey().fleet().equals(record.scope().fleet())
              && site != null
              && record.scope().covers(site);
      if (isInScope && at != null && at.changedMillis() <= record.createdMillis()) {
        return true;
      }
    }
    return false;
  }

  /// Its application is taken off the fleet: what it selects goes with it. One with a name is kept,
  /// so that its file does not begin it once more, and one whose permits may still be used, for
  /// they count at their sites.
  static void takeOff(Rollout rollout, Principal who, StepDraft draft) {
    RolloutRecord record = rollout.record();
    RolloutChange.Kept change =
        record.origin().isNamed() || !record.origin().past().isEmpty() || rollout.inFlight() > 0
            ? new RolloutChange.Put(
                record.with(
                    new RolloutState.Aborted(
                        -1, who.name(), said("its application was taken off"), draft.nowMillis)))
            : new RolloutChange.Gone(rollout.id());
    draft.change(new HubChange.RolloutKept(change));
  }

  AdminAnswer steer(AdminCommand.SteerRollout command, Principal who, StepDraft draft) {
    Rollout rollout = state.rollouts.find(command.rollout());
    if (rollout == null) {
      return new AdminAnswer.Refused(
          References.notFound(
              "rollout",
              command.rollout().toString(),
              state.rollouts.all().stream().map(Rollout::id).toList()));
    }
    int characters = command.why().length();
    Reason refusal =
        characters > WHY_CHARACTERS_MAX
            ? new Reason.LimitExceeded("characters of why", WHY_CHARACTERS_MAX, characters)
            : References.protection(state, rollout.record().scope().fleet(), command.typedName());
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    return switch (command.action()) {
      case PAUSE -> pause(rollout, who, draft);
      case RESUME -> resume(rollout, who, draft);
      case APPROVE -> approve(rollout, command, who, draft);
      case ABORT -> abort(rollout, command.why(), who, draft);
      case ROLLBACK -> rollBack(rollout, command.why(), who, draft);
      case RETRY -> retry(rollout, who, draft);
    };
  }

  private AdminAnswer pause(Rollout rollout, Principal who, StepDraft draft) {
    if (!(rollout.state() instanceof RolloutState.Rolling rolling)) {
      return not(rollout, "only one that is rolling can be paused");
    }
    change(
        rollout,
        new RolloutState.Paused(rolling.openThrough(), who.name(), draft.nowMillis),
        who,
        "rollout-pause",
        "",
        draft);
    return done(rollout, "paused; no new permits, " + rollout.inFlight() + " may still be used");
  }

  private AdminAnswer resume(Rollout rollout, Principal who, StepDraft draft) {
    if (!(rollout.state() instanceof RolloutState.Paused paused)) {
      return not(rollout, "only one that is paused can be resumed");
    }
    change(
        rollout,
        new RolloutState.Rolling(paused.openThrough(), draft.nowMillis, 0, ""),
        who,
        "rollout-resume",
        "",
        draft);
    int open = paused.openThrough();
    List<Wave> waves = rollout.record().plan().waves();
    boolean isAsked =
        open >= 0 && open < waves.size() - 1 && waves.get(open).gate().needsApproval();
    return done(
        rollout,
        isAsked
            ? "goes on; wave " + waves.get(open + 1).name() + " needs its approval from now on"
            : "goes on");
  }

  private AdminAnswer approve(
      Rollout rollout, AdminCommand.SteerRollout command, Principal who, StepDraft draft) {
    if (!(rollout.state() instanceof RolloutState.Rolling rolling)) {
      return not(rollout, "only one that is rolling can be approved");
    }
    int next = rolling.openThrough() + 1;
    if (next > rollout.record().plan().last()) {
      return not(rollout, "all of its waves are open");
    }
    String name = rollout.record().plan().waves().get(next).name();
    if (!command.wave().orElse(name).equals(name)) {
      return notTheNext(rollout, command.wave().get(), next);
    }
    if (command.anyway()) {
      change(
          rollout,
          new RolloutState.Rolling(next, draft.nowMillis, 0, ""),
          who,
          "rollout-open-anyway",
          name,
          draft);
      return done(rollout, "wave " + name + " is open");
    }
    change(
        rollout,
        new RolloutState.Rolling(
            rolling.openThrough(),
            rolling.openedMillis(),
            rolling.healthySinceMillis(),
            who.name()),
        who,
        "rollout-approve",
        name,
        draft);
    return done(rollout, "wave " + name + " opens as soon as the one before is healthy");
  }

  /// Somebody means a wave that another yes has opened meanwhile, or one that is far away.
  private static AdminAnswer notTheNext(Rollout rollout, String meant, int next) {
    List<String> names = rollout.record().plan().waves().stream().map(Wave::name).toList();
    int at = names.indexOf(meant);
    if (at < 0) {
      return new AdminAnswer.Refused(
          References.notFound("wave of rollout " + rollout.id(), meant, names));
    }
    return new AdminAnswer.Refused(
        new Reason.Conflict(
            "wave " + meant + " of rollout " + rollout.id() + " is not the next",
            (at < next ? "it is open already" : "others come before it")
                + "; the next is "
                + names.get(next)));
  }

  private AdminAnswer abort(Rollout rollout, String why, Principal who, StepDraft draft) {
    if (!rollout.state().isUnderWay()) {
      return not(rollout, "it is over already");
    }
    int open = rollout.state().openThrough();
    change(
        rollout,
        new RolloutState.Aborted(open, who.name(), said(why), draft.nowMillis),
        who,
        "rollout-abort",
        why,
        draft);
    List<String> lines = new ArrayList<>();
    lines.add(
        rollout.id()
            + " aborted: no new permits; who has switched stays, the others keep what they have");
    List<SlotRef> out = rollout.outstanding(OUTSTANDING_NAMED);
    if (!out.isEmpty()) {
      lines.add(
          rollout.inFlight()
              + " may still switch until their permit is withdrawn or over: "
              + String.join(", ", out.stream().map(SlotRef::toString).toList())
              + (rollout.inFlight() > out.size() ? ", ..." : ""));
    }
    return new AdminAnswer.Done(lines);
  }

  private AdminAnswer rollBack(Rollout rollout, String why, Principal who, StepDraft draft) {
    if (rollout.state() instanceof RolloutState.Planning
        || rollout.state() instanceof RolloutState.RolledBack
        || rollout.state().isVoid()) {
      return not(rollout, "there is nothing to roll back");
    }
    Assignment since = assignedSince(rollout);
    if (since != null) {
      return overruled(rollout, since);
    }
    Reason needed = needs.goingBack(rollout.record());
    if (needed != null) {
      return new AdminAnswer.Refused(needed);
    }
    change(
        rollout,
        new RolloutState.RolledBack(
            rollout.state().openThrough(), who.name(), said(why), draft.nowMillis),
        who,
        "rollout-rollback",
        why,
        draft);
    long switched = rollout.counts().stream().mapToLong(count -> count.succeeded()).sum();
    return done(
        rollout,
        "rolled back: "
            + switched
            + " go back to what they had, and so do "
            + rollout.inFlight()
            + " that may be switching");
  }

  private AdminAnswer retry(Rollout rollout, Principal who, StepDraft draft) {
    boolean mayTry =
        switch (rollout.state()) {
          case RolloutState.Rolling _, RolloutState.Completed _, RolloutState.Aborted _ -> true;
          case RolloutState.Planning _,
              RolloutState.Paused _,
              RolloutState.RolledBack _,
              RolloutState.Expired _ ->
              false;
        };
    if (!mayTry) {
      return not(rollout, "only one that is rolling, completed or aborted can try again");
    }
    if (rollout.state().openThrough() < 0) {
      return not(rollout, "it had not begun, or its application was taken off; make a new one");
    }
    Long deadline = rollout.record().plan().deadlineMillis();
    if (deadline != null && draft.nowMillis >= deadline) {
      return not(rollout, "its deadline has passed; begin another rollout");
    }
    Assignment since = assignedSince(rollout);
    if (since != null) {
      return overruled(rollout, since);
    }
    Assignment below = assignedBelowSince(rollout);
    if (below != null) {
      return not(
          rollout,
          below.ref()
              + " was assigned to "
              + below.place()
              + " since and counts there; take it back first (tombolo unassign), or begin another"
              + " rollout");
    }
    long failed = rollout.counts().stream().mapToLong(count -> count.failed()).sum();
    if (failed == 0 && !(rollout.state() instanceof RolloutState.Aborted)) {
      return not(rollout, "nobody has failed");
    }
    List<RolloutChange> changes =
        RolloutSteps.retry(rollout, slot -> without(rollout.record(), slot), draft.nowMillis);
    for (RolloutChange change : changes) {
      if (change instanceof RolloutChange.Kept kept) {
        draft.change(new HubChange.RolloutKept(kept));
      }
    }
    Name fleet = rollout.record().scope().fleet();
    draft.change(new HubChange.DocumentsStale(fleet, null, null));
    draft.audit(who, "rollout-retry", RolloutWords.subject(rollout.record()), "", "");
    return done(rollout, triedAgain(changes, failed));
  }

  private static String triedAgain(List<RolloutChange> changes, long failed) {
    String why =
        " not, for without it the same release is selected there (assign what they should have"
            + " until then), or they have left the rollout by their labels";
    boolean isFirstSlice =
        changes.stream()
            .anyMatch(
                it ->
                    it instanceof RolloutChange.Put put
                        && put.record().retryFrom() != RolloutRecord.NO_RETRY);
    if (isFirstSlice) {
      return "up to "
          + failed
          + " are tried again, "
          + RolloutSteps.RETRY_SLICE
          + " of them at a time; some may be"
          + why;
    }
    long tried = changes.stream().filter(RolloutChange.Moved.class::isInstance).count();
    return tried
        + (tried == 1 ? " is" : " are")
        + " tried again"
        + (tried < failed ? "; " + (failed - tried) + why : "");
  }

  /// What the whole fleet was given after the rollout was made; null: nothing. It counts, and what
  /// the rollout selects does not.
  private @Nullable Assignment assignedSince(Rollout rollout) {
    RolloutRecord record = rollout.record();
    Assignment at =
        AssignCommands.at(
            state, new Assignment.Place(record.scope().fleet(), null, null), record.application());
    return at != null && at.changedMillis() > record.createdMillis() ? at : null;
  }

  private @Nullable Prior without(RolloutRecord record, SlotRef slot) {
    return RolloutLayer.without(
        record.id(), state, record.scope().fleet(), slot, record.application());
  }

  /// What a site or a slot of its scope was given after the rollout was made. Its devices would
  /// never get what the rollout waits for them to have.
  private @Nullable Assignment assignedBelowSince(Rollout rollout) {
    RolloutRecord record = rollout.record();
    for (var each : state.assignments.entrySet()) {
      Assignment at = each.getValue().get(record.application());
      Name site = each.getKey().site();
      boolean isInScope =
          each.getKey().fleet().equals(record.scope().fleet())
              && site != null
              && (record.scope().sites().isEmpty() || record.scope().sites().contains(site));
      if (isInScope && at != null && at.changedMillis() > record.createdMillis()) {
        return at;
      }
    }
    return null;
  }

  private static AdminAnswer overruled(Rollout rollout, Assignment since) {
    return not(
        rollout, since.ref() + " was assigned since and counts; assign the release you want");
  }

  private void change(
      Rollout rollout,
      RolloutState next,
      Principal who,
      String action,
      String detail,
      StepDraft draft) {
    RolloutRecord record = rollout.record();
    draft.change(new HubChange.RolloutKept(new RolloutChange.Put(record.with(next))));
    draft.change(new HubChange.DocumentsStale(record.scope().fleet(), null, null));
    draft.audit(
        who,
        action,
        RolloutWords.subject(record),
        "",
        detail.isEmpty() ? "" : AuditJson.of("detail", detail));
  }

  private static Reason said(String why) {
    return new Reason.CauseGiven(why);
  }

  private static AdminAnswer not(Rollout rollout, String detail) {
    return new AdminAnswer.Refused(
        new Reason.Conflict("rollout " + rollout.id() + " is " + wordOf(rollout.state()), detail));
  }

  static String wordOf(RolloutState state) {
    return switch (state) {
      case RolloutState.Planning _ -> "being planned";
      case RolloutState.Rolling _ -> "rolling";
      case RolloutState.Paused _ -> "paused";
      case RolloutState.Completed _ -> "completed";
      case RolloutState.Aborted _ -> "aborted";
      case RolloutState.RolledBack _ -> "rolled back";
      case RolloutState.Expired _ -> "past its deadline";
    };
  }

  private static AdminAnswer done(Rollout rollout, String what) {
    return new AdminAnswer.Done(List.of(rollout.id() + " " + what));
  }
}
