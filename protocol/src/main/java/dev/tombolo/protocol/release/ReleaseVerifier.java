package dev.tombolo.protocol.release;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherChain;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.util.List;

/// Decides whether a release is what its publisher made: signed by a threshold of the root's keys,
/// readable and sound.
public final class ReleaseVerifier {
  private ReleaseVerifier() {}

  /// What came of verifying a release.
  public sealed interface Outcome {}

  /// @param digest SHA-256 of the signed bytes: the release's digest
  public record Verified(ReleaseManifest manifest, Digest digest) implements Outcome {}

  public record Refused(Reason reason) implements Outcome {}

  /// @param root the newest of a chain that [PublisherChain] trusts
  public static Outcome verify(Envelope envelope, PublisherRoot root) {
    try {
      Dsse.Outcome signature =
          Dsse.verify(
              envelope,
              ReleaseManifest.PAYLOAD_TYPE,
              Limits.RELEASE_MANIFEST_BYTES_MAX,
              root.threshold(),
              PublisherChain.keys(root));
      return switch (signature) {
        case Dsse.Refused(var reason) -> new Refused(reason);
        case Dsse.Verified verified -> content(verified);
      };
    } catch (MalformedException e) {
      return new Refused(e.reason());
    }
  }

  /// Reads an envelope as it stands in a section or a file, and verifies it.
  public static Outcome verify(String envelopeJson, PublisherRoot root) {
    try {
      return verify(Json.read(Envelope.class, envelopeJson, Limits.SECTION_BYTES_MAX), root);
    } catch (MalformedException e) {
      return new Refused(e.reason());
    }
  }

  private static Outcome content(Dsse.Verified verified) throws MalformedException {
    ReleaseManifest manifest =
        Json.read(ReleaseManifest.class, verified.payload(), Limits.RELEASE_MANIFEST_BYTES_MAX);
    List<Reason> problems = ReleaseCheck.problemsOfSigned(manifest);
    return problems.isEmpty()
        ? new Verified(manifest, verified.digest())
        : new Refused(problems.getFirst());
  }
}
