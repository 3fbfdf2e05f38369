package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// What the edge port may ask at any time from any thread: an immutable view, republished after
/// each commit that changes it.
public interface EdgeDirectory {
  /// Empty when this certificate may be served now, else why not.
  Optional<Reason> whyNotServed(DeviceId device, String serial, long nowMillis);

  /// True when the file belongs to a release that this device's desired document selects or that it
  /// reports as live or previous.
  boolean mayRead(DeviceId device, Digest file);

  /// True when the release itself is one of those.
  boolean mayHave(DeviceId device, Digest release);

  /// How this device's site may use its line; empty where it has no bound.
  Optional<SiteLine> line(DeviceId device);
}
