package dev.tombolo.hub.desired;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import org.jspecify.annotations.Nullable;

/// Makes a device's next document, if it needs one.
public final class Revisions {
  private Revisions() {}

  /// `current` itself while it says what it should; else the next revision, which has to be kept
  /// before anybody sees it.
  ///
  /// @param above the revision the device holds; a document it is to take must have a higher one
  public static DocumentRecord next(
      @Nullable DocumentRecord current,
      DeviceId device,
      History history,
      Rendering rendering,
      long above,
      long nowMillis) {
    if (current != null
        && current.history().equals(history.id())
        && current.revision() > above
        && rendering.isAs(current.sections())) {
      return current;
    }
    long revision = Math.max(current == null ? 0 : current.revision(), above) + 1;
    DesiredManifest manifest =
        new DesiredManifest(
            device, history, revision, nowMillis, rendering.requires(), rendering.refs());
    String payload = Json.write(manifest);
    return new DocumentRecord(
        device,
        history.id(),
        revision,
        nowMillis,
        Digest.ofText(payload),
        payload,
        manifest.sections(),
        rendering.releases());
  }
}
