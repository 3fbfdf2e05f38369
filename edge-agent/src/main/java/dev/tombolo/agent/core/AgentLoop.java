package dev.tombolo.agent.core;

import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one thread that decides: drains the inbox, decides, commits one transaction for the whole
/// batch, and only then acts. When a commit fails, memory is thrown away and read again from the
/// store, as after a crash; the workloads do not notice.
public final class AgentLoop implements Runnable {
  static final int BATCH_EVENTS_MAX = 64;
  static final long TICK_MILLIS = 1_000;

  /// Time passes only when all that had come before has been told; in a flood, after so many.
  static final int FULL_BATCHES_MAX = EventQueue.EVENTS_MAX / BATCH_EVENTS_MAX;

  static final long RECOVERY_MILLIS_MAX = 30_000;

  /// So long must all go well before a failure counts as the first again: a fault that comes back
  /// with the first work after each recovery is tried ever more seldom.
  static final long HEALTHY_MILLIS = 5 * 60_000;

  private static final Reason STUMBLED = new Reason.IoFailed("agent", "stumbled over a bug");

  /// What the loop tells the world about itself.
  public interface Watcher {
    /// The store does not take commits. Told once per row of failures.
    void storeFailed(Reason reason);

    void storeRecovered();

    /// How the device stands, whenever that changes.
    void stands(Standing standing);

    /// A bug: the event or effect was skipped.
    void stumbled(String over, RuntimeException failure);
  }

  private final AgentStore store;
  private final StoredFiles files;
  private final AgentClock clock;
  private final RandomDraw random;
  private final Consumer<AgentEffect> performer;
  private final Watcher watcher;
  private final EventQueue inbox;
  private AgentBoot boot;
  private @Nullable AgentCore core;
  private Standing standing = new Standing(Optional.empty(), Optional.empty());
  private long tickDueMillis;

  /// In a row, since the tick has been due.
  private int fullBatches;

  private long recoverAtMillis;
  private long recoveredAtMillis;
  private int failures;
  private boolean troubleIsTold;

  /// Started while nothing could be saved, and not ended since.
  private final Set<Name> startedUnsaved = new HashSet<>();

  /// Ended while nothing could be saved: the store still says that they run, and whoever watched
  /// them tells it only once.
  private final Map<ProcessIdentity, AgentEvent.WorkloadExited> endedUnsaved = new HashMap<>();

  private volatile boolean stopped;

  public AgentLoop(
      EventQueue inbox,
      AgentStore store,
      StoredFiles files,
      AgentBoot boot,
      AgentClock clock,
      RandomDraw random,
      Consumer<AgentEffect> performer,
      Watcher watcher) {
    this.inbox = inbox;
    this.store = store;
    this.files = files;
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
    if (now.monotonicMillis() >= tickDueMillis && mayTick(events)) {
      tickDueMillis = now.monotonicMillis() + TICK_MILLIS;
      events.add(new AgentEvent.Ticked());
    }
    noteCertificates(events, now);
    if (failures > 0 && now.monotonicMillis() - recoveredAtMillis >= HEALTHY_MILLIS) {
      failures = 0;
      troubleIsTold = false;
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
      stand(core.told(), Optional.empty());
      perform(effects, now);
      publish(now);
    }
  }

  private boolean mayTick(List<AgentEvent> events) {
    boolean mayHaveMore = events.size() >= BATCH_EVENTS_MAX;
    if (mayHaveMore && fullBatches + 1 < FULL_BATCHES_MAX) {
      fullBatches++;
      return false;
    }
    fullBatches = 0;
    return true;
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

  /// A renewed certificate is on the disk whether or not its news can be saved: a core that has to
  /// start anew must not renew again.
  private void noteCertificates(List<AgentEvent> events, Now now) {
    for (AgentEvent event : events) {
      if (event instanceof AgentEvent.RenewalFinished(var life, var roots)) {
        boot = boot.renewed(life, roots, now.monotonicMillis());
      }
    }
  }

  /// Forgets everything; who waits for an answer gets one.
  private void giveUp(List<AgentEvent> events, Reason reason, Now now) {
    core = null;
    boot = boot.after(reason, troubleIsTold);
    stand(standing.told(), Optional.of(reason));
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
        case AgentEvent.WorkloadExited exited -> {
          startedUnsaved.remove(exited.application());
          endedUnsaved.put(exited.process(), exited);
        }
        case AgentEvent.WorkloadMissing(var application, var process, var lastOutput) -> {
          startedUnsaved.remove(application);
          endedUnsaved.put(
              process,
              new AgentEvent.WorkloadExited(
                  application, process, AgentEvent.WorkloadExited.UNSEEN, lastOutput));
        }
        case AgentEvent.WorkloadStartFailed failed -> startedUnsaved.remove(failed.application());
        default -> {}
      }
    }
  }

  /// Reads the store and starts again. Until then events are of no use, but for the ends of
  /// processes: what they told is found out anew.
  private void recover(Now now, long waitMillisMax) throws InterruptedException {
    if (now.monotonicMillis() < recoverAtMillis) {
      long wait = Math.min(waitMillisMax, recoverAtMillis - now.monotonicMillis());
      List<AgentEvent> events = inbox.drain(BATCH_EVENTS_MAX, wait);
      noteCertificates(events, now);
      refuse(events, boot.trouble().orElse(new Reason.Starting("the agent")));
      return;
    }
    inbox.forgetOwn();
    try {
      AgentSnapshot left = store.load();
      forgetUnknownEnds(left);
      AgentCore fresh = new AgentCore(left, boot, random, now);
      Step step = fresh.start(files.bytes(fresh.coming()), endedUnsaved, now);
      stand(fresh.told(), standing.trouble());
      commitStart(step, left);
      core = fresh;
      stand(fresh.told(), Optional.empty());
      recoveredAtMillis = now.monotonicMillis();
      startedUnsaved.clear();
      endedUnsaved.clear();
      if (failures > 0) {
        troubleIsTold = true;
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

  /// A workload that crashes again and again on a full disk must not fill the memory.
  private void forgetUnknownEnds(AgentSnapshot left) {
    Set<ProcessIdentity> known = new HashSet<>();
    left.workloads().forEach(it -> known.add(it.process()));
    endedUnsaved.keySet().retainAll(known);
  }

  /// What is live runs, though its start cannot be saved: a shop whose disk is full must not be
  /// dark after a power cut or a crash. A start that nobody noted is found and ended by the next
  /// one. What nobody needs goes: it may be the room that is missing.
  private void commitStart(Step step, AgentSnapshot left) throws StoreException {
    try {
      store.commit(step.changes());
    } catch (StoreException e) {
      for (AgentEffect effect : step.effects()) {
        boolean mayGoUnsaved =
            effect instanceof AgentEffect.AdoptWorkload
                || (effect instanceof AgentEffect.StartWorkload start
                    && startedUnsaved.add(start.application()));
        if (mayGoUnsaved) {
          performer.accept(effect);
        } else if (effect instanceof AgentEffect.Sweep sweep
            && e.reason() instanceof Reason.DiskFull) {
          Room.in(left, sweep).ifPresent(performer);
        }
      }
      throw e;
    }
  }

  private void stand(Optional<ReportBody.State> told, Optional<Reason> trouble) {
    Standing next = new Standing(told, trouble);
    if (!next.equals(standing)) {
      standing = next;
      watcher.stands(next);
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
