package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.invariant.Nature;
import dev.tombolo.bench.simulation.trust.PublisherKeys;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the publisher has signed, and how each release behaves when it runs.
final class Releases {
  /// Applications of the world: two that run, one of files only.
  static final List<Name> APPLICATIONS =
      List.of(new Name("people"), new Name("till"), new Name("words"));

  private static final WorkloadSpec NO_WORKLOAD =
      new WorkloadSpec(
          WorkloadSpec.Type.NONE,
          List.of(),
          Map.of(),
          new WorkloadSpec.Reload.Restart(),
          List.of(),
          0,
          0,
          0);

  /// A runtime that some machines have, and may lose.
  static final String ACCELERATOR = "npu";

  /// Three of such manifests do not fit one packet together.
  private static final int LONG_MANIFEST_FILES = 88;

  /// A release that fails only while it soaks does so after this time, and is asked this often.
  static final long LATE_MILLIS = 15_000;

  private static final int LATE_PROBE_SECONDS = 10;

  /// Longer than an agent of these worlds may rest between two ticks while it proves something.
  private static final int LATE_SOAK_SECONDS = 150;

  private final List<PublisherKeys> publishers;
  private final Needs needs;
  private final boolean hasLongManifests;
  private final boolean hasVariants;
  private int publisher;
  private final Map<Digest, Release> byDigest = new HashMap<>();
  private final Map<Name, List<Release>> byName = new HashMap<>();

  /// How a release behaves on a device.
  enum Behaviour {
    WORKS,
    CRASHES,
    /// Its probe fails on some devices, and on each of them always.
    FAILS_ON_SOME,
    FAILS_PROBES,
    /// Its probe passes at first, and no more before its soak is over.
    FAILS_IN_SOAK,
    DOES_NOT_START
  }

  record Release(
      ReleaseRef ref,
      Digest digest,
      Envelope envelope,
      ReleaseManifest manifest,
      Behaviour behaviour) {}

  /// @param hasLongManifests a document of all applications has several parts
  /// @param hasVariants some releases have a variant for machines with [#ACCELERATOR]
  Releases(
      List<PublisherKeys> publishers, Needs needs, boolean hasLongManifests, boolean hasVariants) {
    this.publishers = publishers;
    this.needs = needs;
    this.hasLongManifests = hasLongManifests;
    this.hasVariants = hasVariants;
  }

  boolean haveVariants() {
    return hasVariants;
  }

  /// Oldest first.
  List<PublisherKeys> publishersSoFar() {
    return publishers.subList(0, publisher + 1);
  }

  /// The root that the publisher would sign with next; null when there is none left.
  @Nullable PublisherKeys nextPublisher() {
    return publisher + 1 < publishers.size() ? publishers.get(publisher + 1) : null;
  }

  /// From now on releases are signed with these.
  void publisherIs(PublisherKeys next) {
    publisher = publishers.indexOf(next);
  }

  Needs needs() {
    return needs;
  }

  Behaviour behaviour(Digest release) {
    Release known = byDigest.get(release);
    return known == null ? Behaviour.WORKS : known.behaviour();
  }

  Nature nature(Digest release) {
    Release known = byDigest.get(release);
    if (known == null || known.ref().name().equals(APPLICATIONS.get(2))) {
      // Files alone have nothing that could fail.
      return Nature.WORKS;
    }
    return switch (known.behaviour()) {
      case WORKS -> Nature.WORKS;
      case CRASHES, FAILS_ON_SOME -> Nature.MAY_PASS;
      case FAILS_PROBES, FAILS_IN_SOAK, DOES_NOT_START -> Nature.NEVER_PASSES;
    };
  }

  @Nullable ReleaseManifest manifest(Digest release) {
    Release known = byDigest.get(release);
    return known == null ? null : known.manifest();
  }

  List<Release> of(Name application) {
    return byName.getOrDefault(application, List.of());
  }

  /// The application's next version.
  Release next(Name application, Chance chance) {
    return next(application, behaviour(application, of(application).size() + 1, chance), chance);
  }

  Release next(Name application, Behaviour behaviour, Chance chance) {
    return next(application, behaviour, needs.drawn(application, this), chance);
  }

  /// @param its what it needs
  Release next(Name application, Behaviour behaviour, List<Need> its, Chance chance) {
    int version = of(application).size() + 1;
    ReleaseManifest manifest = manifest(application, behaviour, version, its, chance);
    String payload = Json.write(manifest);
    Release release =
        new Release(
            new ReleaseRef(application, manifest.version()),
            Digest.ofText(payload),
            publishers.get(publisher).signer().sign(ReleaseManifest.PAYLOAD_TYPE, payload),
            manifest,
            behaviour);
    byDigest.put(release.digest(), release);
    byName.computeIfAbsent(application, unseen -> new ArrayList<>()).add(release);
    return release;
  }

