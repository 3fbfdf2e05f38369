package dev.tombolo.agent.core;

import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.link.LinkMachine;
import dev.tombolo.agent.link.LinkState;
import dev.tombolo.agent.link.Renewal;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The line to the hub: when to try, what to say first, when to renew the certificate.
final class LinkSteps {
  private final Enrolment enrolment;
  private final AgentBoot boot;
  private final RandomDraw random;
  private final LinkMachine machine;
  private LinkState state;
  private long connects;
  private long publications;
  private long downSinceWallMillis;
  private CertificateLife certificate;
  private long renewalDueWallMillis;
  private long renewalRetryMillis;
  private boolean renewing;

  /// The last certificate that came was old when it came.
  private boolean wasOld;

  private boolean recovering;
  private boolean refusedAsExpired;
  private int recoveryFailures;
  private Optional<Reason> renewalTrouble = Optional.empty();

  LinkSteps(AgentSnapshot snapshot, AgentBoot boot, RandomDraw random, Now now) {
    this.enrolment = snapshot.enrolment();
    this.boot = boot;
    this.random = random;
    this.machine = new LinkMachine(boot.backoff(), Math.max(1, enrolment.links().size()));
    this.state = machine.start(now.monotonicMillis(), random.next());
    this.connects = snapshot.connects();
    this.downSinceWallMillis = now.wallMillis();
    this.certificate = boot.certificate();
    this.renewalDueWallMillis = Renewal.dueWallMillis(certificate, random.next());
    this.renewalRetryMillis = boot.renewalFromMillis();
  }

  boolean isOpen() {
    return state instanceof LinkState.Open;
  }

  /// True for news of the line that is open now.
  boolean isLine(long line) {
    return state instanceof LinkState.Open at && at.line() == line;
  }

  long line() {
    return state instanceof LinkState.Open at ? at.line() : -1;
  }

  long nextPublication() {
    return ++publications;
  }

  /// True while the certificate asked for is to replace one that has run out.
  boolean isRecovering() {
    return recovering;
  }

  /// What is to be said about the certificate. That it has run out is said while no line is open:
  /// one that is open was made with it, and goes on.
  List<Reason> certificateReasons(long trustedWallMillis) {
    List<Reason> reasons = new ArrayList<>(2);
    boolean hasRunOut = !isOpen() && hasRunOut(trustedWallMillis);
    if (hasRunOut) {
      reasons.add(
          new Reason.CertificateExpired(enrolment.device().text(), certificate.notAfterMillis()));
    }
    renewalTrouble
        .filter(it -> !(hasRunOut && it instanceof Reason.CertificateExpired))
        .ifPresent(reasons::add);
    return reasons;
  }

  void tick(Now now, long trustedWallMillis, Outcome out) {
    if (machine.hangs(state, now.monotonicMillis())
        && state instanceof LinkState.Opening(var line, var _, var _, var _)) {
      out.effect(new AgentEffect.CloseLink(line));
      closed(line, new Reason.LineDown(now.wallMillis(), "no answer"), 0, now, out);
    }
    if (state instanceof LinkState.Waiting at && machine.isDue(state, now.monotonicMillis())) {
      connects++;
      out.change(new AgentChange.ConnectCounted(connects));
      String url = enrolment.links().get(at.next());
      state = machine.opening(at, connects, now.monotonicMillis());
      out.effect(
          new AgentEffect.OpenLink(connects, url, new Presence.Will(boot.bootId(), connects)));
    }
    renewWhenDue(now, trustedWallMillis, out);
  }

  /// A certificate that has run out by our clock, or by the hub's word where our clock is wrong,
  /// can no longer ask over TLS: the key is proved by signing.
  private void renewWhenDue(Now now, long trustedWallMillis, Outcome out) {
    boolean expired = hasRunOut(trustedWallMillis);
    boolean due = expired || trustedWallMillis >= renewalDueWallMillis;
    if (due && !renewing && now.monotonicMillis() >= renewalRetryMillis) {
      renewing = true;
      recovering = expired;
      out.effect(
          expired
              ? new AgentEffect.Recover(enrolment.https())
              : new AgentEffect.Renew(enrolment.https() + "/v1/renew"));
    }
  }

