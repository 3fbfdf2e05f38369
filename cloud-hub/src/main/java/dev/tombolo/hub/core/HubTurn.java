package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubStore.Batch;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.protocol.reason.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns a batch of events into one committed transaction and the effects that may follow it. Owned
/// by one thread.
public final class HubTurn {
  private static final Logger LOG = System.getLogger(HubTurn.class.getName());

  /// What a peer is told when the hub could not commit.
  static final Reason.Busy TRY_LATER = new Reason.Busy(5);

  private final HubSettings settings;
  private final HubStore store;
  private final PublishedDirectory directory;
  private HubState state;
  private HubCore core;

  /// The memory may differ from the store and must not be used before it has been read again.
  private boolean isStale;

  public HubTurn(HubSettings settings, HubStore store, PublishedDirectory directory) {
    this.settings = settings;
    this.store = store;
    this.directory = directory;
    this.state = store.load();
    this.core = new HubCore(settings, state);
    directory.replace(state);
  }

  /// What the world must know before the first event: who is not to be served.
  public List<HubEffect> beginning(long nowMillis) {
    return List.of(new HubEffect.RevocationsChanged(Expulsion.serials(state, nowMillis)));
  }

  /// Decides and commits all of `events`. One that fails leaves no trace and does not harm its
  /// neighbours; when the commit itself fails none of them happened, every line is closed, and the
  /// memory is read again from the store.
  public List<HubEffect> take(List<HubEvent> events, long nowMillis) {
    List<HubEffect> effects = new ArrayList<>(events.size() * 2);
    if (isStale) {
      if (!reload()) {
        events.forEach(event -> refuse(event, effects));
        return effects;
      }
      effects.addAll(beginning(nowMillis));
    }
    Batch batch = null;
    try {
      for (HubEvent event : events) {
        Step step = decide(event, nowMillis);
        if (step != null && isDurable(step)) {
          batch = batch == null ? store.begin() : batch;
          step = isApplied(batch, step, event) ? step : null;
        }
        if (step == null) {
          refuse(event, effects);
          continue;
        }
        state.apply(step.changes());
        effects.addAll(step.effects());
      }
      if (batch != null) {
        batch.commit();
      }
      directory.publish(state, state.takeTouched());
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "could not commit; reading the state again", failure);
      return startOver(batch, events, nowMillis);
    }
    return effects;
  }

  /// True when [HubEvent.Ticked] has more to do.
  public boolean isWorkLeft() {
    return !isStale && core.isWorkLeft();
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

  /// A store that failed may have kept the batch all the same. Who was put out in it has no session
  /// any more that could be closed, so the world is told anew who is not to be served.
  private List<HubEffect> startOver(@Nullable Batch batch, List<HubEvent> events, long nowMillis) {
    if (batch != null) {
      batch.rollback();
    }
    List<HubEffect> effects = new ArrayList<>();
    for (LiveSession session : state.sessions.values()) {
      effects.add(new HubEffect.CloseSession(session.id(), TRY_LATER));
    }
    for (HubEvent event : events) {
      refuse(event, effects);
    }
    for (PendingCertificate pending : state.awaitedCertificates.values()) {
      effects.add(new HubEffect.RequestRefused(pending.request(), TRY_LATER));
    }
    for (PendingAsk ask : state.asks.values()) {
      effects.add(new HubEffect.AdminAnswered(ask.request(), new AdminAnswer.Refused(TRY_LATER)));
    }
    isStale = true;
    if (reload()) {
      effects.addAll(beginning(nowMillis));
    }
    return effects;
  }

  private boolean reload() {
    try {
      state = store.load();
      core = new HubCore(settings, state);
      directory.replace(state);
      isStale = false;
      return true;
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "could not read the state; everybody is told to come back", failure);
      return false;
    }
  }

  /// Tells whoever waits for this event that it did not happen.
  private void refuse(HubEvent event, List<HubEffect> effects) {
    switch (event) {
      case HubEvent.EnrolAsked e ->
          effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      case HubEvent.RenewAsked e ->
          effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      case HubEvent.CertificateSigned e ->
          effects.add(new HubEffect.RequestRefused(e.request(), TRY_LATER));
      case HubEvent.SessionOpened e ->
          effects.add(new HubEffect.SessionRefused(e.session(), TRY_LATER));
      case HubEvent.PresenceSaid e ->
          effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.ReportSaid e -> effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.DesiredTaken e ->
          effects.add(new HubEffect.CloseSession(e.session(), TRY_LATER));
      case HubEvent.AdminAsked e ->
          effects.add(new HubEffect.AdminAnswered(e.request(), new AdminAnswer.Refused(TRY_LATER)));
      case HubEvent.DocumentSigned e -> {
        LiveSession session = state.sessions.get(e.device());
        if (session != null) {
          effects.add(new HubEffect.CloseSession(session.id(), TRY_LATER));
        }
      }
      case HubEvent.SessionClosed e -> {}
      case HubEvent.SessionSubscribed e -> {}
      case HubEvent.AnswerSaid e -> {}
      case HubEvent.Violated e -> {}
      case HubEvent.Ticked e -> {}
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
