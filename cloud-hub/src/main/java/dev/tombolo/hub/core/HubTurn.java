package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubStore.Batch;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Turns a batch of events into one committed transaction and the effects that may follow it. Owned
/// by one thread.
public final class HubTurn {
  private static final Logger LOG = System.getLogger(HubTurn.class.getName());

  /// What a peer is told when the hub could not commit.
  static final Reason.Busy TRY_LATER = new Reason.Busy(5);

  /// A clock that is set back by less says nothing of the list: it begins that much earlier.
  private static final long LIST_AHEAD_MILLIS_MAX = 60_000;

  /// Far within the list's life of a year.
  private static final long LIST_AGE_MILLIS_MAX = Duration.ofDays(30).toMillis();

  private final HubSettings settings;
  private final HubStore store;
  private final PublishedDirectory directory;
  private HubState state;
  private HubCore core;

  private Held held = new Held();

  /// Lines of which something could not be stored, until they are closed. What came after it on the
  /// same line must not be taken: an acknowledgement covers all rows before it, also the lost ones.
  private final Set<SessionId> broken = new HashSet<>();

  /// Lines whose end could not be stored: tried again at each tick, since nobody says it twice. No
  /// more than there are sessions.
  private final List<HubEvent.SessionClosed> unended = new ArrayList<>();

  /// By so much the clock was set, in all, without that it could be stored. The same.
  private long unmovedMillis;

  /// By so much it was set in a batch of which nobody knows whether the store has it, and since
  /// when the rollouts soaked before: the store tells once it is read again.
  private long unsureMillis;

  private Map<RolloutId, Long> soaksBefore = Map.of();

  /// By so much the clock was set in all, as far as the memory has heard of it.
  private long setMillis;

  /// What it showed when it was set ahead last.
  private long aheadMillis;

  /// The memory may differ from the store and must not be used before it has been read again.
  private boolean isStale;

  /// What time brought could not be written down in this turn.
  private boolean isTickRefused;

  /// The last turn could write nothing down, or not what time had brought.
  private boolean isRefused;

  /// When the list of revoked certificates was last told, by the clock of then; -1 before
  /// [#beginning].
  private long listMillis = -1;

  public HubTurn(HubSettings settings, HubStore store, PublishedDirectory directory) {
    this.settings = settings;
    this.store = store;
    this.directory = directory;
    this.state = store.load();
    this.state.settleBlocks();
    this.core = new HubCore(settings, state);
    directory.replace(state);
  }

  /// What the world must know before the first event: who is not to be served.
  public List<HubEffect> beginning(long nowMillis) {
    List<HubEffect> beginning = new ArrayList<>();
    beginning.add(revocations(nowMillis));
    // Again each time: a crash may have come between the commit and the journal.
    for (DeviceId id : state.expelled) {
      DeviceRecord device = state.devices.get(id);
      if (device != null) {
        beginning.add(
            new HubEffect.StandingNoted(id, device.standing(), device.standingSinceMillis()));
      }
    }
    for (Stranger stranger : state.strangers.values()) {
      if (stranger.isRevoked()) {
        beginning.add(
            new HubEffect.StandingNoted(
                stranger.device(), Standing.REVOKED, stranger.sinceMillis()));
      }
    }
    return beginning;
  }

  /// Decides and commits all of `events`. One that fails leaves no trace and does not harm its
  /// neighbours; when the commit itself fails none of them happened, every line is closed, and the
  /// memory is read again from the store. While a long change is half written nothing is committed
  /// and no effect let out: both follow with the turn that ends it.
  public List<HubEffect> take(List<HubEvent> events, long nowMillis) {
    return take(events, nowMillis, () -> false);
  }