  private boolean hasRunOut(long trustedWallMillis) {
    return refusedAsExpired || trustedWallMillis > certificate.notAfterMillis();
  }

  private void expired(Now now) {
    if (!refusedAsExpired) {
      refusedAsExpired = true;
      renewalRetryMillis = now.monotonicMillis() + boot.backoff().delayMillis(0, random.next());
    }
  }

  void opened(long line, Presence.Birth birth, Now now, Outcome out) {
    LinkState before = state;
    state = machine.opened(state, line, now.monotonicMillis());
    if (state == before) {
      return;
    }
    out.change(new AgentChange.LinkNoted(true, now.wallMillis(), null));
    out.effect(
        new AgentEffect.Publish(
            line, nextPublication(), new AgentEffect.Outgoing.OfPresence(birth)));
  }

  void closed(long line, Reason reason, int retryAfterSeconds, Now now, Outcome out) {
    LinkState before = state;
    boolean wasOpen = isOpen();
    state =
        machine.closed(
            state, line, reason, retryAfterSeconds, now.monotonicMillis(), random.next());
    if (state != before) {
      if (reason instanceof Reason.CertificateExpired) {
        expired(now);
      }
      if (wasOpen) {
        downSinceWallMillis = now.wallMillis();
      }
      // The adapter knows what happened, only the core knows since when.
      Reason cause =
          reason instanceof Reason.LineDown(var _, var detail)
              ? new Reason.LineDown(downSinceWallMillis, detail)
              : reason;
      out.change(new AgentChange.LinkNoted(false, downSinceWallMillis, cause));
    }
  }

  /// The new certificate is shown at the next connect, so that one comes soon. An attempt under way
  /// shows the old one: what the hub says of that no longer counts.
  ///
  /// One that is old when it comes answers a question of long ago, whose answer was lost: the next
  /// is asked for as soon as it is due. If that one is old, too, the clock is wrong, and asking
  /// does not help.
  void renewed(CertificateLife life, Now now, long trustedWallMillis, Outcome out) {
    renewing = false;
    recovering = false;
    refusedAsExpired = false;
    recoveryFailures = 0;
    renewalTrouble = Optional.empty();
    certificate = life;
    renewalDueWallMillis = Renewal.dueWallMillis(life, random.next());
    boolean isOld = trustedWallMillis >= life.notBeforeMillis() + Renewal.pauseMillis(life);
    long pause =
        isOld && !wasOld ? Renewal.retryMillis(life, random.next()) : Renewal.pauseMillis(life);
    renewalRetryMillis = now.monotonicMillis() + pause;
    wasOld = isOld;
    Reason reason = new Reason.Starting("reconnecting with the new certificate");
    if (state instanceof LinkState.Open(var line, var _, var _, var _)) {
      out.effect(new AgentEffect.CloseLink(line));
      closed(line, reason, 0, now, out);
      return;
    }
    if (state instanceof LinkState.Opening(var line, var _, var _, var _)) {
      out.effect(new AgentEffect.CloseLink(line));
      closed(line, reason, 0, now, out);
    }
    state = machine.hurried(state, now.monotonicMillis());
  }

  void renewalFailed(Reason reason, int retryAfterSeconds, Now now) {
    renewing = false;
    renewalTrouble = Optional.of(reason);
    if (recovering) {
      recoveryFailures++;
      renewalRetryMillis =
          now.monotonicMillis()
              + boot.backoff().delayMillis(recoveryFailures, retryAfterSeconds, random.next());
      return;
    }
    if (reason instanceof Reason.CertificateExpired) {
      expired(now);
      return;
    }
    long wait = Renewal.retryMillis(certificate, random.next());
    renewalRetryMillis = now.monotonicMillis() + wait + retryAfterSeconds * 1000L;
  }

  void stop(Outcome out) {
    if (state instanceof LinkState.Open(var line, var _, var _, var _)) {
      Presence.Will will = new Presence.Will(boot.bootId(), line);
      out.effect(
          new AgentEffect.Publish(
              line, nextPublication(), new AgentEffect.Outgoing.OfPresence(will)));
      out.effect(new AgentEffect.CloseLink(line));
    } else if (state instanceof LinkState.Opening(var line, var _, var _, var _)) {
      out.effect(new AgentEffect.CloseLink(line));
    }
    state = new LinkState.Ended();
  }
}
