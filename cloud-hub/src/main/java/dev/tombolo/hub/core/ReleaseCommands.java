package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.SectionBounds;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.ReleaseVerifier;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherChain;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Takes publisher roots and releases, after checking their signatures.
final class ReleaseCommands {
  /// Releases that one hub keeps, all versions together. Their envelopes are held in memory.
  static final int RELEASES_MAX = 5_000;

  private final HubState state;

  ReleaseCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer trust(AdminCommand.TrustPublisher command, Principal who, StepDraft draft) {
    Digest payload;
    try {
      payload = Digest.of(Base64.getDecoder().decode(command.root().payload()));
    } catch (IllegalArgumentException e) {
      return refused(new Reason.Malformed("publisher root", "its payload is not base64"));
    }
    List<PublisherRootRecord> roots = state.publisherRoots;
    for (PublisherRootRecord root : roots) {
      if (root.payload().equals(payload)) {
        return new AdminAnswer.Done(
            List.of("publisher root version " + root.version() + " is already trusted"));
      }
    }
    List<Envelope> chain = chain();
    chain.add(command.root());
    Digest pinned = roots.isEmpty() ? payload : roots.getFirst().payload();
    return switch (PublisherChain.verify(pinned, chain)) {
      case PublisherChain.Refused refused -> refused(refused.reason());
      case PublisherChain.Trusted trusted -> {
        Reason tooLarge =
            SectionBounds.check(
                RenderedSection.of(Section.TRUST, Json.write(new TrustSection(chain))));
        yield tooLarge == null ? take(trusted, command.root(), who, draft) : refused(tooLarge);
      }
    };
  }

  AdminAnswer push(AdminCommand.PushRelease command, Principal who, StepDraft draft) {
    if (state.publisherRoots.isEmpty()) {
      return refused(
          new Reason.SignatureRefused(
              "no publisher is trusted yet; push a publisher root before its releases"));
    }
    return switch (PublisherChain.verify(state.publisherRoots.getFirst().payload(), chain())) {
      case PublisherChain.Refused refused -> refused(refused.reason());
      case PublisherChain.Trusted trusted ->
          switch (ReleaseVerifier.verify(command.release(), trusted.root())) {
            case ReleaseVerifier.Refused refused -> refused(refused.reason());
            case ReleaseVerifier.Verified verified -> take(verified, command.release(), who, draft);
          };
    };
  }

  private AdminAnswer take(
      PublisherChain.Trusted trusted, Envelope envelope, Principal who, StepDraft draft) {
    long version = trusted.root().version();
    draft.change(
        new HubChange.PublisherRootPut(
            new PublisherRootRecord(
                version, trusted.digest(), envelope, draft.nowMillis, who.name())));
    draft.change(HubChange.DocumentsStale.EVERYWHERE);
    draft.audit(
        who,
        "publisher-trust",
        "publisher root version " + version,
        "",
        AuditJson.of("digest", trusted.digest().text()));
    return new AdminAnswer.Done(List.of("publisher root version " + version + " trusted"));
  }

  private AdminAnswer take(
      ReleaseVerifier.Verified verified, Envelope envelope, Principal who, StepDraft draft) {
    if (state.releases.containsKey(verified.digest())) {
      return new AdminAnswer.ReleaseTaken(verified.digest(), false);
    }
    ReleaseManifest manifest = verified.manifest();
    ReleaseRef ref = new ReleaseRef(manifest.name(), manifest.version());
    String text = Json.write(envelope);
    Reason refusal = refusalOf(ref, text);
    if (refusal != null) {
      return refused(refusal);
    }
    Map<Digest, Long> files = new HashMap<>();
    for (Variant variant : manifest.variants()) {
      for (Variant.File file : variant.files()) {
        files.put(file.digest(), file.size());
      }
    }
    long bytes = files.values().stream().mapToLong(Long::longValue).sum();
    draft.change(
        new HubChange.ReleasePut(
            new ReleaseRecord(
                verified.digest(),
                ref,
                manifest.kind(),
                text,
                manifest.fleets(),
                manifest.securityFloor(),
                files.keySet(),
                bytes,
                draft.nowMillis,
                who.name(),
                manifest.needs())));
    draft.audit(
        who,
        "release-push",
        ref.toString(),
        "",
        AuditJson.of(Map.of("digest", verified.digest().text(), "bytes", Long.toString(bytes))));
    return new AdminAnswer.ReleaseTaken(verified.digest(), true);
  }

  private @Nullable Reason refusalOf(ReleaseRef ref, String text) {
    ReleaseRecord same = state.releasesByRef.get(ref);
    if (same != null) {
      return new Reason.Conflict(
          "release " + ref,
          "another release of this version is here ("
              + same.digest().brief()
              + "); releases do not change, use a new version");
    }
    if (state.releases.size() >= RELEASES_MAX) {
      return new Reason.LimitExceeded("releases", RELEASES_MAX, state.releases.size() + 1L);
    }
    return SectionBounds.check(RenderedSection.of(Section.RELEASE_PREFIX + ref.name(), text));
  }

  private List<Envelope> chain() {
    List<Envelope> chain = new ArrayList<>();
    for (PublisherRootRecord root : state.publisherRoots) {
      chain.add(root.envelope());
    }
    return chain;
  }

  private static AdminAnswer refused(Reason reason) {
    return new AdminAnswer.Refused(reason);
  }
}
