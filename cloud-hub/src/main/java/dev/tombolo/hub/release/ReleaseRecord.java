package dev.tombolo.hub.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.List;
import java.util.Set;

/// A release the hub has taken and verified.
///
/// @param digest SHA-256 of the manifest's payload bytes
/// @param envelopeText JSON of the DSSE envelope; the text of section `release/NAME`
/// @param fleets names, or `*` alone
/// @param files every file of every variant
/// @param bytes of all distinct files
/// @param needs other applications that have to be live on a device first
public record ReleaseRecord(
    Digest digest,
    ReleaseRef ref,
    ReleaseManifest.Kind kind,
    String envelopeText,
    List<String> fleets,
    long securityFloor,
    Set<Digest> files,
    long bytes,
    long pushedMillis,
    String pushedBy,
    List<Need> needs) {
  public ReleaseRecord {
    fleets = List.copyOf(fleets);
    files = Set.copyOf(files);
    needs = List.copyOf(needs);
  }

  /// Without needs.
  public ReleaseRecord(
      Digest digest,
      ReleaseRef ref,
      ReleaseManifest.Kind kind,
      String envelopeText,
      List<String> fleets,
      long securityFloor,
      Set<Digest> files,
      long bytes,
      long pushedMillis,
      String pushedBy) {
    this(
        digest,
        ref,
        kind,
        envelopeText,
        fleets,
        securityFloor,
        files,
        bytes,
        pushedMillis,
        pushedBy,
        List.of());
  }
}
