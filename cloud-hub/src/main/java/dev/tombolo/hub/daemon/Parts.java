package dev.tombolo.hub.daemon;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/// Running parts, stopped in the opposite order of their start; one that fails to stop does not
/// keep the others running.
final class Parts implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Parts.class.getName());

  private final Deque<AutoCloseable> running = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    running.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        LOG.log(Level.WARNING, "a part did not stop well", e);
      }
    }
  }
}
