package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Program;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The releases in use, made ready for this machine. What is here was verified when it was
/// admitted; it is not verified again, because publishers' keys change and what runs goes on.
final class Programs {
  private static final int ASKED_MAX = 64;

  private final Platform platform;
  private final Map<Digest, ReleaseManifest> manifests = new HashMap<>();

  /// By what applications kept of them: of releases whose manifests are lost, all that is known.
  private final Map<Digest, List<Need>> keptNeeds = new HashMap<>();

  private final Map<Assignment, Program.Outcome> ready = new HashMap<>();

  /// The same, of the very objects that were asked about: each settling asks several times.
  private final IdentityHashMap<Assignment, Program.Outcome> asked = new IdentityHashMap<>();

  Programs(AgentSnapshot snapshot, Platform platform) {
    this.platform = platform;
    for (Map.Entry<Digest, Envelope> release : snapshot.releases().entrySet()) {
      read(release.getValue()).ifPresent(it -> manifests.put(release.getKey(), it));
    }
    for (AgentSnapshot.Application application : snapshot.applications()) {
      keptNeeds.putAll(application.needs());
    }
  }

  /// As it was signed; empty when it cannot be read.
  static Optional<ReleaseManifest> read(Envelope envelope) {
    try {
      byte[] payload = Base64.getDecoder().decode(envelope.payload());
      return Optional.of(
          Json.read(ReleaseManifest.class, payload, Limits.RELEASE_MANIFEST_BYTES_MAX));
    } catch (MalformedException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  void admit(Program program, ReleaseManifest manifest) {
    manifests.put(program.what().release(), manifest);
    ready.put(program.what(), new Program.Outcome.Ready(program));
    asked.clear();
  }

  /// What an agent left that did not keep the variant: the one that it took is the one that fits.
  Assignment known(Assignment what) {
    ReleaseManifest manifest = manifests.get(what.release());
    return what.variant() == Assignment.VARIANT_UNKNOWN
            && manifest != null
            && platform.choose(manifest.variants()) instanceof Platform.Chosen(var chosen)
        ? new Assignment(
            what.release(), what.version(), what.parameters(), manifest.variants().indexOf(chosen))
        : what;
  }

  /// The program, unless this machine cannot run it (any more).
  Optional<Program> find(Assignment what) {
    return outcome(what) instanceof Program.Outcome.Ready(var program)
        ? Optional.of(program)
        : Optional.empty();
  }

  /// Which of its release's variants this machine takes, counted from 0.
  Optional<Integer> variant(Assignment what) {
    ReleaseManifest manifest = manifests.get(what.release());
    Optional<Program> program = find(what);
    if (manifest == null || program.isEmpty()) {
      return Optional.empty();
    }
    int at = manifest.variants().indexOf(program.get().variant());
    return at < 0 ? Optional.empty() : Optional.of(at);
  }

  /// Whether this machine would take that variant of its release if it were to choose now.
  boolean isChosen(Assignment what) {
    ReleaseManifest manifest = manifests.get(what.release());
    return manifest != null
        && platform.choose(manifest.variants()) instanceof Platform.Chosen(var chosen)
        && manifest.variants().indexOf(chosen) == what.variant();
  }

  /// What has to be live before it.
  List<Need> needs(Assignment what) {
    ReleaseManifest manifest = manifests.get(what.release());
    return manifest == null ? keptNeeds.getOrDefault(what.release(), List.of()) : manifest.needs();
  }

  /// Of those that need something.
  Map<Digest, List<Need>> needs(Collection<Assignment> all) {
    Map<Digest, List<Need>> needs = new HashMap<>();
    for (Assignment what : all) {
      List<Need> its = needs(what);
      if (!its.isEmpty()) {
        needs.put(what.release(), its);
      }
    }
    return needs;
  }

  /// Why it cannot run here.
  Optional<Reason> unfit(Assignment what) {
    return outcome(what) instanceof Program.Outcome.Unfit(var reason)
        ? Optional.of(reason)
        : Optional.empty();
  }

  private Program.Outcome outcome(Assignment what) {
    Program.Outcome known = asked.get(what);
    if (known == null) {
      known = look(what);
      if (asked.size() == ASKED_MAX) {
        asked.clear();
      }
      asked.put(what, known);
    }
    return known;
  }

  private Program.Outcome look(Assignment what) {
    Program.Outcome known = ready.get(what);
    if (known == null) {
      ReleaseManifest manifest = manifests.get(what.release());
      known =
          manifest == null
              ? new Program.Outcome.Unfit(new Reason.ReleaseUnknown(what.release().text()))
              : Program.ready(what, manifest, platform);
      ready.put(what, known);
    }
    return known;
  }

  void keepOnly(Set<Digest> releases) {
    manifests.keySet().retainAll(releases);
    keptNeeds.keySet().retainAll(releases);
    ready.keySet().removeIf(what -> !releases.contains(what.release()));
    asked.clear();
  }
}
