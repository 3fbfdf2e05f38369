package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.reason.Reason;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  @Test
  void newsFromAnInterruptedThreadIsNotLost() throws InterruptedException {
    EventQueue queue = new EventQueue();
    AgentEvent broken = new AgentEvent.LinkClosed(9, new Reason.LineDown(1, "gone"), 0);
    Thread teller =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              queue.offer(broken);
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
            });

    teller.start();
    teller.join();

    assertThat(queue.drain(10, 0)).containsExactly(broken);
  }
}
