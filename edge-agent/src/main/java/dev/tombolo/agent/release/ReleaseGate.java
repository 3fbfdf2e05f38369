package dev.tombolo.agent.release;

import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.ReleaseCheck;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.ReleaseVerifier;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Decides whether a release that the hub selects may come near this device: signed by the
/// publisher, whole, for this application, fleet and machine, not below the security floor.
///
/// @param root the highest publisher root known; without one nothing passes
public record ReleaseGate(
    Optional<PublisherRoot> root, Name fleet, Platform platform, Set<String> features) {
  public ReleaseGate {
    features = Set.copyOf(features);
  }

  /// What came of looking at a release.
  public sealed interface Outcome {
    record Admitted(Program program, ReleaseManifest manifest) implements Outcome {}

    record Refused(Reason reason) implements Outcome {}
  }

  /// @param floor the highest security floor this application has had here
  public Outcome judge(Selection selection, Envelope envelope, long floor) {
    if (root.isEmpty()) {
      return refused(new Reason.SignatureRefused("no publisher root is known yet"));
    }
    return switch (ReleaseVerifier.verify(envelope, root.get())) {
      case ReleaseVerifier.Refused(var reason) -> refused(reason);
      case ReleaseVerifier.Verified(var manifest, var digest) ->
          digest.equals(selection.release())
              ? content(selection, manifest, floor)
              : refused(
                  new Reason.DigestMismatch(
                      "release/" + selection.name(), selection.release(), digest));
    };
  }

  private Outcome content(Selection selection, ReleaseManifest manifest, long floor) {
    if (!manifest.name().equals(selection.name())) {
      return refused(
          new Reason.ReleaseInvalid(
              "name", "it is for '" + manifest.name() + "', not for '" + selection.name() + "'"));
    }
    if (!ReleaseCheck.isFor(manifest, fleet)) {
      return refused(new Reason.FleetMismatch(fleet.text(), manifest.fleets()));
    }
    if (manifest.securityFloor() < floor) {
      return refused(new Reason.BelowSecurityFloor(floor, manifest.securityFloor()));
    }
    List<String> missing = new ArrayList<>();
    for (String feature : manifest.requires()) {
      if (!features.contains(feature)) {
        missing.add(feature);
      }
    }
    if (!missing.isEmpty()) {
      return refused(new Reason.FeatureMissing(missing));
    }
    int variant;
    switch (platform.choose(manifest.variants())) {
      case Platform.Chosen(var chosen) -> variant = manifest.variants().indexOf(chosen);
      case Platform.None(var reason) -> {
        return refused(reason);
      }
    }
    Assignment what =
        new Assignment(selection.release(), manifest.version(), selection.parameters(), variant);
    return switch (Program.ready(what, manifest, platform)) {
      case Program.Outcome.Ready(var program) -> new Outcome.Admitted(program, manifest);
      case Program.Outcome.Unfit(var reason) -> refused(reason);
    };
  }

  private static Outcome refused(Reason reason) {
    return new Outcome.Refused(reason);
  }
}
