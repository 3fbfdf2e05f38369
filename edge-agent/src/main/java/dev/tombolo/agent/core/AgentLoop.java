package dev.tombolo.agent.core;

import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one thread that decides: drains the inbox, decides, commits one transaction for the whole
/// batch, and only then acts. When a commit fails, memory is thrown away and read again from the
/// store, as after a crash; the workloads do not notice.
public final class AgentLoop implements Runnable {
  static final int BATCH_EVENTS_MAX = 64;
  static final long TICK_MILLIS = 1_000;
  static final long RECOVERY_MILLIS_MAX = 30_000;
  private static final Reason STUMBLED = new Reason.IoFailed("agent", "stumbled over a bug");

  /// What the loop tells the world about itself.
  public interface Watcher {
    /// The store does not take commits. Told once per row of failures.
    void storeFailed(Reason reason);

    void storeRecovered();

    /// A bug: the event or effect was skipped.
    void stumbled(String over, RuntimeException failure);
  }

  private final AgentStore store;
  private final AgentClock clock;
  private final RandomDraw random;
  private final Consumer<AgentEffect> performer;
  private final Watcher watcher;
  private final EventQueue inbox;
  private AgentBoot boot;
  private @Nullable AgentCore core;
  private long tickDueMillis;
  private long recoverAtMillis;
  private int failures;
  private volatile boolean stopped;

  public AgentLoop(
      EventQueue inbox,
      AgentStore store,
      AgentBoot boot,
      AgentClock clock,
      RandomDraw random,
      Consumer<AgentEffect> performer,
      Watcher watcher) {
    this.inbox = inbox;
    this.store = store;
    this.boot = boot;
    this.clock = clock;
    this.random = random;
    this.performer = performer;
    this.watcher = watcher;
  }

  @Override
  public void run() {
    inbox.claim();
    while (!stopped && !Thread.currentThread().isInterrupted()) {
      try {
        turn(TICK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// True after [AgentEffect.Stop].
  public boolean isStopped() {
    return stopped;
  }

  /// One batch: waits for an event or the next tick, whichever is first. [#run] does it again and
  /// again; a simulation calls it in its own time.
  public void turn(long waitMillisMax) throws InterruptedException {
    Now now = clock.now();
    if (core == null) {
      recover(now, waitMillisMax);
      return;
    }
    long wait = Math.min(waitMillisMax, Math.max(0, tickDueMillis - now.monotonicMillis()));
    List<AgentEvent> events = inbox.drain(BATCH_EVENTS_MAX, wait);
    now = clock.now();
    if (now.monotonicMillis() >= tickDueMillis) {
      tickDueMillis = now.monotonicMillis() + TICK_MILLIS;
      events.add(new AgentEvent.Ticked());
    }
    List<AgentChange> changes = new ArrayList<>();
    List<AgentEffect> effects = new ArrayList<>();
    for (AgentEvent event : events) {
      try {
        Step step = core.step(event, now);
        changes.addAll(step.changes());
        effects.addAll(step.effects());
      } catch (RuntimeException e) {
        watcher.stumbled(event.getClass().getSimpleName(), e);
        giveUp(events, STUMBLED, now);
        return;
      }
    }
    if (commit(changes, events, now)) {
      perform(effects, now);
      publish(now);
    }
  }

  private void publish(Now now) {
    AgentCore running = core;
    if (running == null) {
      return;
    }
    List<AgentEffect> reports;
    try {
      reports = running.publish(store, now);
    } catch (RuntimeException e) {
      watcher.stumbled("the outbox", e);
      giveUp(List.of(), STUMBLED, now);
      return;
    }
    perform(reports, now);
  }

  private boolean commit(List<AgentChange> changes, List<AgentEvent> events, Now now) {
    if (changes.isEmpty()) {
      return true;
    }
    try {
      store.commit(changes);
      return true;
    } catch (StoreException e) {
      watcher.storeFailed(e.reason());
      giveUp(events, e.reason(), now);
      return false;
    }
  }

  /// Forgets everything; who waits for an answer gets one.
  private void giveUp(List<AgentEvent> events, Reason reason, Now now) {
    core = null;
    boot = boot.after(reason);
    long delay = Math.min(RECOVERY_MILLIS_MAX, TICK_MILLIS << Math.min(failures, 10));
    failures++;
    recoverAtMillis = now.monotonicMillis() + delay;
    refuse(events, reason);
  }

  private void refuse(List<AgentEvent> events, Reason reason) {
    for (AgentEvent event : events) {
      switch (event) {
        case AgentEvent.ResultHandedIn result ->
            performer.accept(new AgentEffect.ResultRefused(result.request(), reason));
        case AgentEvent.StopAsked _ -> stopped = true;
        default -> {}
      }
    }
  }

  /// Reads the store and starts again. Until then events are of no use: what they told is found out
  /// anew.
  private void recover(Now now, long waitMillisMax) throws InterruptedException {
    if (now.monotonicMillis() < recoverAtMillis) {
      long wait = Math.min(waitMillisMax, recoverAtMillis - now.monotonicMillis());
      List<AgentEvent> events = inbox.drain(BATCH_EVENTS_MAX, wait);
      refuse(events, boot.trouble().orElse(new Reason.Starting("the agent")));
      return;
    }
    inbox.forgetOwn();
    try {
      AgentCore fresh = new AgentCore(store.load(), boot, random, now);
      Step step = fresh.start(now);
      store.commit(step.changes());
      core = fresh;
      if (failures > 0) {
        failures = 0;
        watcher.storeRecovered();
      }
      perform(step.effects(), now);
    } catch (StoreException e) {
      if (failures == 0) {
        watcher.storeFailed(e.reason());
      }
      giveUp(List.of(), e.reason(), now);
    } catch (RuntimeException e) {
      watcher.stumbled("the start", e);
      giveUp(List.of(), STUMBLED, now);
    }
  }

  private void perform(List<AgentEffect> effects, Now now) {
    for (AgentEffect effect : effects) {
      if (effect instanceof AgentEffect.Stop) {
        stopped = true;
      }
      try {
        performer.accept(effect);
      } catch (RuntimeException e) {
        watcher.stumbled(effect.getClass().getSimpleName(), e);
        giveUp(List.of(), STUMBLED, now);
        return;
      }
    }
  }
}
