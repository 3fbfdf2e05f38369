package dev.tombolo.hub.core;

import java.util.List;

/// Routes every event to who decides it. Pure: reads the state, changes nothing.
public final class HubCore {
  private final HubState state;
  private final Enrolments enrolments;
  private final Renewals renewals;
  private final Recoveries recoveries;
  private final Sessions sessions;
  private final Documents documents;
  private final Reports reports;
  private final Operators operators;
  private final Asks asks;
  private final Violations violations;
  private final Pruning pruning;
  private final RolloutDriver rollouts;
  private final YearSteps years;

  public HubCore(HubSettings settings, HubState state) {
    this.state = state;
    CertificateOrders orders = new CertificateOrders(settings, state);
    this.violations = new Violations(state);
    this.asks = new Asks(state);
    Rendered rendered = new Rendered(state);
    this.documents = new Documents(settings, state, violations, rendered);
    this.rollouts = new RolloutDriver(state, rendered);
    this.enrolments = new Enrolments(settings, state, orders, violations);
    this.renewals = new Renewals(state, orders, violations);
    this.recoveries = new Recoveries(settings, state, orders, violations);
    this.sessions = new Sessions(state, documents, orders, asks, violations, rollouts);
    this.reports = new Reports(state, documents, rollouts);
    this.operators = new Operators(state, asks, new KitCommands(settings, state, rendered));
    this.pruning = new Pruning(settings, state);
    this.years = new YearSteps(state);
  }

  /// What `event` leads to. The caller commits the changes, applies them to the state, and then
  /// acts on the effects.
  public Step step(HubEvent event, long nowMillis) {
    StepDraft draft = new StepDraft(nowMillis, state.lastAudit);
    switch (event) {
      case HubEvent.EnrolAsked e -> enrolments.asked(e, draft);
      case HubEvent.RenewAsked e -> renewals.asked(e, draft);
      case HubEvent.RecoverAsked e -> recoveries.asked(e, draft);
      case HubEvent.CertificateSigned e -> certificateSigned(e, draft);
      case HubEvent.DocumentSigned e -> documents.signed(e, draft);
      case HubEvent.SessionOpened e -> sessions.opened(e, draft);
      case HubEvent.SessionSubscribed e -> documents.subscribed(e, draft);
      case HubEvent.SessionClosed e -> sessions.closed(e, draft);
      case HubEvent.PresenceSaid e -> sessions.said(e, draft);
      case HubEvent.ReportSaid e -> reports.said(e, draft);
      case HubEvent.AnswerSaid e -> asks.answered(e, draft);
      case HubEvent.DesiredTaken e -> documents.taken(e, draft);
      case HubEvent.DesiredSent e -> documents.sent(e, draft);
      case HubEvent.Violated e -> violations.happened(e, draft);
      case HubEvent.AdminAsked e -> operators.asked(e, draft);
      case HubEvent.ClockMoved e -> rollouts.clockMoved(e.byMillis(), draft);
      case HubEvent.Ticked e -> ticked(e, draft);
      case HubEvent.DocumentDue e -> {
        // What changed, labels say, may have brought it into the scope of a rollout.
        boolean hasChanged = state.staleDocuments.contains(e.device());
        documents.due(e, draft);
        if (hasChanged && state.sessions.containsKey(e.device())) {
          rollouts.born(e.device(), draft);
        }
      }
    }
    return draft.finish();
  }

  /// What a [HubEvent.Ticked] brings along: one event for each device that is due, a slice of them.
  public List<HubEvent> dueAt(long nowMillis) {
    return operators.isBusy() ? List.of() : documents.dueAt(nowMillis);
  }

  /// True when a slice of work is left for the next [HubEvent.Ticked].
  public boolean isWorkLeft() {
    return operators.isBusy()
        || areDocumentsStale()
        || state.sweep.isMoreLeft()
        || rollouts.isWorkLeft();
  }

  private boolean areDocumentsStale() {
    return state.areFleetsStale() || !state.staleDocuments.isEmpty();
  }

  /// True while a change is half written: the transaction must not end here.
  public boolean isHalfWritten() {
    return state.applying != null && state.applying.isHalfWritten();
  }

  private void certificateSigned(HubEvent.CertificateSigned event, StepDraft draft) {
    PendingCertificate pending = state.awaitedCertificates.get(event.request());
    switch (pending) {
      case null -> {}
      case PendingCertificate.ForEnrolment p -> enrolments.signed(p, event.certificate(), draft);
      case PendingCertificate.ForRenewal p -> renewals.signed(p, event.certificate(), draft);
    }
  }

  private void ticked(HubEvent.Ticked event, StepDraft draft) {
    if (operators.isBusy()) {
      // Over within a fraction of a second; everything else waits, so that each step stays short.
      operators.slice(draft);
      return;
    }
    documents.spread(draft);
    for (PendingCertificate pending : state.awaitedCertificates.values()) {
      if (pending.untilMillis() <= draft.nowMillis) {
        draft.change(new HubChange.CertificateCame(pending.request()));
      }
    }
    recoveries.sweep(draft);
    sessions.settleAddresses(draft);
    asks.giveUp(draft);
    violations.summarise(draft);
    // Rows come while documents are made anew, too, and what they push out goes with them. All else
    // is not in the same step as a slice of documents, so that each stays short.
    boolean isMoreLeft = pruning.rows(event.isClockSure(), draft);
    if (!areDocumentsStale()) {
      pruning.slice(event.isClockSure(), isMoreLeft, draft);
    }
    years.slice(draft);
    rollouts.tick(draft);
  }
}
