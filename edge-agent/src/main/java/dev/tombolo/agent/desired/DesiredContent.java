package dev.tombolo.agent.desired;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.sign.Envelope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a desired document says, read. A section of a kind this agent does not know is left alone.
///
/// @param releases envelopes by application; those of `selections` are all there
public record DesiredContent(
    Optional<PlaceSection> place,
    Optional<PeersSection> peers,
    List<Selection> selections,
    Optional<WindowsSection> windows,
    Optional<LineSection> line,
    List<Envelope> publisherRoots,
    Map<Name, Envelope> releases) {
  public DesiredContent {
    selections = List.copyOf(selections);
    publisherRoots = List.copyOf(publisherRoots);
    releases = Map.copyOf(releases);
  }

  /// @throws MalformedException when a section does not read, or one that is needed is missing
  public static DesiredContent read(DocumentKeeper keeper, HeldDocument document)
      throws MalformedException {
    Optional<String> place = keeper.text(document, Section.PLACE);
    Optional<String> peers = keeper.text(document, Section.PEERS);
    Optional<String> workloads = keeper.text(document, Section.WORKLOADS);
    Optional<String> windows = keeper.text(document, Section.WINDOWS);
    Optional<String> line = keeper.text(document, Section.LINE);
    Optional<String> trust = keeper.text(document, Section.TRUST);
    List<Selection> selections =
        workloads.isEmpty()
            ? List.of()
            : Json.read(WorkloadsSection.class, workloads.get(), Limits.SECTION_BYTES_MAX)
                .applications();
    Map<Name, Envelope> releases = new HashMap<>();
    for (Selection selection : selections) {
      String name = Section.RELEASE_PREFIX + selection.name();
      Optional<String> release = keeper.text(document, name);
      if (release.isEmpty()) {
        throw new MalformedException("desired document", "lacks the section '" + name + "'");
      }
      if (releases.containsKey(selection.name())) {
        throw new MalformedException(
            "workloads section", "names the application '" + selection.name() + "' twice");
      }
      releases.put(
          selection.name(), Json.read(Envelope.class, release.get(), Limits.SECTION_BYTES_MAX));
    }
    return new DesiredContent(
        place.isEmpty()
            ? Optional.empty()
            : Optional.of(Json.read(PlaceSection.class, place.get(), Limits.SECTION_BYTES_MAX)),
        peers.isEmpty() ? Optional.empty() : Optional.of(bounded(peers.get())),
        selections,
        windows.isEmpty()
            ? Optional.empty()
            : Optional.of(Json.read(WindowsSection.class, windows.get(), Limits.SECTION_BYTES_MAX)),
        line.isEmpty()
            ? Optional.empty()
            : Optional.of(Json.read(LineSection.class, line.get(), Limits.SECTION_BYTES_MAX)),
        trust.isEmpty()
            ? List.of()
            : Json.read(TrustSection.class, trust.get(), Limits.SECTION_BYTES_MAX).publisherRoots(),
        releases);
  }

  /// A hub with other bounds names more: the first ones do.
  private static PeersSection bounded(String text) throws MalformedException {
    PeersSection all = Json.read(PeersSection.class, text, Limits.SECTION_BYTES_MAX);
    return new PeersSection(all.peers().stream().limit(Limits.PEERS_MAX).toList());
  }
}
