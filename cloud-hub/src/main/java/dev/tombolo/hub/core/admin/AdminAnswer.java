package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a command ended.
public sealed interface AdminAnswer {
  /// @param changes a line each, for people: `site store-117 created`, `slot x/y unchanged`
  /// @param applied of an `apply` that asked for it; else null
  record Done(List<String> changes, @Nullable Applied applied) implements AdminAnswer {
    public Done {
      changes = List.copyOf(changes);
    }

    public Done(List<String> changes) {
      this(changes, null);
    }
  }

  /// The only time the secret is shown.
  record TokenMade(JoinToken token) implements AdminAnswer {}

  record ReleaseTaken(Digest release, boolean isNew) implements AdminAnswer {}

  record RolloutMade(RolloutId rollout) implements AdminAnswer {}

  record DeviceAnswered(boolean ok, String body) implements AdminAnswer {}

  record Refused(Reason reason) implements AdminAnswer {}
}
