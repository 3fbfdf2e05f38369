package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// I12, of neighbours: a bad one wastes time, and not without end. A device takes a wrong content
/// from each at most once, until it has been down, or has not wanted it for a while; and a file
/// that comes slowly, where the hub has a bundle by now, is not taken from a neighbour again,
/// unless the hub has not been reached for that bundle for a minute.
final class PeersWasteLittle extends Invariant {
  /// A document names 15 others; with some room for who was down meanwhile.
  private static final int WRONG_MAX = 20;

  private static final long WITHIN_MILLIS = 60 * 60_000L;
  private static final long SILENT_MILLIS = 60_000;

  private final Facts facts;
  private final Function<Digest, @Nullable ReleaseManifest> published;
  private final Map<Integer, Map<Digest, Wrong>> wrong = new HashMap<>();

  /// Files that came slowly while a bundle was there to be fetched.
  private final Map<Integer, Set<Digest>> slow = new HashMap<>();

  /// Files of which nothing has come from the hub for a while, by shop.
  private final Map<Integer, Map<Digest, Silence>> silent = new HashMap<>();

  /// What neighbours give of these is nothing from the hub, by shop.
  private final Map<Integer, Set<Digest>> copied = new HashMap<>();

  private static final class Wrong {
    private long sinceMillis;
    private int times;
  }

  /// @param bytes that were here when it began
  private record Silence(long sinceMillis, long bytes) {}

  /// @param published what the publisher signed; null for anything else
  PeersWasteLittle(Facts facts, Function<Digest, @Nullable ReleaseManifest> published) {
    super("I12");
    this.facts = facts;
    this.published = published;
  }

  @Override
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    if (effect instanceof AgentEffect.Fetch fetch) {
      copied(shop).remove(fetch.file());
    }
    if (!(effect instanceof AgentEffect.CopyFromPeer it)) {
      return;
    }
    copied(shop).add(it.content());
    wrong
        .computeIfAbsent(shop.number(), unseen -> new HashMap<>())
        .computeIfAbsent(it.content(), unseen -> new Wrong());
    Set<Digest> cameSlowly = slow.get(shop.number());
    if (cameSlowly != null && cameSlowly.contains(it.content())) {
      hold(
          !isInABundle(shop, it.content()) || isSilent(shop, nowMillis),
          shop.number(),
          () ->
              it.content().brief() + " came slowly, the hub has a bundle, and it is copied again");
      cameSlowly.remove(it.content());
    }
  }

  /// An agent is about to take this in.
  void takes(Shop shop, AgentEvent event, long nowMillis) {
    switch (event) {
      case AgentEvent.CopyEnded it when it.isSlow() && isInABundle(shop, it.content()) ->
          slow.computeIfAbsent(shop.number(), unseen -> new HashSet<>()).add(it.content());
      case AgentEvent.FetchFailed it when it.reason() instanceof Reason.DigestMismatch -> {
        silences(shop).remove(it.file());
        wrong(shop, it.file(), nowMillis);
      }
      case AgentEvent.FetchFailed it when it.reason() instanceof Reason.LineDown ->
          silences(shop).putIfAbsent(it.file(), new Silence(nowMillis, 0));
      case AgentEvent.FetchFailed it -> silences(shop).remove(it.file());
      case AgentEvent.FetchAdvanced it -> {
        Silence silence = silences(shop).get(it.file());
        if (silence != null && it.bytes() > silence.bytes()) {
          boolean isCopied = copied(shop).contains(it.file());
          silences(shop)
              .put(
                  it.file(), new Silence(isCopied ? silence.sinceMillis() : nowMillis, it.bytes()));
        }
      }
      case AgentEvent.FetchFinished it -> silences(shop).remove(it.file());
      default -> {}
    }
  }

  private Set<Digest> copied(Shop shop) {
    return copied.computeIfAbsent(shop.number(), unseen -> new HashSet<>());
  }

  private Map<Digest, Silence> silences(Shop shop) {
    return silent.computeIfAbsent(shop.number(), unseen -> new HashMap<>());
  }

  private boolean isSilent(Shop shop, long nowMillis) {
    for (ReleaseState state : facts.of(shop).releases.values()) {
      if (state instanceof ReleaseState.Fetching at && at.route() instanceof Route.ByBundle by) {
        Silence silence = silences(shop).get(by.bundle());
        if (silence != null && nowMillis - silence.sinceMillis() >= SILENT_MILLIS) {
          return true;
        }
      }
    }
    return false;
  }

  private void wrong(Shop shop, Digest file, long nowMillis) {
    Wrong its = wrong.getOrDefault(shop.number(), Map.of()).get(file);
    if (its == null) {
      return;
    }
    if (nowMillis - its.sinceMillis > WITHIN_MILLIS) {
      its.sinceMillis = nowMillis;
      its.times = 0;
    }
    its.times++;
    hold(
        its.times <= WRONG_MAX,
        shop.number(),
        () -> "wrong bytes of " + file.brief() + " came " + its.times + " times in an hour");
  }

  /// Whoever waits for this file fetches a bundle that makes it.
  private boolean isInABundle(Shop shop, Digest file) {
    boolean isIn = false;
    for (ReleaseState state : facts.of(shop).releases.values()) {
      if (state instanceof ReleaseState.SwitchingBack) {
        return false;
      }
      if (state instanceof ReleaseState.Fetching at && has(at.wanted().release(), file)) {
        if (!(at.route() instanceof Route.ByBundle)) {
          return false;
        }
        isIn = true;
      }
    }
    return isIn;
  }

  private boolean has(Digest release, Digest file) {
    ReleaseManifest manifest = published.apply(release);
    return manifest != null
        && manifest.variants().stream()
            .anyMatch(it -> it.files().stream().anyMatch(each -> each.digest().equals(file)));
  }
}
