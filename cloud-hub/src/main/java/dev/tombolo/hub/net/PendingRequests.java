package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEffect;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Enrolments and renewals that wait for the hub's loop. Bounded.
final class PendingRequests {
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, Consumer<HubEffect>> waiting = new ConcurrentHashMap<>();

  /// Empty when too many wait already.
  ///
  /// @param answer called on the thread that brings the effect
  OptionalLong add(Consumer<HubEffect> answer) {
    if (waiting.size() >= EdgeBounds.REQUESTS_MAX) {
      return OptionalLong.empty();
    }
    long number = last.incrementAndGet();
    waiting.put(number, answer);
    return OptionalLong.of(number);
  }

  void forget(long number) {
    waiting.remove(number);
  }

  /// Passes on an answer; one that nobody waits for any more is dropped: the device asks again and
  /// gets the same.
  void answer(long number, HubEffect effect) {
    Optional.ofNullable(waiting.remove(number)).ifPresent(answer -> answer.accept(effect));
  }
}
