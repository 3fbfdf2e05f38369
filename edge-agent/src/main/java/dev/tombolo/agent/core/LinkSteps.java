package dev.tombolo.agent.core;

import dev.tombolo.agent.link.LinkMachine;
import dev.tombolo.agent.link.LinkState;
import dev.tombolo.agent.link.Renewal;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// The line to the hub: when to try, what to say first, when to renew the certificate.
final class LinkSteps {
  /// A renewal that failed is tried again after this much, spread by as much again.
  private static final long RENEWAL_RETRY_MILLIS = 60_000;

  /// Between two renewals at least, whatever the wall clock says: by one that runs years ahead
  /// every new certificate has expired.
  private static final long RENEWAL_GAP_MILLIS = 24 * 3600 * 1000L;

  private final Enrolment enrolment;
  private final AgentBoot boot;
  private final RandomDraw random;
  private final LinkMachine machine;
  private LinkState state;
  private long connects;
  private long publications;
  private long downSinceWallMillis;
  private long renewalDueWallMillis;
  private long renewalRetryMillis;
  private boolean renewing;
  private Optional<Reason> renewalTrouble = Optional.empty();

  LinkSteps(AgentSnapshot snapshot, AgentBoot boot, RandomDraw random, Now now) {
    this.enrolment = snapshot.enrolment();
    this.boot = boot;
    this.random = random;
    this.machine = new LinkMachine(boot.backoff(), Math.max(1, enrolment.links().size()));
    this.state = machine.start(now.monotonicMillis(), random.next());
    this.connects = snapshot.connects();
    this.downSinceWallMillis = now.wallMillis();
    this.renewalDueWallMillis = Renewal.dueWallMillis(boot.certificateEndMillis(), random.next());
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

  Optional<Reason> renewalTrouble() {
    return renewalTrouble;
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
    boolean due = trustedWallMillis >= renewalDueWallMillis;
    if (due && !renewing && now.monotonicMillis() >= renewalRetryMillis) {
      renewing = true;
      out.effect(new AgentEffect.Renew(enrolment.https() + "/v1/renew"));
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

  long connects() {
    return connects;
  }

  void closed(long line, Reason reason, int retryAfterSeconds, Now now, Outcome out) {
    LinkState before = state;
    boolean wasOpen = isOpen();
    state =
        machine.closed(
            state, line, reason, retryAfterSeconds, now.monotonicMillis(), random.next());
    if (state != before) {
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

  /// The new certificate is shown at the next connect, so that one comes soon.
  void renewed(long notAfterMillis, Now now, Outcome out) {
    renewing = false;
    renewalTrouble = Optional.empty();
    renewalDueWallMillis = Renewal.dueWallMillis(notAfterMillis, random.next());
    renewalRetryMillis = now.monotonicMillis() + RENEWAL_GAP_MILLIS;
    if (state instanceof LinkState.Open(var line, var _, var _, var _)) {
      out.effect(new AgentEffect.CloseLink(line));
      closed(line, new Reason.Starting("reconnecting with the new certificate"), 0, now, out);
    }
  }

  void renewalFailed(Reason reason, int retryAfterSeconds, Now now) {
    renewing = false;
    renewalTrouble = Optional.of(reason);
    long spread = (long) (RENEWAL_RETRY_MILLIS * random.next());
    renewalRetryMillis =
        now.monotonicMillis() + RENEWAL_RETRY_MILLIS + spread + retryAfterSeconds * 1000L;
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
