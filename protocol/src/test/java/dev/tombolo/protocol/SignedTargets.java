package dev.tombolo.protocol;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.DesiredVerifier;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Placeholders;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.ReleaseVerifier;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherChain;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What is signed: envelopes as they come, and contents that a right key has signed, so that the
/// checks behind the signature are reached.
final class SignedTargets {
  private SignedTargets() {}

  private static byte[] bytes(Object message) {
    return Json.write(message).getBytes(StandardCharsets.UTF_8);
  }

  private static Envelope signed(String type, byte[] payload, KeyPair key) throws Exception {
    java.security.Signature signer = java.security.Signature.getInstance("Ed25519");
    signer.initSign(key.getPrivate());
    signer.update(Dsse.pae(type, payload));
    return new Envelope(
        type,
        Base64.getEncoder().encodeToString(payload),
        List.of(
            new Envelope.Signature(
                Ed25519Keys.keyid(key.getPublic()),
                Base64.getEncoder().encodeToString(signer.sign()))));
  }

  static String refused(Reason reason) {
    Contract.holds(
        Json.write(reason).length() <= 6 * Contract.REFUSAL_CHARS_MAX,
        "a reason fits a report row by far");
    return Contract.refused(ReasonText.say(reason));
  }

  /// A release's section, by whoever.
  record ReleaseEnvelope() implements FuzzTarget {
    @Override
    public String name() {
      return "release-envelope";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of(bytes(GoldenFiles.RELEASE_ENVELOPE), bytes(GoldenFiles.ROOT_ENVELOPE));
    }

    @Override
    public int bytesMax() {
      return Limits.SECTION_BYTES_MAX;
    }

    @Override
    public String run(byte[] input) {
      String text = new String(input, StandardCharsets.UTF_8);
      return switch (ReleaseVerifier.verify(text, GoldenFiles.ROOT)) {
        case ReleaseVerifier.Refused(var reason) -> refused(reason);
        case ReleaseVerifier.Verified(var manifest, var digest) -> {
          Contract.same(GoldenFiles.RELEASE, manifest);
          Contract.same(GoldenFiles.RELEASE_DIGEST, digest);
          yield "taken";
        }
      };
    }
  }

  /// A manifest that the publisher has signed, whatever it says.
  record Release() implements FuzzTarget {
    @Override
    public String name() {
      return "release-manifest";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of(bytes(GoldenFiles.RELEASE));
    }

    @Override
    public List<String> words() {
      return List.of(
          "${release.dir}/",
          "${param.",
          "${",
          "}",
          "..",
          "/../",
          "\\\\",
          "\\u0000",
          "none",
          "process",
          "http",
          "command",
          "\"tcp\"",
          "signal",
          "HUP",
          "integer",
          "text",
          "boolean",
          "\u202e",
          "\ud83d\ude00",
          "%zz",
          "{x}",
          "\"path\":\"/a|b^c`d\"",
          "\"expect\":\"x\"",
          "\"restartAfter\":1",
          "\"*\"",
          "\udb40\udc41",
          "\uff0f",
          "\u2024\u2024");
    }

    @Override
    public int quickRuns() {
      return 40;
    }

    @Override
    public int bytesMax() {
      return Limits.RELEASE_MANIFEST_BYTES_MAX;
    }

    @Override
    public String run(byte[] input) throws Exception {
      Envelope envelope = signed(ReleaseManifest.PAYLOAD_TYPE, input, GoldenFiles.PUBLISHER);
      return switch (ReleaseVerifier.verify(envelope, GoldenFiles.ROOT)) {
        case ReleaseVerifier.Refused(var reason) -> refused(reason);
        case ReleaseVerifier.Verified(var manifest, var digest) -> {
          Contract.same(Digest.of(input), digest);
          Contract.same(
              manifest, Json.read(ReleaseManifest.class, Json.write(manifest), 6 * bytesMax()));
          manifest.variants().forEach(Release::sound);
          yield "taken " + manifest.kind() + " " + manifest.variants().getFirst().workload().type();
        }
      };
    }

    private static void sound(Variant variant) {
      Set<String> paths = new HashSet<>();
      Path folder = Path.of("/releases/one");
      for (Variant.File file : variant.files()) {
        Path inside = folder.resolve(file.path()).normalize();
        Contract.holds(
            inside.startsWith(folder) && !inside.equals(folder), "files stay in their folder");
        Contract.same(inside, folder.resolve(file.path()));
        Contract.holds(
            paths.add(inside.toString().toLowerCase(Locale.ROOT)), "no two files are one");
        Contract.holds(
            file.path().codePoints().noneMatch(c -> Character.getType(c) == Character.FORMAT),
            "no part of a path is invisible");
      }
      filled(variant);
    }

