package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// I13: a device gets its own documents, place and files, and nobody else's.
final class NoDeviceSeesAnothers extends Invariant {
  private final Facts facts;
  private final Set<Digest> made = new HashSet<>();
  private final Set<Digest> forged = new HashSet<>();

  /// What was last looked at for a site.
  private final Map<Name, String> peers = new HashMap<>();

  NoDeviceSeesAnothers(Facts facts) {
    super("I13");
    this.facts = facts;
  }

  void sent(DeviceId to, DesiredUpdate update) {
    String manifest =
        new String(Base64.getDecoder().decode(update.envelope().payload()), StandardCharsets.UTF_8);
    hold(
        manifest.contains("\"" + to.text() + "\""),
        facts.numberOf(to),
        () -> to + " is sent a document that is not its own: " + manifest);
    DeviceRecord device = facts.hub.devices.get(to);
    for (Section section : update.sections()) {
      if (section.name().equals(Section.PEERS)
          && device != null
          && !section.text().equals(peers.put(device.slot().site(), section.text()))) {
        for (var peer : NeighboursAreNamed.section(section.text()).peers()) {
          DeviceRecord its = facts.hub.devices.get(peer.device());
          hold(
              its != null && its.slot().site().equals(device.slot().site()),
              facts.numberOf(to),
              () -> to + " of " + device.slot() + " is told to share with " + its);
        }
      }
      if (section.name().equals(Section.PLACE) && device != null) {
        hold(
            section.text().contains("\"" + device.slot().slot() + "\"")
                && section.text().contains("\"" + device.slot().site() + "\""),
            facts.numberOf(to),
            () -> to + " of " + device.slot() + " is told the place " + section.text());
      }
    }
  }

  /// A document that looks like the hub's and is not.
  void forged(Digest document) {
    forged.add(document);
  }

  /// A kit brings this document of the hub.
  void kitMade(DeviceId to, Digest document) {
    hold(
        made.contains(document),
        facts.numberOf(to),
        () -> "a kit has a document of " + to + " that the hub does not remember");
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange.Durable change : changes) {
      if (change instanceof HubChange.DocumentPut(var document)) {
        made.add(document.manifest());
      }
    }
  }

  /// Whichever way it came: by the line or by a kit.
  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.DocumentHeld(var document)) {
        hold(
            shop.device().equals(Optional.of(document.manifest().device())),
            shop.number(),
            () -> "it is what a document of " + document.manifest().device() + " says");
        hold(
            !forged.contains(document.digest()),
            shop.number(),
            () -> "it is what a forged document says: " + document.manifest());
      }
    }
  }

  /// A bundle leads from one of these releases to another.
  void servedBundle(DeviceId to, List<Digest> ends) {
    DocumentRecord document = facts.hub.documents.get(to);
    Set<Digest> reported = facts.hub.reportedReleases.getOrDefault(to, Set.of());
    for (Digest end : ends) {
      hold(
          reported.contains(end) || (document != null && document.releases().contains(end)),
          facts.numberOf(to),
          () -> to + " is given a bundle of release " + end.brief() + ", which it is not to have");
    }
  }

  void served(DeviceId to, Digest file) {
    hold(
        facts.hub.readable(to).contains(file),
        facts.numberOf(to),
        () -> to + " is given file " + file.brief() + ", which none of its releases has");
  }
}
