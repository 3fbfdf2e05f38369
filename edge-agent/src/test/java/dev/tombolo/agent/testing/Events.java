package dev.tombolo.agent.testing;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// An inbox at which a test waits.
public final class Events implements AgentInbox {
  public static final Duration PATIENCE = Duration.ofSeconds(120);
  private final LinkedBlockingQueue<AgentEvent> arrived = new LinkedBlockingQueue<>();
  private final List<AgentEvent> taken = new ArrayList<>();

  @Override
  public void offer(AgentEvent event) {
    arrived.add(event);
  }

  /// The next event of this kind; others before it are kept in [#taken].
  public <T extends AgentEvent> T await(Class<T> kind) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      AgentEvent event = arrived.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError("no " + kind.getSimpleName() + "; only " + taken);
      }
      taken.add(event);
      if (kind.isInstance(event)) {
        return kind.cast(event);
      }
    }
  }

  /// What has arrived and was not waited for.
  public List<AgentEvent> rest() {
    List<AgentEvent> rest = new ArrayList<>();
    arrived.drainTo(rest);
    return rest;
  }

  public List<AgentEvent> taken() {
    return List.copyOf(taken);
  }
}