  /// Signed, and for nobody here: for another fleet, another machine, or agents that know more.
  Envelope misfit(ReleaseManifest of, Chance chance) {
    int draw = chance.below(3);
    ReleaseManifest manifest =
        new ReleaseManifest(
            of.name(),
            "66.0",
            of.kind(),
            "",
            draw == 0 ? List.of("laboratory") : of.fleets(),
            of.securityFloor() + 9,
            draw == 1 ? List.of("time-travel") : of.requires(),
            draw == 2 ? List.of(ofAnotherMachine(of.name())) : of.variants(),
            of.needs());
    return publishers
        .get(publisher)
        .signer()
        .sign(ReleaseManifest.PAYLOAD_TYPE, Json.write(manifest));
  }

  private static Behaviour behaviour(Name application, int version, Chance chance) {
    int draw = chance.below(100);
    if (version == 1 || application.equals(APPLICATIONS.get(2)) || draw < 70) {
      return Behaviour.WORKS;
    }
    if (draw < 80) {
      return draw < 75 ? Behaviour.CRASHES : Behaviour.FAILS_ON_SOME;
    }
    return draw < 86
        ? Behaviour.FAILS_PROBES
        : draw < 93 ? Behaviour.FAILS_IN_SOAK : Behaviour.DOES_NOT_START;
  }

  private ReleaseManifest manifest(
      Name application, Behaviour behaviour, int version, List<Need> needs, Chance chance) {
    boolean isFiles = application.equals(APPLICATIONS.get(2));
    boolean reloads = application.equals(APPLICATIONS.get(1));
    boolean isFoundLate = behaviour == Behaviour.FAILS_IN_SOAK;
    List<Variant.File> files = new ArrayList<>();
    files.add(file("model.bin", application + "-" + version, chance.between(100, 40_000_000)));
    files.add(file("labels.txt", application + "-labels", 4_000));
    WorkloadSpec workload =
        isFiles
            ? NO_WORKLOAD
            : new WorkloadSpec(
                WorkloadSpec.Type.PROCESS,
                List.of("${release.dir}/serve", "--threads", "${param.threads}"),
                Map.of(),
                reloads ? new WorkloadSpec.Reload.Signal("HUP") : new WorkloadSpec.Reload.Restart(),
                List.of(
                    new Probe.Tcp(
                        "port",
                        isFoundLate
                            ? LATE_PROBE_SECONDS
                            : reloads ? 86_400 : (int) chance.between(30_000, 86_000),
                        5,
                        "9000")),
                60,
                isFoundLate ? LATE_SOAK_SECONDS : (int) chance.between(0, 90),
                3);
    List<Variant> variants = new ArrayList<>();
    variants.add(
        new Variant(
            "linux",
            "any",
            List.of(),
            files,
            workload,
            isFiles
                ? List.of()
                : List.of(
                    new Variant.Parameter(
                        "threads", Variant.Parameter.Type.INTEGER, "2", 1L, 8L))));
    if (hasLongManifests) {
      variants.add(ofAnotherMachine(application));
    }
    int draw = hasVariants && application.equals(APPLICATIONS.getFirst()) ? chance.below(20) : 20;
    if (draw < 12) {
      variants.addFirst(accelerated(variants.getFirst(), application + "-" + version));
    }
    if (draw == 0) {
      // For nobody else.
      variants.subList(1, variants.size()).clear();
    }
    return new ReleaseManifest(
        application,
        version + ".0",
        ReleaseManifest.Kind.MODEL,
        "",
        List.of("*"),
        version / 4,
        needs.isEmpty() ? List.of() : List.of(Features.NEEDS),
        variants,
        needs);
  }

  /// The same with a larger model, for machines that can make use of it.
  private static Variant accelerated(Variant plain, String content) {
    List<Variant.File> files = new ArrayList<>(plain.files());
    files.set(0, file("model.bin", content + "-accelerated", 2 * plain.files().getFirst().size()));
    return new Variant(
        plain.os(),
        plain.architecture(),
        List.of(ACCELERATOR),
        files,
        plain.workload(),
        plain.parameters());
  }

  /// For machines that no shop has.
  private static Variant ofAnotherMachine(Name application) {
    String folder = "a".repeat(200) + "/" + "b".repeat(200) + "/" + "c".repeat(200) + "/";
    List<Variant.File> files = new ArrayList<>();
    for (int i = 0; i < LONG_MANIFEST_FILES; i++) {
      files.add(file(folder + i, application + "-part-" + i, 4_000));
    }
    return new Variant("linux", "s390x", List.of(), files, NO_WORKLOAD, List.of());
  }

  private static Variant.File file(String path, String content, long size) {
    return new Variant.File(path, size, Digest.ofText(content), false);
  }
}
