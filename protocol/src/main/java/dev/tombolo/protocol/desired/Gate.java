package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.Name;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Holds a selected release back: the device fetches and stages it, and switches to it only by a
/// permit of this wave. A document with a gate requires [dev.tombolo.protocol.Features#PERMITS].
///
/// @param wave number of the rollout's wave that the device is in
/// @param waveName what its owner calls that wave, for `why`; empty: not said
/// @param term of the permit; null while there is none
public record Gate(Name rollout, int wave, String waveName, @Nullable Term term) {

  /// @param notBeforeMillis first moment at which the switch may begin
  /// @param notAfterMillis first moment at which it may not any more
  public record Term(long notBeforeMillis, long notAfterMillis) {}

  public static Gate shut(Name rollout, int wave) {
    return new Gate(rollout, wave, "", null);
  }

  public static Gate of(Permit permit) {
    return new Gate(
        permit.rollout(),
        permit.wave(),
        "",
        new Term(permit.notBeforeMillis(), permit.notAfterMillis()));
  }

  public Gate ofWave(String name) {
    return new Gate(rollout, wave, name, term);
  }

  public Optional<Permit> permit() {
    return term == null
        ? Optional.empty()
        : Optional.of(new Permit(rollout, wave, term.notBeforeMillis(), term.notAfterMillis()));
  }
}
