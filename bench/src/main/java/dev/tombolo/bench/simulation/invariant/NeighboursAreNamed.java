package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// I13, within a site: a device asks, copies from and lets in those alone that the document in
/// force names, or named at the beginning of the same turn.
final class NeighboursAreNamed extends Invariant {
  private static final long NEVER = -1;

  private final Facts facts;
  private final Map<Integer, Named> named = new HashMap<>();

  /// Whom the document before named: what is asked in the turn that brings a new one may have been
  /// decided by it.
  private final Map<Integer, Until> before = new HashMap<>();

  /// Let in by a document that another one followed in the same turn: that one's neighbours must
  /// come in the same turn, too.
  private final Map<Integer, Long> outdated = new HashMap<>();

  /// Alike for all devices of a site.
  private final Map<String, Set<DeviceId>> texts = new HashMap<>();

  private record Named(Digest document, Set<DeviceId> peers) {}

  private record Until(Set<DeviceId> peers, long millis) {}

  NeighboursAreNamed(Facts facts) {
    super("I13");
    this.facts = facts;
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    Named known = named.get(shop.number());
    var held = facts.of(shop).held;
    if (held != null && (known == null || !known.document.equals(held.digest()))) {
      // Several may come into force in one turn, each with its neighbours.
      Set<DeviceId> peers = known == null ? new HashSet<>() : new HashSet<>(known.peers);
      for (AgentChange change : changes) {
        if (change instanceof AgentChange.DocumentHeld(var document)) {
          WindowRule.section(facts.of(shop), document, Section.PEERS)
              .ifPresent(text -> peers.addAll(read(text)));
        }
      }
      before.put(shop.number(), new Until(peers, nowMillis));
      named(shop);
    }
  }

  @Override
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    switch (effect) {
      case AgentEffect.AskPeers it -> are(shop, it.peers(), nowMillis, "asks");
      case AgentEffect.CopyFromPeer it -> are(shop, List.of(it.peer()), nowMillis, "copies from");
      case AgentEffect.ShareWith it -> {
        if (isOfTheOneBefore(shop, it.peers(), nowMillis)) {
          outdated.put(shop.number(), nowMillis);
        } else {
          are(shop, it.peers(), NEVER, "lets in");
          outdated.remove(shop.number());
        }
      }
      default -> {}
    }
  }

  @Override
  void whole(List<? extends Shop> shops, long nowMillis) {
    for (Shop shop : shops) {
      Long since = outdated.get(shop.number());
      // Who died in between says it when it starts.
      hold(
          since == null || since == nowMillis || !shop.isUp(),
          shop.number(),
          "it goes on letting in whom the document before named");
    }
  }

  private boolean isOfTheOneBefore(Shop shop, List<Peer> peers, long nowMillis) {
    Until until = before.get(shop.number());
    Set<DeviceId> allowed = named(shop);
    return until != null
        && until.millis == nowMillis
        && peers.stream().anyMatch(it -> !allowed.contains(it.device()))
        && peers.stream().allMatch(it -> until.peers.contains(it.device()));
  }

  private void are(Shop shop, List<Peer> peers, long nowMillis, String does) {
    Set<DeviceId> allowed = named(shop);
    Until until = before.get(shop.number());
    for (Peer peer : peers) {
      hold(
          allowed.contains(peer.device())
              || (until != null
                  && until.millis == nowMillis
                  && until.peers.contains(peer.device())),
          shop.number(),
          () -> "it " + does + " " + peer.device() + ", whom its document does not name");
    }
  }

  private Set<DeviceId> named(Shop shop) {
    var held = facts.of(shop).held;
    if (held == null) {
      return Set.of();
    }
    Named known = named.get(shop.number());
    if (known == null || !known.document.equals(held.digest())) {
      known = new Named(held.digest(), read(shop));
      named.put(shop.number(), known);
    }
    return known.peers;
  }

  private Set<DeviceId> read(Shop shop) {
    return WindowRule.section(facts.of(shop), Section.PEERS).map(this::read).orElse(Set.of());
  }

  private Set<DeviceId> read(String text) {
    return texts.computeIfAbsent(text, NeighboursAreNamed::devices);
  }

  private static Set<DeviceId> devices(String text) {
    Set<DeviceId> peers = new HashSet<>();
    section(text).peers().forEach(peer -> peers.add(peer.device()));
    return peers;
  }

  static PeersSection section(String text) {
    try {
      return Json.read(PeersSection.class, text, Limits.SECTION_BYTES_MAX);
    } catch (MalformedException e) {
      throw new IllegalStateException("a section of the hub does not read", e);
    }
  }
}
