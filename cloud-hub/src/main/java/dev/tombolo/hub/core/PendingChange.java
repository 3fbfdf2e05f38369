package dev.tombolo.hub.core;

/// A command that takes more than one step. Other commands that change objects wait until it is
/// done, so that what it has looked at stays as it was.
sealed interface PendingChange permits PendingApply, PendingSelection {
  /// Who waits for the answer.
  long request();

  /// The transaction has something of it and must not end before it has all.
  boolean isHalfWritten();
}
