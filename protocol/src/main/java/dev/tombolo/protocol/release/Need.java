package dev.tombolo.protocol.release;

import dev.tombolo.protocol.id.Name;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a release asks of the device it runs on: another application has to be live there, at this
/// version or a later one ([VersionOrder]). Until it is, the device fetches and stages the release
/// and does not switch to it; and what others that are live need is not switched away from under
/// them.
public record Need(Name application, String atLeast) {

  /// @param live version of the application that is live; null: none is
  public boolean isMetBy(@Nullable String live) {
    return live != null && VersionOrder.isAtLeast(live, atLeast);
  }

  public boolean isMetBy(Optional<String> live) {
    return isMetBy(live.orElse(null));
  }

  @Override
  public String toString() {
    return application + " " + atLeast + " or newer";
  }
}
