package dev.tombolo.agent.release;

import java.util.Locale;
import java.util.Optional;

/// How a peer stands to one content, as it says to others of its site (docs/protocol.md).
public enum PeerStanding {
  /// Has all of it.
  WHOLE,
  /// Fetches it from the hub, now.
  FETCHES,
  /// Is about to, unless somebody else does.
  CLAIMS,
  /// Is to have it, and waits or copies.
  WANTS,
  /// Is to make it from a change that is on its way here, and can give nothing of it before.
  MAKES,
  /// Has a part of it, or nothing, and does nothing about it now.
  HOLDS,
  /// Does not answer.
  UNREACHABLE;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<PeerStanding> ofWord(String word) {
    for (PeerStanding standing : values()) {
      if (standing != UNREACHABLE && standing.word().equals(word)) {
        return Optional.of(standing);
      }
    }
    return Optional.empty();
  }
}
