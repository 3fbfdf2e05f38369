package dev.tombolo.agent.mqtt;

import org.jspecify.annotations.Nullable;

/// Which hub stood at the broker when this line began. One that comes later has not heard the
/// birth.
final class HubAtBroker {
  private @Nullable String bootId;

  /// @param retained true for what the broker kept: the hub was there before this line
  boolean isAnother(String seen, boolean retained) {
    String before = bootId;
    bootId = seen;
    return before == null ? !retained : !before.equals(seen);
  }
}
