package dev.tombolo.protocol.message;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a device says of its being there. A will older than the newest birth (lower connect count
/// of the same boot id, or another boot id than the newest birth's) is ignored.
public sealed interface Presence {
  /// Random per start of the agent process.
  String bootId();

  /// Counts this device's connects, persisted, so it grows over boots too.
  long connect();

  /// First message after CONNECT. `history`, `revision` and `manifest` tell the desired document
  /// the device holds (null before the first). If `manifest` is what the hub wants, it sends none.
  ///
  /// @param sections digests of the sections held, so that the hub sends only others
  /// @param documentKey key id of the hub document key the device trusts
  /// @param incarnation random id of this device's outbox
  /// @param outboxThrough highest sequence the device has seen acknowledged
  /// @param wallMillis the device's wall clock, ms since 1970-01-01T00:00Z, maybe wrong
  /// @param lan where the device can be reached inside its site
  ///   ([dev.tombolo.protocol.desired.LanAddress]); null when it shares nothing
  record Birth(
      String bootId,
      long connect,
      @Nullable History history,
      long revision,
      @Nullable Digest manifest,
      List<Digest> sections,
      @Nullable String documentKey,
      String incarnation,
      long outboxThrough,
      String agentVersion,
      List<String> features,
      long wallMillis,
      @Nullable List<String> lan)
      implements Presence {
    public Birth {
      sections = List.copyOf(sections);
      features = List.copyOf(features);
      lan = lan == null ? null : List.copyOf(lan);
    }

    /// Of a device that shares nothing.
    public Birth(
        String bootId,
        long connect,
        @Nullable History history,
        long revision,
        @Nullable Digest manifest,
        List<Digest> sections,
        @Nullable String documentKey,
        String incarnation,
        long outboxThrough,
        String agentVersion,
        List<String> features,
        long wallMillis) {
      this(
          bootId,
          connect,
          history,
          revision,
          manifest,
          sections,
          documentKey,
          incarnation,
          outboxThrough,
          agentVersion,
          features,
          wallMillis,
          null);
    }
  }

  /// The last will, published by hub or broker when the line breaks, or by the device on a clean
  /// stop.
  record Will(String bootId, long connect) implements Presence {}
}