  /// The same, and where time was told, as many slices of what is left to do as there is time for:
  /// a commit each would take longer than the slices.
  ///
  /// @param isTimeLeft asked once the events are decided, and after each slice
  public List<HubEffect> take(List<HubEvent> told, long nowMillis, BooleanSupplier isTimeLeft) {
    List<HubEvent> events = withMove(told);
    List<HubEffect> effects = new ArrayList<>(events.size() * 2);
    isTickRefused = false;
    if (isStale) {
      if (!reload()) {
        events.forEach(event -> refuse(event, effects));
        return effects;
      }
      // Births that came meanwhile were refused; at a broker nobody says them again unasked.
      effects.add(new HubEffect.StartedOver());
      effects.addAll(beginning(nowMillis));
    }
    held.events.addAll(events);
    try {
      decideAll(withDue(events, nowMillis), nowMillis);
      HubEvent tick = tickOf(events);
      while (tick != null && !isTickRefused && core.isWorkLeft() && isTimeLeft.getAsBoolean()) {
        decideAll(withDue(List.of(tick), nowMillis), nowMillis);
      }
      if (core.isHalfWritten()) {
        isRefused = false;
        return effects;
      }
      if (held.batch != null) {
        held.batch.commit();
      }
      directory.publish(state, state.takeTouched());
      state.takeGoneSessions();
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "could not commit; reading the state again", failure);
      return startOver(nowMillis);
    }
    isRefused = isTickRefused;
    effects.addAll(held.effects);
    held = new Held();
    if (state.takeRevocationsTouched() || isListOff(nowMillis)) {
      effects.add(revocations(nowMillis));
    }
    return effects;
  }

  private void decideAll(List<HubEvent> events, long nowMillis) {
    for (HubEvent event : events) {
      if (isOfBrokenLine(event)) {
        continue;
      }
      Step step = decide(event, nowMillis);
      if (step != null && isDurable(step)) {
        held.batch = held.batch == null ? store.begin() : held.batch;
        step = isApplied(held.batch, step, event) ? step : null;
      }
      if (step == null) {
        refuse(event, held.effects);
        noteBroken(event);
        if (event instanceof HubEvent.SessionClosed closed) {
          unended.add(closed);
        }
        if (event instanceof HubEvent.Ticked) {
          isTickRefused = true;
          giveUpSlice();
        }
        continue;
      }
      if (event instanceof HubEvent.ClockMoved moved) {
        held.movedMillis += moved.byMillis();
        setMillis += moved.byMillis();
        aheadMillis = moved.byMillis() > 0 ? nowMillis : aheadMillis;
        soaks().forEach(held.soaksBefore::putIfAbsent);
      }
      state.apply(step.changes());
      held.effects.addAll(step.effects());
    }
  }

  private Map<RolloutId, Long> soaks() {
    Map<RolloutId, Long> soaks = new HashMap<>();
    for (Rollout rollout : state.rollouts.all()) {
      if (rollout.state() instanceof RolloutState.Rolling at && at.healthySinceMillis() > 0) {
        soaks.put(rollout.id(), at.healthySinceMillis());
      }
    }
    return soaks;
  }

  /// The events, and when time is told, first that the clock was set.
  private List<HubEvent> withMove(List<HubEvent> events) {
    if (unmovedMillis == 0 || tickOf(events) == null) {
      return events;
    }
    List<HubEvent> all = new ArrayList<>(List.of(new HubEvent.ClockMoved(unmovedMillis)));
    all.addAll(events);
    unmovedMillis = 0;
    return all;
  }

  private static @Nullable HubEvent tickOf(List<HubEvent> events) {
    for (HubEvent event : events) {
      if (event instanceof HubEvent.Ticked) {
        return event;
      }
    }
    return null;
  }

  private HubEffect revocations(long nowMillis) {
    listMillis = nowMillis;
    return new HubEffect.RevocationsChanged(Expulsion.serials(state, nowMillis));
  }

  /// A list that was made while the clock was ahead is not valid yet, and lacks what seemed to have
  /// run out: a broker refuses everybody by it. One that was made while it was far behind has run
  /// out.
  private boolean isListOff(long nowMillis) {
    return listMillis >= 0
        && (listMillis - nowMillis > LIST_AHEAD_MILLIS_MAX
            || nowMillis - listMillis > LIST_AGE_MILLIS_MAX);
  }

  private void noteBroken(HubEvent event) {
    switch (event) {
      case HubEvent.PresenceSaid e -> broken.add(e.session());
      case HubEvent.ReportSaid e -> broken.add(e.session());
      case HubEvent.DesiredTaken e -> broken.add(e.session());
      case HubEvent.DesiredSent e -> broken.add(e.session());
      default -> {}
    }
  }

  /// Wills and ends count all the same.
  private boolean isOfBrokenLine(HubEvent event) {
    if (broken.isEmpty()) {
      return false;
    }
    return switch (event) {
      case HubEvent.SessionClosed e -> {
        broken.remove(e.session());
        yield false;
      }
      case HubEvent.PresenceSaid e ->
          e.presence() instanceof Presence.Birth && broken.contains(e.session());
      case HubEvent.ReportSaid e -> broken.contains(e.session());
      case HubEvent.DesiredTaken e -> broken.contains(e.session());
      case HubEvent.DesiredSent e -> broken.contains(e.session());
      default -> false;
    };
  }

  /// A slice that failed would fail again at once: whoever waits for it is told, and what can wait
  /// is tried again in a second.
  private void giveUpSlice() {
    PendingChange applying = state.applying;
    HubEvent.AdminAsked waiting = state.waiting.peekFirst();
    if (core.isHalfWritten()) {
      throw new IllegalStateException("a long change failed half-way; nothing of it is kept");
    }
    if (applying != null) {
      state.apply(new HubChange.ApplyEnded());
      held.effects.add(
          new HubEffect.AdminAnswered(applying.request(), new AdminAnswer.Refused(TRY_LATER)));
    } else if (waiting != null) {
      state.apply(new HubChange.CommandTaken());
      refuse(waiting, held.effects);
    }
    state.apply(new HubChange.SweepMoved(Sweep.BEGIN));
  }

  /// What has been decided since the last commit.
  private static final class Held {
    private final List<HubEvent> events = new ArrayList<>();
    private final List<HubEffect> effects = new ArrayList<>();
    private final Map<RolloutId, Long> soaksBefore = new HashMap<>();
    private long movedMillis;
    private @Nullable Batch batch;
  }

  /// The events, and after a [HubEvent.Ticked] what is due then.
  private List<HubEvent> withDue(List<HubEvent> events, long nowMillis) {
    for (HubEvent event : events) {
      if (event instanceof HubEvent.Ticked) {
        List<HubEvent> due = core.dueAt(nowMillis);
        if (due.isEmpty() && unended.isEmpty()) {
          return events;
        }
        List<HubEvent> all = new ArrayList<>(events);
        all.addAll(due);
        all.addAll(unended);
        unended.clear();
        return all;
      }
    }
    return events;
  }

  /// True when [HubEvent.Ticked] has more to do at once. What a store has just refused is not tried
  /// again before time has passed: a full disk does not become empty by being asked.
  public boolean isWorkLeft() {
    return !isStale && !isRefused && core.isWorkLeft();
  }

  public KeptRows keptRows(RowLog log) {
    return state.keptRows(log);
  }

  /// True while what was decided waits for more before it is committed.
  public boolean isHolding() {
    return !isStale && core.isHalfWritten();
  }

  /// The memory, for tests of this package.
  HubState state() {
    return state;
  }

  private @Nullable Step decide(HubEvent event, long nowMillis) {
    try {
      return core.step(event, nowMillis);
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "an event could not be decided: " + kindOf(event), failure);
      return null;
    }
  }

  private static boolean isApplied(Batch batch, Step step, HubEvent event) {
    batch.savepoint();
    try {
      batch.apply(step.changes());
      return true;
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "an event could not be stored: " + kindOf(event), failure);
      batch.rollbackToSavepoint();
      return false;
    }
  }

  /// A store that failed may have kept the batch all the same, and whom it put out: the world is
  /// told anew who is not to be served.
  private List<HubEffect> startOver(long nowMillis) {
    if (held.batch != null) {
      held.batch.rollback();
    }
    List<HubEvent> events = held.events;
    List<HubEffect> unsaid = held.effects;
    unsureMillis = held.movedMillis;
    soaksBefore = held.soaksBefore;
    held = new Held();
    List<HubEffect> effects = new ArrayList<>();
    // Those that this batch ended, too: the store does not know of it, and they must be told.
    Set<SessionId> lost = new LinkedHashSet<>(state.takeGoneSessions());
    state.sessions.values().forEach(session -> lost.add(session.id()));
    lost.forEach(session -> effects.add(new HubEffect.CloseSession(session, TRY_LATER)));
    for (HubEvent event : events) {
      // Of a move the store tells when it is read again.
      if (!(event instanceof HubEvent.ClockMoved)) {
        refuse(event, effects);
      }
    }
    refuseAnswers(unsaid, effects);
    for (PendingCertificate pending : state.awaitedCertificates.values()) {
      effects.add(new HubEffect.RequestRefused(pending.request(), TRY_LATER));
    }
    for (PendingAsk ask : state.asks.values()) {
      effects.add(new HubEffect.AdminAnswered(ask.request(), new AdminAnswer.Refused(TRY_LATER)));
    }
    if (state.applying != null) {
      effects.add(
          new HubEffect.AdminAnswered(
              state.applying.request(), new AdminAnswer.Refused(TRY_LATER)));
    }
    for (HubEvent.AdminAsked command : state.waiting) {
      refuse(command, effects);
    }
    effects.add(new HubEffect.StartedOver());
    isStale = true;
    isRefused = true;
    if (reload()) {
      effects.addAll(beginning(nowMillis));
    }
    return effects;
  }

  /// Answers to operators whose question came in an earlier turn.
  private static void refuseAnswers(List<HubEffect> unsaid, List<HubEffect> effects) {
    Set<Long> told = new HashSet<>();
    for (HubEffect effect : effects) {
      if (effect instanceof HubEffect.AdminAnswered answered) {
        told.add(answered.request());
      }
    }
    for (HubEffect effect : unsaid) {
      if (effect instanceof HubEffect.AdminAnswered answered && told.add(answered.request())) {
        effects.add(
            new HubEffect.AdminAnswered(answered.request(), new AdminAnswer.Refused(TRY_LATER)));
      }
    }
  }

  private boolean reload() {
    try {
      // Challenges of this process are good beyond a failed commit: so is that they were used.
      Map<String, Long> nonces = state.nonces;
      state = store.load();
      nonces.forEach((nonce, until) -> state.apply(new HubChange.NonceUsed(nonce, until)));
      state.settleBlocks();
      core = new HubCore(settings, state);
      settleMoves();
      broken.clear();
      unended.clear();
      directory.replace(state);
      isStale = false;
      return true;
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "could not read the state; everybody is told to come back", failure);
      return false;
    }
  }

  /// A move that the store has already may not be taken twice, nor may one be lost: no soak would
  /// be as long as it should be.
  private void settleMoves() {
    Map<RolloutId, Long> now = soaks();
    boolean isKept =
        soaksBefore.entrySet().stream()
            .noneMatch(before -> before.getValue().equals(now.get(before.getKey())));
    if (!isKept) {
      unmovedMillis += unsureMillis;
      setMillis -= unsureMillis;
    }
    unsureMillis = 0;
    soaksBefore = Map.of();
    if (setMillis == 0) {
      return;
    }
    // The store does not know how long permits were in use already, by a clock that was right.
    for (Rollout rollout : List.copyOf(state.rollouts.all())) {
      state.apply(
          new HubChange.RolloutPassed(
              new RolloutChange.ClockKnown(rollout.id(), setMillis, aheadMillis)));
    }
  }

  /// Tells whoever waits for this event that it did not happen.
  private void refuse(HubEvent event, List<HubEffect> effects) {
    switch (event) {
      case HubEvent.EnrolAsked e ->
          effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      case HubEvent.RenewAsked e ->
          effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      case HubEvent.RecoverAsked e -> {
        // Whoever has overheard it may say it once more.
        if (state.nonces.size() < Recoveries.NONCES_MAX) {
          state.apply(new HubChange.NonceUsed(e.nonce(), e.nonceUntilMillis()));
        }
        effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      }
      case HubEvent.CertificateSigned e ->
          effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      case HubEvent.SessionOpened e ->
          effects.add(new HubEffect.SessionRefused(e.session(), TRY_LATER));
      case HubEvent.PresenceSaid e ->
          effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.ReportSaid e -> effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.DesiredTaken e ->
          effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.DesiredSent e ->
          effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.AdminAsked e ->
          effects.add(new HubEffect.AdminAnswered(e.request(), new AdminAnswer.Refused(TRY_LATER)));
      case HubEvent.DocumentSigned e -> closeLineOf(e.device(), effects);
      case HubEvent.DocumentDue e -> {
        // Looked at again when it has come back; the others go on.
        state.apply(new HubChange.DocumentsChecked(List.of(e.device())));
        closeLineOf(e.device(), effects);
      }
      case HubEvent.SessionClosed e -> {} // Tried again.
      case HubEvent.ClockMoved e -> unmovedMillis += e.byMillis();
      case HubEvent.SessionSubscribed e -> {}
      case HubEvent.AnswerSaid e -> {}
      case HubEvent.Violated e -> {}
      case HubEvent.Ticked e -> {}
    }
  }

  private void closeLineOf(DeviceId device, List<HubEffect> effects) {
    LiveSession session = state.sessions.get(device);
    if (session != null) {
      effects.add(new HubEffect.CloseSession(session.id(), TRY_LATER));
    }
  }

  private static boolean isDurable(Step step) {
    for (HubChange change : step.changes()) {
      if (change instanceof HubChange.Durable) {
        return true;
      }
    }
    return false;
  }

  private static String kindOf(HubEvent event) {
    return event.getClass().getSimpleName();
  }
}
