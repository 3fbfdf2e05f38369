package dev.tombolo.agent.core;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Signs releases, as the people who make models do.
final class Publisher {
  private final KeyPair key;
  private final String keyid;

  Publisher() {
    try {
      key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    keyid = Ed25519Keys.keyid(key.getPublic());
  }

  Envelope root() {
    PublisherRoot root =
        new PublisherRoot(
            1,
            1,
            List.of(
                new PublisherRoot.Key(
                    keyid,
                    "ed25519",
                    Base64.getEncoder().encodeToString(key.getPublic().getEncoded()),
                    "ada")));
    return Dsse.sign(PublisherRoot.PAYLOAD_TYPE, Json.write(root), key.getPrivate(), keyid);
  }

  /// What a join token pins.
  Digest pin() {
    return Digest.of(Base64.getDecoder().decode(root().payload()));
  }

  /// A release as it leaves the publisher.
  record Signed(ReleaseManifest manifest, Envelope envelope, Digest digest) {}

  Signed sign(ReleaseManifest manifest) {
    String payload = Json.write(manifest);
    Envelope envelope = Dsse.sign(ReleaseManifest.PAYLOAD_TYPE, payload, key.getPrivate(), keyid);
    return new Signed(manifest, envelope, Digest.ofText(payload));
  }

  Signed release(Name name, String version) {
    return sign(manifest(name, version, 0, List.of("*")));
  }

  /// Like [#manifest], but its process takes a new release on at SIGHUP.
  static ReleaseManifest reloading(Name name, String version) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    WorkloadSpec spec = it.variants().getFirst().workload();
    WorkloadSpec reloading =
        new WorkloadSpec(
            spec.type(),
            spec.argv(),
            spec.env(),
            new WorkloadSpec.Reload.Signal("HUP"),
            spec.probes(),
            spec.startupSeconds(),
            spec.soakSeconds(),
            spec.stopGraceSeconds());
    return with(it, reloading);
  }

