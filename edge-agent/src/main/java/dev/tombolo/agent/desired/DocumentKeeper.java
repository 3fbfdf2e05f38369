package dev.tombolo.agent.desired;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.DesiredVerifier;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Holds the desired document in force and collects the next one's sections until it is whole.
/// Nothing older than what is held, and nothing that is for another device, ever gets in.
public final class DocumentKeeper {
  private final DeviceId self;
  private final Set<String> features;
  private final History joined;
  private final Map<Digest, Section> sections = new HashMap<>();

  /// What sections say, of those that have been read.
  private final Map<Digest, Object> contents = new HashMap<>();

  private @Nullable HeldDocument held;
  private @Nullable HeldDocument pending;

  /// What came of an update.
  public sealed interface Outcome {
    /// Nothing of it is kept.
    record Refused(Reason reason) implements Outcome {}

    /// It is the document in force, or brought nothing new.
    record Repeated() implements Outcome {}

    /// Some sections are still missing.
    record Collecting(HeldDocument document, List<Section> added) implements Outcome {}

    record Whole(HeldDocument document, List<Section> added) implements Outcome {}
  }

  /// @param joined the newest history of the hub that is known without a document: no older epoch
  ///   is taken
  public DocumentKeeper(
      DeviceId self,
      Set<String> features,
      History joined,
      Optional<HeldDocument> held,
      Optional<HeldDocument> pending,
      List<Section> sections) {
    this.self = self;
    this.features = Set.copyOf(features);
    this.joined = joined;
    this.held = held.orElse(null);
    this.pending = pending.orElse(null);
    for (Section section : sections) {
      this.sections.put(section.digest(), section);
    }
  }

  public Optional<HeldDocument> held() {
    return Optional.ofNullable(held);
  }

  /// The first section that the newest document still lacks; empty when it is whole.
  public Optional<String> missing() {
    if (pending == null) {
      return Optional.empty();
    }
    for (DesiredManifest.SectionRef ref : pending.manifest().sections()) {
      if (!sections.containsKey(ref.digest())) {
        return Optional.of(ref.name());
      }
    }
    return Optional.empty();
  }

  /// Digests of all sections at hand.
  public List<Digest> sectionDigests() {
    return List.copyOf(sections.keySet());
  }

  /// Takes the update in; [#adopt] or [#reject] follows a whole document.
  public Outcome arrived(Envelope envelope, List<Section> given, PublicKey documentKey) {
    return switch (DesiredVerifier.verify(envelope, documentKey, self, heldMark())) {
      case DesiredVerifier.Refused(var reason) -> new Outcome.Refused(reason);
      case DesiredVerifier.AlreadyHeld _ -> new Outcome.Repeated();
      case DesiredVerifier.Accepted(var manifest, var digest) ->
          accepted(new HeldDocument(envelope, manifest, digest), given);
    };
  }

  private DesiredVerifier.@Nullable Held heldMark() {
    return held == null
        ? null
        : new DesiredVerifier.Held(held.manifest().history(), held.revision(), held.digest());
  }

  private Outcome accepted(HeldDocument document, List<Section> given) {
    DesiredManifest manifest = document.manifest();
    if (manifest.history().epoch() < joined.epoch()) {
      return new Outcome.Refused(
          new Reason.DocumentStale(
              joined.epoch(), 0, manifest.history().epoch(), manifest.revision()));
    }
    List<String> missing = DesiredVerifier.missingFeatures(manifest.requires(), features);
    if (!missing.isEmpty()) {
      return new Outcome.Refused(new Reason.FeatureMissing(missing));
    }
    Set<Digest> listed = listed(document);
    HeldDocument newer = pending;
    if (newer != null
        && (newer.digest().equals(document.digest()) || document.isNewerThan(newer))) {
      newer = null;
    }
    // A kit may bring what is whole while only a part of the newer one has come.
    if (newer != null && !isWhole(listed, given)) {
      return new Outcome.Repeated();
    }
    Set<Digest> useful = new HashSet<>(listed);
    useful.addAll(listed(held));
    useful.addAll(listed(newer));
    for (Section section : given) {
      if (isTooLarge(section.text())) {
        return new Outcome.Refused(
            new Reason.LimitExceeded(
                "SECTION_BYTES_MAX", Limits.SECTION_BYTES_MAX, section.text().length()));
      }
    }
    List<Section> added = new ArrayList<>();
    for (Section section : given) {
      Digest digest = section.digest();
      if (listed.contains(digest) && sections.putIfAbsent(digest, section) == null) {
        added.add(section);
      }
    }
    keepOnly(useful);
    pending = newer == null ? document : newer;
    return sections.keySet().containsAll(listed)
        ? new Outcome.Whole(document, added)
        : new Outcome.Collecting(document, added);
  }

  /// Most are far too short for their bytes to have to be counted.
  private static boolean isTooLarge(String text) {
    return text.length() > Limits.SECTION_BYTES_MAX / 3
        && text.getBytes(StandardCharsets.UTF_8).length > Limits.SECTION_BYTES_MAX;
  }

  private boolean isWhole(Set<Digest> listed, List<Section> given) {
    Set<Digest> there = new HashSet<>(sections.keySet());
    given.forEach(it -> there.add(it.digest()));
    return there.containsAll(listed);
  }

  /// The whole document makes sense and is in force now. A newer one goes on being collected.
  ///
  /// @return that one, with what is here of it, as it must be kept after this one
  public Optional<Outcome.Collecting> adopt(HeldDocument document) {
    held = document;
    if (pending != null && !pending.isNewerThan(document)) {
      pending = null;
    }
    Set<Digest> useful = listed(document);
    Set<Digest> ofPending = listed(pending);
    useful.addAll(ofPending);
    keepOnly(useful);
    if (pending == null) {
      return Optional.empty();
    }
    List<Section> here = new ArrayList<>();
    for (Section section : sections.values()) {
      if (ofPending.contains(section.digest())) {
        here.add(section);
      }
    }
    return Optional.of(new Outcome.Collecting(pending, here));
  }

  /// The whole document makes no sense: the one in force stays. Sections that came with it are on
  /// no disk, so they are not claimed either.
  public void reject() {
    pending = null;
    keepOnly(listed(held));
  }

  private void keepOnly(Set<Digest> useful) {
    sections.keySet().retainAll(useful);
    contents.keySet().retainAll(useful);
  }

  private static Set<Digest> listed(@Nullable HeldDocument document) {
    Set<Digest> listed = new HashSet<>();
    if (document != null) {
      for (DesiredManifest.SectionRef ref : document.manifest().sections()) {
        listed.add(ref.digest());
      }
    }
    return listed;
  }

  /// What a section of this document says, which must be whole. Documents have most of their
  /// sections in common, so each is read once.
  ///
  /// @return empty when the document has none of that name
  /// @throws MalformedException when it does not read
  public <T> Optional<T> read(HeldDocument document, String name, Class<T> type)
      throws MalformedException {
    for (DesiredManifest.SectionRef ref : document.manifest().sections()) {
      Section section = sections.get(ref.digest());
      if (ref.name().equals(name) && section != null) {
        Object known = contents.get(ref.digest());
        if (known != null && type.isInstance(known)) {
          return Optional.of(type.cast(known));
        }
        T read = Json.read(type, section.text(), Limits.SECTION_BYTES_MAX);
        contents.put(ref.digest(), read);
        return Optional.of(read);
      }
    }
    return Optional.empty();
  }
}
