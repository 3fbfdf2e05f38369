package dev.tombolo.agent.core;

import dev.tombolo.agent.outbox.Outbox;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxRows;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is told to the hub: written to the outbox first, sent when it is durable.
final class ReportSteps {
  private final String incarnation;
  private final String bootId;
  private final boolean troubleIsTold;
  private final Outbox outbox;

  ReportSteps(AgentSnapshot snapshot, AgentBoot boot) {
    this.incarnation = snapshot.enrolment().incarnation();
    this.bootId = boot.bootId();
    this.troubleIsTold = boot.troubleIsTold();
    this.outbox =
        new Outbox(boot.quota(), boot.bootId(), snapshot.nextSequence(), snapshot.outbox());
  }

  long ackedThrough() {
    return outbox.sending().ackedThrough();
  }

  void event(
      String what,
      @Nullable Name application,
      @Nullable Digest release,
      @Nullable Reason reason,
      Now now,
      Outcome out) {
    outbox.event(
        new ReportBody.Happened(what, application, release, reason),
        now.wallMillis(),
        now.monotonicMillis(),
        out::change);
  }

  void permitUsed(Name application, Digest release, Permit permit, Now now, Outcome out) {
    outbox.event(
        new ReportBody.Happened(
            ReportBody.Happened.PERMIT_USED, application, release, null, permit),
        now.wallMillis(),
        now.monotonicMillis(),
        out::change);
  }

  /// A process of an earlier core is watched. A fault that starts the core anew again and again has
  /// told so once.
  void adopted(Name application, Digest release, Now now, Outcome out) {
    if (!troubleIsTold) {
      event("workload-adopted", application, release, null, now, out);
    }
  }

  /// A release went from one state to the next.
  ///
  /// @param firstTry false after it failed to be staged or switched to
  void moved(
      Name name, ReleaseState before, ReleaseState after, boolean firstTry, Now now, Outcome out) {
    switch (after) {
      case ReleaseState.Staging at -> {
        if (firstTry) {
          event("download-finished", name, at.wanted().release(), null, now, out);
        }
      }
      case ReleaseState.Staged at -> {
        if (firstTry) {
          event("staged", name, at.wanted().release(), null, now, out);
        }
      }
      case ReleaseState.Probing at -> {
        if (before instanceof ReleaseState.Switching) {
          event("switched", name, at.wanted().release(), null, now, out);
        }
      }
      case ReleaseState.Live at -> {
        if (ReleaseMachine.isProof(before, at)) {
          event("live", name, at.live().release(), null, now, out);
        }
      }
      case ReleaseState.SwitchingBack at ->
          event("probes-failed", name, at.failed().release(), at.cause(), now, out);
      case ReleaseState.RolledBack at ->
          event("rolled-back", name, at.failed().release(), at.cause(), now, out);
      case ReleaseState.Absent _ -> {
        if (before instanceof ReleaseState.Removing at) {
          event("removed", name, at.last().release(), null, now, out);
        }
      }
      case ReleaseState.Fetching _,
          ReleaseState.Switching _,
          ReleaseState.Restoring _,
          ReleaseState.Removing _ -> {}
    }
  }

  void state(ReportBody.State state, Now now, Outcome out) {
    outbox.state(state, now.wallMillis(), now.monotonicMillis(), out::change);
    out.change(new AgentChange.StatusKept(state, now.wallMillis()));
  }

  void result(long request, Name channel, String json, Now now, Outcome out) {
    Outbox.Taken taken =
        outbox.result(channel, json, now.wallMillis(), now.monotonicMillis(), out::change);
    switch (taken) {
      case Outbox.Taken.Kept(var sequence) ->
          out.effect(new AgentEffect.ResultKept(request, sequence));
      case Outbox.Taken.Refused(var reason) ->
          out.effect(new AgentEffect.ResultRefused(request, reason));
    }
  }

  /// @return true when what the hub knows of this device may be old or another's: it lost rows that
  ///   it had, since it was restored from a backup, or has rows that a copy of this device wrote
  boolean acked(Acked acked, TimeFloor floor, Now now, Outcome out) {
    if (!acked.incarnation().equals(incarnation)) {
      return false;
    }
    List<OutboxChange> changes =
        outbox.acked(acked.through(), acked.backedUpThrough(), now.monotonicMillis());
    changes.forEach(out::change);
    if (!changes.isEmpty()) {
      floor.follow(acked.hubMillis(), out);
    }
    if (changes.stream().anyMatch(OutboxChange.LostByHub.class::isInstance)) {
      event("hub-lost-rows", null, null, null, now, out);
      return true;
    }
    if (outbox.leaveTo(acked.through())) {
      event("hub-has-others-rows", null, null, null, now, out);
      return true;
    }
    return false;
  }

  void lineOpened(Now now) {
    outbox.sending().lineOpened(now.monotonicMillis());
  }

  void lineClosed() {
    outbox.sending().lineClosed();
  }

  void published(long publication) {
    outbox.sending().published(publication);
  }

  /// Sends what is durable and not yet on its way, as far as the window allows.
  List<AgentEffect> publish(OutboxRows rows, LinkSteps link, Now now) {
    List<AgentEffect> effects = new ArrayList<>();
    List<Report.Row> next = outbox.sending().next(rows, now.monotonicMillis());
    while (!next.isEmpty()) {
      long publication = link.nextPublication();
      long follows = outbox.sending().saidThrough();
      boolean isNext = follows == next.getFirst().sequence() - 1;
      Report report =
          new Report(
              incarnation,
              bootId,
              now.wallMillis(),
              now.monotonicMillis(),
              isNext ? null : follows,
              next);
      outbox.sending().sent(publication, next.getLast().sequence());
      effects.add(
          new AgentEffect.Publish(
              link.line(), publication, new AgentEffect.Outgoing.OfReport(report)));
      next = outbox.sending().next(rows, now.monotonicMillis());
    }
    return effects;
  }
}
