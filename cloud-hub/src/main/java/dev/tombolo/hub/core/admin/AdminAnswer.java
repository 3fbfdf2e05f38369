package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.util.List;

/// How a command ended.
public sealed interface AdminAnswer {
  /// @param changes a line each, for people: `site store-117 created`, `slot x/y unchanged`
  record Done(List<String> changes) implements AdminAnswer {
    public Done {
      changes = List.copyOf(changes);
    }
  }

  /// The only time the secret is shown.
  record TokenMade(JoinToken token) implements AdminAnswer {}

  record ReleaseTaken(Digest release, boolean isNew) implements AdminAnswer {}

  record RolloutMade(RolloutId rollout) implements AdminAnswer {}

  record DeviceAnswered(boolean ok, String body) implements AdminAnswer {}

  record Refused(Reason reason) implements AdminAnswer {}
}
