package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.protocol.id.Digest;

/// One try at one content, from wherever.
interface FileWork {
  Digest content();

  AgentEvent run();

  /// Ends it from another thread; what is on the disk stays for the next try.
  void cancel();

  boolean isCancelled();
}
