package dev.tombolo.hub.desired;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Packs a manifest and the sections a device lacks into updates that each fit one packet.
public final class UpdateSplit {
  /// MQTT header, topic, and the JSON around envelope and sections.
  private static final int FRAME_BYTES = 2 * 1024;

  private UpdateSplit() {}

  /// At least one update; with nothing lacking it carries the manifest alone.
  ///
  /// @param documentCertificate goes with the first update; null when the device knows it
  public static List<DesiredUpdate> split(
      Envelope envelope,
      Rendering rendering,
      Set<Digest> held,
      @Nullable String documentCertificate) {
    int fixed = FRAME_BYTES + envelope.payload().length();
    int certificate = documentCertificate == null ? 0 : documentCertificate.length() * 2;
    List<DesiredUpdate> updates = new ArrayList<>(1);
    List<Section> part = new ArrayList<>();
    int bytes = fixed + certificate;
    for (RenderedSection section : rendering.sections()) {
      if (held.contains(section.digest())) {
        continue;
      }
      if (!part.isEmpty() && bytes + section.wireBytes() > Limits.PACKET_BYTES_MAX) {
        updates.add(update(envelope, part, updates.isEmpty() ? documentCertificate : null));
        part = new ArrayList<>();
        bytes = fixed;
      }
      part.add(section.section());
      bytes += section.wireBytes();
    }
    if (!part.isEmpty() || updates.isEmpty()) {
      updates.add(update(envelope, part, updates.isEmpty() ? documentCertificate : null));
    }
    return updates;
  }

  private static DesiredUpdate update(
      Envelope envelope, List<Section> part, @Nullable String certificate) {
    return new DesiredUpdate(envelope, part, certificate);
  }
}