    /// What the agent does with it later must not fail.
    private static void filled(Variant variant) {
      Map<String, String> values = new HashMap<>();
      values.put(Placeholders.RELEASE_DIR, "/r");
      values.put(Placeholders.RELEASE_DIGEST, GoldenFiles.RELEASE_DIGEST.text());
      values.put(Placeholders.WORK_DIR, "/w");
      values.put(Placeholders.LOOPBACK_URL, "http://127.0.0.1:1/w/x");
      variant.parameters().forEach(p -> values.put(Placeholders.PARAM_PREFIX + p.name(), "1"));
      variant.runtimes().forEach(r -> values.put(Placeholders.RUNTIME_PREFIX + r, "/x"));
      WorkloadSpec spec = Placeholders.fill(variant.workload(), values);
      for (Probe probe : spec.probes()) {
        if (probe instanceof Probe.Http http) {
          URI.create("http://127.0.0.1:1" + http.path());
        }
      }
      if (spec.reload() instanceof WorkloadSpec.Reload.Http http) {
        URI.create("http://127.0.0.1:1" + http.path());
      }
    }
  }

  /// A manifest that the hub's document key has signed, whatever it says.
  record Desired() implements FuzzTarget {
    @Override
    public String name() {
      return "desired-manifest";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of(bytes(GoldenFiles.MANIFEST));
    }

    @Override
    public int quickRuns() {
      return 40;
    }

    @Override
    public int bytesMax() {
      return Limits.MANIFEST_BYTES_MAX + 1024;
    }

    @Override
    public String run(byte[] input) throws Exception {
      Envelope envelope = signed(DesiredManifest.PAYLOAD_TYPE, input, GoldenFiles.DOCUMENT);
      DesiredVerifier.Held held =
          new DesiredVerifier.Held(new History(1, GoldenFiles.HISTORY.id()), 6, Digest.ofText(""));
      return switch (DesiredVerifier.verify(
          envelope, GoldenFiles.DOCUMENT.getPublic(), GoldenFiles.DEVICE, held)) {
        case DesiredVerifier.Refused(var reason) -> refused(reason);
        case DesiredVerifier.AlreadyHeld _ -> throw new AssertionError("it is not held");
        case DesiredVerifier.Accepted(var manifest, var digest) -> {
          Contract.same(Digest.of(input), digest);
          Contract.same(GoldenFiles.DEVICE, manifest.device());
          Contract.holds(manifest.history().epoch() >= 1, "the epoch never falls");
          Contract.holds(
              manifest.history().epoch() > 1 || manifest.revision() > 6, "the revision grows");
          Contract.holds(manifest.sections().size() <= Limits.SECTIONS_MAX, "sections are bounded");
          Contract.holds(input.length <= Limits.MANIFEST_BYTES_MAX, "a manifest has its bound");
          yield "taken";
        }
      };
    }
  }

  /// The chain of publisher roots: a first version that is pinned, and a second one signed by both.
  record Roots() implements FuzzTarget {
    @Override
    public String name() {
      return "publisher-roots";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of(
          bytes(GoldenFiles.ROOT),
          bytes(new PublisherRoot(2, 1, GoldenFiles.ROOT.keys())),
          bytes(
              new PublisherRoot(
                  2,
                  2,
                  List.of(
                      GoldenFiles.ROOT.keys().getFirst(),
                      Ed25519Keys.describe(GoldenFiles.DOCUMENT.getPublic(), "other")))));
    }

    @Override
    public int quickRuns() {
      return 40;
    }

    @Override
    public int bytesMax() {
      return 17 * 1024;
    }

    @Override
    public String run(byte[] input) throws Exception {
      Envelope by = signed(PublisherRoot.PAYLOAD_TYPE, input, GoldenFiles.PUBLISHER);
      Envelope second =
          Dsse.cosign(
              by,
              GoldenFiles.DOCUMENT.getPrivate(),
              Ed25519Keys.keyid(GoldenFiles.DOCUMENT.getPublic()));
      String first = said(PublisherChain.verify(Digest.of(input), List.of(by)), 1);
      return first
          + "; "
          + said(
              PublisherChain.verify(
                  GoldenFiles.ROOT_DIGEST, List.of(GoldenFiles.ROOT_ENVELOPE, second)),
              2);
    }

    private static String said(PublisherChain.Outcome outcome, int version)
        throws MalformedException {
      return switch (outcome) {
        case PublisherChain.Refused(var reason) -> refused(reason);
        case PublisherChain.Trusted(var root, var _) -> {
          Contract.same((long) version, root.version());
          Contract.holds(
              root.threshold() >= 1 && root.threshold() <= PublisherChain.keys(root).size(),
              "a threshold that its keys can meet");
          yield "taken";
        }
      };
    }
  }
}
