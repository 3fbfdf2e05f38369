package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.DesiredContent;
import dev.tombolo.agent.desired.DocumentKeeper;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.DocumentCertificate;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherChain;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The desired document: what arrived becomes durable, what is whole and makes sense is in force.
final class DocumentSteps {
  private final Enrolment enrolment;
  private X509Certificate hubRoot;
  private final DocumentKeeper keeper;
  private @Nullable PublicKey documentKey;
  private Optional<PublisherRoot> publisherRoot = Optional.empty();
  private Optional<DesiredContent> content = Optional.empty();
  private Optional<Reason> trouble = Optional.empty();
  private Optional<Reason> rootTrouble = Optional.empty();

  /// The chain that was followed last: it leads nowhere else.
  private List<Envelope> followed = List.of();

  DocumentSteps(AgentSnapshot snapshot, AgentBoot boot) {
    this.enrolment = snapshot.enrolment();
    this.hubRoot = boot.hubRoots().getFirst();
    this.keeper =
        new DocumentKeeper(
            enrolment.device(),
            Set.copyOf(boot.features()),
            enrolment.history(),
            snapshot.held(),
            snapshot.pending(),
            snapshot.sections());
    try {
      // Kept from before: a root that has been replaced since may have signed it.
      documentKey = DocumentCertificate.read(snapshot.documentCertificate(), boot.hubRoots());
    } catch (MalformedException e) {
      trouble = Optional.of(e.reason());
    }
    followRoots(snapshot.publisherRoots());
    if (snapshot.held().isPresent()) {
      try {
        content = Optional.of(DesiredContent.read(keeper, snapshot.held().get()));
      } catch (MalformedException e) {
        trouble = Optional.of(e.reason());
      }
    }
  }

  Optional<HeldDocument> held() {
    return keeper.held();
  }

  Optional<DesiredContent> content() {
    return content;
  }

  Optional<PublisherRoot> publisherRoot() {
    return publisherRoot;
  }

  /// Why the newest document that arrived is not in force.
  Optional<Reason> trouble() {
    return trouble.or(() -> keeper.missing().map(Reason.SectionMissing::new));
  }

  /// Why the newest publisher root that arrived is not trusted.
  Optional<Reason> rootTrouble() {
    return rootTrouble;
  }

  List<Digest> sectionDigests() {
    return keeper.sectionDigests();
  }

  @Nullable String documentKeyId() {
    return documentKey == null ? null : Ed25519Keys.keyid(documentKey);
  }

  /// What an update led to. A new certificate has come, and with it the root that the hub has by
  /// now.
  void renewed(List<X509Certificate> roots) {
    if (!roots.isEmpty()) {
      hubRoot = roots.getFirst();
    }
  }

  enum Arrived {
    NOTHING,
    /// Some sections are still missing.
    COLLECTING,
    APPLIED,
    REFUSED
  }

  Arrived arrived(DesiredUpdate update, TimeFloor floor, Outcome out) {
    PublicKey key = documentKey;
    String certificate = update.documentCertificate();
    if (certificate != null) {
      try {
        key = DocumentCertificate.read(certificate, hubRoot);
      } catch (MalformedException e) {
        return refused(e.reason());
      }
    }
    if (key == null) {
      return refused(new Reason.DocumentUntrusted("no document key is known"));
    }
    DocumentKeeper.Outcome outcome = keeper.arrived(update.envelope(), update.sections(), key);
    if (outcome instanceof DocumentKeeper.Outcome.Refused(var reason)) {
      return refused(reason);
    }
    if (certificate != null && !key.equals(documentKey)) {
      documentKey = key;
      out.change(new AgentChange.DocumentKeyTrusted(certificate));
    }
    return switch (outcome) {
      case DocumentKeeper.Outcome.Refused(var reason) -> refused(reason);
      case DocumentKeeper.Outcome.Repeated _ -> Arrived.NOTHING;
      case DocumentKeeper.Outcome.Collecting(var document, var added) -> {
        out.change(new AgentChange.DocumentPending(document));
        keep(added, out);
        yield Arrived.COLLECTING;
      }
      case DocumentKeeper.Outcome.Whole(var document, var added) ->
          whole(document, added, floor, out);
    };
  }

  /// A kit that is refused is no trouble of the document in force: the hub may never send another.
  ///
  /// @return why it is refused; an older document is not, it is nothing new
  Optional<Reason> arrivedByKit(DesiredUpdate update, TimeFloor floor, Outcome out) {
    Optional<Reason> before = trouble;
    Digest held = held().map(HeldDocument::digest).orElse(null);
    trouble = Optional.empty();
    arrived(update, floor, out);
    Optional<Reason> refusal = trouble.filter(it -> !(it instanceof Reason.DocumentStale));
    boolean isNew = !java.util.Objects.equals(held, held().map(HeldDocument::digest).orElse(null));
    trouble = isNew ? Optional.empty() : before;
    return refusal;
  }

  private Arrived whole(HeldDocument document, List<Section> added, TimeFloor floor, Outcome out) {
    DesiredContent read;
    try {
      read = DesiredContent.read(keeper, document);
    } catch (MalformedException e) {
      keeper.reject();
      return refused(e.reason());
    }
    if (followRoots(read.publisherRoots())) {
      out.change(new AgentChange.PublisherRootsKept(read.publisherRoots()));
    }
    keep(added, out);
    out.change(new AgentChange.DocumentHeld(document));
    floor.raise(document.manifest().issuedMillis(), out);
    keeper
        .adopt(document)
        .ifPresent(
            newer -> {
              out.change(new AgentChange.DocumentPending(newer.document()));
              keep(newer.added(), out);
            });
    content = Optional.of(read);
    trouble = Optional.empty();
    return Arrived.APPLIED;
  }

  private static void keep(List<Section> added, Outcome out) {
    for (Section section : added) {
      out.change(new AgentChange.SectionKept(section));
    }
  }

  private Arrived refused(Reason reason) {
    if (trouble.isPresent() && trouble.get().equals(reason)) {
      return Arrived.NOTHING;
    }
    trouble = Optional.of(reason);
    return Arrived.REFUSED;
  }

  /// Takes the chain if it leads from the pin to a root not older than the one known.
  private boolean followRoots(List<Envelope> chain) {
    if (chain.isEmpty() || chain.equals(followed)) {
      return false;
    }
    followed = chain;
    return switch (PublisherChain.verify(enrolment.publisherRoot(), chain)) {
      case PublisherChain.Refused(var reason) -> {
        rootTrouble = Optional.of(reason);
        yield false;
      }
      case PublisherChain.Trusted(var root, var _) -> {
        rootTrouble = Optional.empty();
        boolean newer = publisherRoot.isEmpty() || root.version() > publisherRoot.get().version();
        if (newer) {
          publisherRoot = Optional.of(root);
        }
        yield newer;
      }
    };
  }
}
