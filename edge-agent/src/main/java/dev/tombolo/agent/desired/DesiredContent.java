package dev.tombolo.agent.desired;

import dev.tombolo.protocol.Limits;
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
    Optional<WorkloadsSection> workloads =
        keeper.read(document, Section.WORKLOADS, WorkloadsSection.class);
    List<Selection> selections = workloads.map(WorkloadsSection::applications).orElse(List.of());
    Map<Name, Envelope> releases = new HashMap<>();
    for (Selection selection : selections) {
      String name = Section.RELEASE_PREFIX + selection.name();
      Optional<Envelope> release = keeper.read(document, name, Envelope.class);
      if (release.isEmpty()) {
        throw new MalformedException("desired document", "lacks the section '" + name + "'");
      }
      if (releases.putIfAbsent(selection.name(), release.get()) != null) {
        throw new MalformedException(
            "workloads section", "names the application '" + selection.name() + "' twice");
      }
    }
    return new DesiredContent(
        keeper.read(document, Section.PLACE, PlaceSection.class),
        keeper.read(document, Section.PEERS, PeersSection.class).map(DesiredContent::bounded),
        selections,
        keeper.read(document, Section.WINDOWS, WindowsSection.class),
        keeper.read(document, Section.LINE, LineSection.class),
        keeper
            .read(document, Section.TRUST, TrustSection.class)
            .map(TrustSection::publisherRoots)
            .orElse(List.of()),
        releases);
  }

  /// A hub with other bounds names more: the first ones do.
  private static PeersSection bounded(PeersSection all) {
    return all.peers().size() <= Limits.PEERS_MAX
        ? all
        : new PeersSection(all.peers().subList(0, Limits.PEERS_MAX));
  }
}
