package dev.tombolo.protocol.release;

import dev.tombolo.protocol.id.Name;
import java.util.List;

/// What a publisher signs (DSSE payload type [#PAYLOAD_TYPE]). The release digest is SHA-256 of the
/// payload bytes. Immutable.
///
/// @param name the application's
/// @param fleets names of the fleets it is for; `*` alone means any
/// @param securityFloor a device that has seen a higher floor refuses this release
/// @param needs other applications that have to be live on the device first; a release with some
///   has [dev.tombolo.protocol.Features#NEEDS] in `requires`
public record ReleaseManifest(
    Name name,
    String version,
    Kind kind,
    String description,
    List<String> fleets,
    long securityFloor,
    List<String> requires,
    List<Variant> variants,
    List<Need> needs) {
  public static final String PAYLOAD_TYPE = "application/vnd.tombolo.release.v1+json";

  public ReleaseManifest {
    fleets = List.copyOf(fleets);
    requires = List.copyOf(requires);
    variants = List.copyOf(variants);
    needs = List.copyOf(needs);
  }

  /// Without needs.
  public ReleaseManifest(
      Name name,
      String version,
      Kind kind,
      String description,
      List<String> fleets,
      long securityFloor,
      List<String> requires,
      List<Variant> variants) {
    this(name, version, kind, description, fleets, securityFloor, requires, variants, List.of());
  }

  public enum Kind {
    MODEL,
    APP,
    AGENT
  }
}
