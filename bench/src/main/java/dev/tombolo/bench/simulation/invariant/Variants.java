package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Optional;

/// Which variant of a release is a machine's, by the words of `docs/protocol.md`.
final class Variants {
  private Variants() {}

  /// The first that it can run.
  static Optional<Variant> of(ReleaseManifest manifest, Platform machine) {
    return manifest.variants().stream().filter(variant -> fits(variant, machine)).findFirst();
  }

  static boolean fits(Variant variant, Platform machine) {
    return variant.os().equals(machine.os())
        && List.of(Platform.ANY, machine.architecture()).contains(variant.architecture())
        && machine.runtimes().containsAll(variant.runtimes());
  }
}
