package dev.tombolo.agent.core;

import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The room that a full disk can be given though nothing can be saved on it.
final class Room {
  private Room() {}

  /// A core's first sweep, less what any core may need that begins with this store, whatever clock
  /// or machine it finds: each release that the store knows and all of its files, and each bundle
  /// that is on its way. Of the rest only a core in memory knew: bundles kept for neighbours, what
  /// a sweep before could not remove.
  ///
  /// @return empty when the store cannot tell what it needs
  static Optional<AgentEffect.Sweep> in(AgentSnapshot stored, AgentEffect.Sweep sweep) {
    if (stored.damage().isPresent()) {
      return Optional.empty();
    }
    Set<Digest> releases = new LinkedHashSet<>(sweep.releases());
    Set<Digest> files = new LinkedHashSet<>(sweep.files());
    Set<Name> applications = new LinkedHashSet<>(sweep.applications());
    for (Map.Entry<Digest, Envelope> release : stored.releases().entrySet()) {
      Optional<ReleaseManifest> manifest = Programs.read(release.getValue());
      if (manifest.isEmpty()) {
        return Optional.empty();
      }
      releases.add(release.getKey());
      for (Variant variant : manifest.get().variants()) {
        variant.files().forEach(file -> files.add(file.digest()));
      }
    }
    Set<Digest> needed = new HashSet<>();
    for (AgentSnapshot.Application application : stored.applications()) {
      applications.add(application.name());
      needed.addAll(ReleaseMachine.kept(application.state()));
      BundleSteps.bundleOf(application.state()).ifPresent(files::add);
    }
    stored.workloads().forEach(it -> needed.add(it.what().release()));
    return stored.releases().keySet().containsAll(needed)
        ? Optional.of(new AgentEffect.Sweep(releases, files, applications))
        : Optional.empty();
  }
}
