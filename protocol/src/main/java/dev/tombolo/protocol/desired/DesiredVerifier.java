package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.security.PublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides whether a device takes a desired manifest: signed by the hub's document key, made for
/// this device, and newer than what it holds. The epoch never falls; within a history the revision
/// only grows.
public final class DesiredVerifier {
  private DesiredVerifier() {}

  /// The document in force on a device.
  public record Held(History history, long revision, Digest manifest) {}

  /// What came of verifying a manifest.
  public sealed interface Outcome {}

  /// @param digest SHA-256 of the signed bytes
  public record Accepted(DesiredManifest manifest, Digest digest) implements Outcome {}

  /// It is the very document that the device holds.
  public record AlreadyHeld(Digest digest) implements Outcome {}

  public record Refused(Reason reason) implements Outcome {}

  /// @param held null before the first document
  public static Outcome verify(
      Envelope envelope, PublicKey documentKey, DeviceId self, @Nullable Held held) {
    Dsse.Outcome signature =
        Dsse.verify(
            envelope,
            DesiredManifest.PAYLOAD_TYPE,
            Limits.MANIFEST_BYTES_MAX,
            1,
            Map.of(Ed25519Keys.keyid(documentKey), documentKey));
    return switch (signature) {
      case Dsse.Refused(var reason) -> untrusted(reason.detail());
      case Dsse.Verified verified -> content(verified, self, held);
    };
  }

  private static Outcome content(Dsse.Verified verified, DeviceId self, @Nullable Held held) {
    DesiredManifest manifest;
    try {
      manifest = Json.read(DesiredManifest.class, verified.payload(), Limits.MANIFEST_BYTES_MAX);
    } catch (MalformedException e) {
      return new Refused(e.reason());
    }
    if (!manifest.device().equals(self)) {
      return untrusted("it is for " + manifest.device() + ", not for this device");
    }
    Reason wrong = wrongSections(manifest);
    if (wrong != null) {
      return new Refused(wrong);
    }
    if (held == null) {
      return new Accepted(manifest, verified.digest());
    }
    if (held.manifest().equals(verified.digest())) {
      return new AlreadyHeld(verified.digest());
    }
    return isNewer(manifest, held)
        ? new Accepted(manifest, verified.digest())
        : new Refused(
            new Reason.DocumentStale(
                held.history().epoch(),
                held.revision(),
                manifest.history().epoch(),
                manifest.revision()));
  }

  private static boolean isNewer(DesiredManifest manifest, Held held) {
    long epoch = manifest.history().epoch();
    if (epoch != held.history().epoch()) {
      return epoch > held.history().epoch();
    }
    // Two histories of one epoch: a hub came back without growing its epoch. The device keeps to
    // the one it knows.
    return manifest.history().id().equals(held.history().id())
        && manifest.revision() > held.revision();
  }

  private static @Nullable Reason wrongSections(DesiredManifest manifest) {
    if (manifest.sections().size() > Limits.SECTIONS_MAX) {
      return new Reason.LimitExceeded(
          "SECTIONS_MAX", Limits.SECTIONS_MAX, manifest.sections().size());
    }
    Set<String> names = new HashSet<>();
    for (DesiredManifest.SectionRef section : manifest.sections()) {
      if (!names.add(section.name())) {
        return new Reason.Malformed(
            "desired manifest", "names the section '" + Quoted.of(section.name()) + "' twice");
      }
    }
    return null;
  }

  /// The features of `required` that are not in `offered`, to be refused as a whole.
  public static List<String> missingFeatures(List<String> required, Set<String> offered) {
    return required.stream().filter(feature -> !offered.contains(feature)).toList();
  }

  private static Refused untrusted(String detail) {
    return new Refused(new Reason.DocumentUntrusted(detail));
  }
}
