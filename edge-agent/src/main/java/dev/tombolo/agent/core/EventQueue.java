package dev.tombolo.agent.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The loop's inbox. A flood is held up where it comes from: who offers to a full queue waits.
public final class EventQueue implements AgentInbox {
  static final int EVENTS_MAX = 1_024;

  private final ArrayBlockingQueue<AgentEvent> events = new ArrayBlockingQueue<>(EVENTS_MAX);

  /// What adapters say from within an effect, on the loop's own thread: it must not wait for
  /// itself.
  private final Queue<AgentEvent> own = new ArrayDeque<>();

  private volatile @Nullable Thread loop;

  @Override
  public void offer(AgentEvent event) {
    if (Thread.currentThread() == loop) {
      own.add(event);
      return;
    }
    putUninterruptibly(event);
  }

  /// An MQTT client interrupts its threads while it tells of a broken line; that news must not get
  /// lost, or the agent would wait for ever on a line that is gone.
  private void putUninterruptibly(AgentEvent event) {
    boolean interrupted = false;
    while (true) {
      try {
        events.put(event);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// The calling thread is the loop's.
  void claim() {
    loop = Thread.currentThread();
  }

  /// Up to `eventsMax` events; waits for the first one.
  List<AgentEvent> drain(int eventsMax, long waitMillis) throws InterruptedException {
    List<AgentEvent> drained = new ArrayList<>();
    while (drained.size() < eventsMax && !own.isEmpty()) {
      drained.add(own.remove());
    }
    if (drained.isEmpty()) {
      AgentEvent first = events.poll(waitMillis, TimeUnit.MILLISECONDS);
      if (first == null) {
        return drained;
      }
      drained.add(first);
    }
    events.drainTo(drained, eventsMax - drained.size());
    return drained;
  }

  void forgetOwn() {
    own.clear();
  }
}