  /// Like [#manifest], with another time to soak.
  static ReleaseManifest soaking(Name name, String version, int soakSeconds) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    WorkloadSpec spec = it.variants().getFirst().workload();
    return with(
        it,
        new WorkloadSpec(
            spec.type(),
            spec.argv(),
            spec.env(),
            spec.reload(),
            spec.probes(),
            spec.startupSeconds(),
            soakSeconds,
            spec.stopGraceSeconds()));
  }

  /// Like [#manifest], with two probes, `first` and `second`.
  static ReleaseManifest probedTwice(Name name, String version) {
    return probed(
        name, version, new Probe.Tcp("first", 2, 1, "9000"), new Probe.Tcp("second", 2, 1, "9001"));
  }

  /// Like [#manifest], with a probe that is a program, every 30 s.
  static ReleaseManifest gated(Name name, String version) {
    return probed(name, version, new Probe.Exec("golden", 30, 5, List.of("${release.dir}/golden")));
  }

  private static ReleaseManifest probed(Name name, String version, Probe... probes) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    WorkloadSpec spec = it.variants().getFirst().workload();
    return with(
        it,
        new WorkloadSpec(
            spec.type(),
            spec.argv(),
            spec.env(),
            spec.reload(),
            List.of(probes),
            spec.startupSeconds(),
            spec.soakSeconds(),
            spec.stopGraceSeconds()));
  }

  /// Like [#manifest], with a model that is worth a bundle.
  static ReleaseManifest large(Name name, String version) {
    return large(name, version, 1_000_000);
  }

  static ReleaseManifest large(Name name, String version, long bytes) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    Variant.File model =
        new Variant.File("model.bin", bytes, Digest.ofText(version + "large"), false);
    Variant.File words = it.variants().getFirst().files().getLast();
    return with(it, it.variants().getFirst().workload(), List.of(model, words));
  }

  /// Like [#manifest], for a device on which these are live.
  static ReleaseManifest needing(Name name, String version, Need... needs) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    return new ReleaseManifest(
        it.name(),
        it.version(),
        it.kind(),
        "",
        it.fleets(),
        0,
        List.of(Features.NEEDS),
        it.variants(),
        List.of(needs));
  }

  /// Like [#manifest], for one architecture.
  static ReleaseManifest onlyFor(Name name, String version, String architecture) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    Variant variant = it.variants().getFirst();
    return with(it, architecture, variant.workload(), variant.files());
  }

  /// Like [#manifest], with a variant before it that needs a runtime, and has other files.
  static ReleaseManifest inVariants(Name name, String version, String runtime) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    Variant plain = it.variants().getFirst();
    WorkloadSpec spec = plain.workload();
    Variant.File model =
        new Variant.File("model." + runtime, 2000, Digest.ofText(version + runtime), false);
    Variant better =
        new Variant(
            plain.os(),
            plain.architecture(),
            List.of(runtime),
            List.of(model, plain.files().getLast()),
            new WorkloadSpec(
                spec.type(),
                List.of("${runtime." + runtime + "}/serve"),
                spec.env(),
                spec.reload(),
                List.of(new Probe.Tcp("fast", 2, 1, "9001")),
                spec.startupSeconds(),
                spec.soakSeconds(),
                spec.stopGraceSeconds()),
            plain.parameters());
    return new ReleaseManifest(
        it.name(), it.version(), it.kind(), "", it.fleets(), 0, List.of(), List.of(better, plain));
  }

  /// Like [#manifest], with another probe.
  static ReleaseManifest probing(Name name, String version, Probe probe) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    WorkloadSpec spec = it.variants().getFirst().workload();
    return with(
        it,
        new WorkloadSpec(
            spec.type(),
            spec.argv(),
            spec.env(),
            spec.reload(),
            List.of(probe),
            spec.startupSeconds(),
            spec.soakSeconds(),
            spec.stopGraceSeconds()));
  }

  /// Like [#manifest], of these files.
  static ReleaseManifest with(Name name, String version, List<Variant.File> files) {
    ReleaseManifest it = manifest(name, version, 0, List.of("*"));
    return with(it, it.variants().getFirst().workload(), files);
  }

  private static ReleaseManifest with(ReleaseManifest it, WorkloadSpec workload) {
    return with(it, workload, it.variants().getFirst().files());
  }

  private static ReleaseManifest with(
      ReleaseManifest it, WorkloadSpec workload, List<Variant.File> files) {
    return with(it, it.variants().getFirst().architecture(), workload, files);
  }

  private static ReleaseManifest with(
      ReleaseManifest it, String architecture, WorkloadSpec workload, List<Variant.File> files) {
    Variant variant = it.variants().getFirst();
    return new ReleaseManifest(
        it.name(),
        it.version(),
        it.kind(),
        "",
        it.fleets(),
        0,
        List.of(),
        List.of(
            new Variant(
                variant.os(), architecture, List.of(), files, workload, variant.parameters())));
  }

  /// Two files, one probe, 20 s to start, 10 s to soak.
  static ReleaseManifest manifest(Name name, String version, long floor, List<String> fleets) {
    List<Variant.File> files =
        List.of(
            new Variant.File("model.bin", 1000, Digest.ofText(name + version + "model"), false),
            new Variant.File("words.txt", 10, Digest.ofText(name + "words"), false));
    WorkloadSpec workload =
        new WorkloadSpec(
            WorkloadSpec.Type.PROCESS,
            List.of("${release.dir}/serve", "--threads", "${param.threads}"),
            Map.of("MODEL", "${release.digest}"),
            new WorkloadSpec.Reload.Restart(),
            List.of(new Probe.Tcp("port", 2, 1, "9000")),
            20,
            10,
            5);
    Variant.Parameter threads =
        new Variant.Parameter("threads", Variant.Parameter.Type.INTEGER, "2", 1L, 8L);
    return new ReleaseManifest(
        name,
        version,
        ReleaseManifest.Kind.MODEL,
        "",
        fleets,
        floor,
        List.of(),
        List.of(new Variant("linux", "any", List.of(), files, workload, List.of(threads))));
  }
}
