package dev.tombolo.agent.release;

import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the content under way comes from, in a site whose devices share: one of them fetches it
/// from the hub, the others copy from that one while it grows.
///
/// ```
///              .--- nobody has more, others come first: ask again ---.
///              v                                                     |
///   begin --> Asking --- somebody has it, or more of it ---> Copying -'--> whole
///              |   ^                                          ends: ask again
///     first in rank|
///              v   | somebody fetches, or a better one is there
///           Claiming ------- nobody else ------------------> Fetching --> whole
/// ```
///
/// Whoever goes to the hub has said before that it is about to, and has asked all others after
/// that. So of two, one sees the other, and by the rank both know which of them goes. Lives in
/// memory only. Times are monotonic milliseconds.
public final class Sharing {
  /// The k-th in rank goes to the hub after k times this without anything coming.
  static final long PATIENCE_MILLIS = 10_000;

  static final long ASK_AGAIN_MILLIS = 1_000;

  /// Who does not answer, or gives nothing, is passed over for so long.
  static final long PASSED_OVER_MILLIS = 30_000;

  /// Twice as long each time that it gives next to nothing of the same content, so often.
  static final int DOUBLED_MAX = 7;

  static final long NEXT_TO_NOTHING_BYTES = 64 * 1024;

  /// Who left a slow peer for the hub goes back to it, unless the hub gives so much more.
  static final int WORTH_LEAVING = 2;

  /// While the hub rests after a failure, peers are asked so often.
  public static final long LOOK_MILLIS = 5_000;

  /// A peer that fetches, and has less than is here, is waited for no longer.
  static final long BEHIND_MILLIS_MAX = 5 * 60_000;

  /// Who fetches looks so often whether somebody else does too.
  static final long LOOK_ROUND_MILLIS = 10_000;

  /// Who has found the hub no faster than a slow peer does not try it again before.
  static final long HUB_KNOWN_MILLIS = 5 * 60_000;

  /// Of two who fetch, the one so far behind stops; of two who are closer, the one of lower rank.
  static final long LEAD_BYTES = 1024 * 1024;

  /// After so many wrong contents the hub alone is asked.
  static final int WRONG_MAX = 2;

  private final DeviceId self;
  private List<Peer> inOrder = List.of();
  private Name site = new Name("site");
  private final Map<DeviceId, Long> awayUntil = new HashMap<>();
  private final Map<DeviceId, Long> dullUntil = new HashMap<>();

  /// Content -> who gave bytes of what is here.
  private final Map<Digest, Set<DeviceId>> givers = new HashMap<>();

  /// Content -> whose bytes were wrong: these are never asked for it again.
  private final Map<Digest, Set<DeviceId>> distrusted = new HashMap<>();

  private final Map<Digest, Integer> wrong = new HashMap<>();

  /// Content -> who gave too little of it, how often.
  private final Map<Digest, Map<DeviceId, Integer>> dull = new HashMap<>();

  private long hubRestsUntil;

  // The content under way
  private @Nullable Digest content;
  private long ownBytes;
  private long grownMillis;
  private long progressMillis;
  private boolean isClaiming;
  private boolean isFetching;
  private boolean mayAskHub = true;
  private @Nullable Peer source;
  private @Nullable Peer awaited;
  private final Map<DeviceId, Long> toldBytes = new HashMap<>();
  private long startedMillis;
  private long startedBytes;

  /// Bytes a second, when this one last left the hub for a peer.
  private long hubRate;

  private long hubKnownUntil;

  /// Bytes a second, of peers that were left because they were slow.
  private final Map<DeviceId, Long> slowRates = new HashMap<>();

  public Sharing(DeviceId self) {
    this.self = self;
  }

  /// What to do next about the content under way.
  public sealed interface Move {
    /// Does not end a fetch under way.
    ///
    /// @param afterMillis to wait before
    record Ask(List<Peer> peers, long afterMillis) implements Move {
      public Ask {
        peers = List.copyOf(peers);
      }
    }

    record Copy(Peer peer) implements Move {}

    /// And all others are asked now and then, as the move within says.
    record FromHub(Ask lookRound) implements Move {}

    /// The hub rests and nobody has it: others may be tried meanwhile.
    ///
    /// @param maker who is to make it, where that alone is waited for
    record SetAside(long millis, Optional<Peer> maker) implements Move {}
  }

  // Who shares

  /// @param peers as the document in force lists them
  public void shareWith(Name where, List<Peer> peers) {
    site = where;
    boolean isAmong = peers.stream().anyMatch(it -> it.device().equals(self));
    inOrder = isAmong ? List.copyOf(peers) : List.of();
    Set<DeviceId> known = new HashSet<>();
    inOrder.forEach(it -> known.add(it.device()));
    awayUntil.keySet().retainAll(known);
    dullUntil.keySet().retainAll(known);
    slowRates.keySet().retainAll(known);
  }

  /// There is somebody to share with.
  public boolean isOn() {
    return inOrder.size() > 1;
  }

  public List<Peer> peers() {
    return inOrder;
  }

  private Optional<Peer> peer(DeviceId device) {
    return inOrder.stream().filter(it -> it.device().equals(device)).findFirst();
  }

  private int rank(DeviceId device) {
    for (int i = 0; i < inOrder.size(); i++) {
      if (inOrder.get(i).device().equals(device)) {
        return i;
      }
    }
    return inOrder.size();
  }

  // The content under way

  /// @param hubToo false when it is wanted only if a peer gives it
  public Move begin(Digest next, boolean hubToo, long nowMillis) {
    content = next;
    mayAskHub = hubToo;
    ownBytes = 0;
    grownMillis = nowMillis;
    progressMillis = nowMillis;
    toldBytes.clear();
    hubKnownUntil = nowMillis;
    idle();
    return ask(0, nowMillis);
  }

  /// What only peers might give may come from the hub by now.
  public void allowHub() {
    mayAskHub = true;
  }

  /// It came, was given up, or waits.
  public void end() {
    content = null;
    idle();
  }

  private void idle() {
    isClaiming = false;
    isFetching = false;
    source = null;
    awaited = null;
  }

  /// Only these are still of interest.
  public void keepOnly(Set<Digest> contents) {
    keepOnly(givers, contents);
    keepOnly(distrusted, contents);
    keepOnly(wrong, contents);
    keepOnly(dull, contents);
  }

  /// Mostly there is nothing: this is asked at each tick.
  private static void keepOnly(Map<Digest, ?> of, Set<Digest> contents) {
    if (!of.isEmpty()) {
      of.keySet().retainAll(contents);
    }
  }

  /// What peers are told of the content under way.
  public PeerStanding standing() {
    return isFetching
        ? PeerStanding.FETCHES
        : isClaiming ? PeerStanding.CLAIMS : PeerStanding.WANTS;
  }

  public boolean isUnderWay(Digest which) {
    return which.equals(content);
  }

  /// From the hub.
  public boolean isFetching() {
    return isFetching;
  }

  public boolean isCopying() {
    return source != null;
  }

  /// It comes from the hub without a question: it is small, or came before there was anybody to
  /// share with.
  public void joined(Digest underWay) {
    content = underWay;
    ownBytes = 0;
    idle();
    isFetching = true;
  }

  /// Nothing comes, and nobody is known from whom it will.
  public boolean isLooking() {
    return content != null && !isFetching && source == null && awaited == null;
  }

  public void advanced(long bytes, long nowMillis) {
    if (bytes > ownBytes) {
      ownBytes = bytes;
      grownMillis = nowMillis;
      progressMillis = Math.max(progressMillis, nowMillis);
      blameSource();
    }
  }

  /// Whoever is copied from has given of what is here. A copy may be over before any of it was
  /// told.
  public void blameSource() {
    if (source != null && content != null) {
      givers.computeIfAbsent(content, any -> new HashSet<>()).add(source.device());
    }
  }

  /// Peers have answered.
  ///
  /// @param bytes of it that are here
  public Move answered(long bytes, List<PeerAnswer> answers, long nowMillis) {
    ownBytes = Math.max(bytes, 0);
    awaited = null;
    List<PeerAnswer> heard = new ArrayList<>();
    for (PeerAnswer answer : answers) {
      if (answer.standing() == PeerStanding.UNREACHABLE) {
        awayUntil.put(answer.peer(), nowMillis + PASSED_OVER_MILLIS);
      } else if (peer(answer.peer()).isPresent() && !isDistrusted(answer.peer())) {
        awayUntil.remove(answer.peer());
        heard.add(answer);
      }
    }
    heard.sort(Comparator.comparingInt(it -> rank(it.peer())));
    if (isFetching) {
      return lookedRound(heard, nowMillis);
    }
    Optional<Peer> giver = isHubOnly(nowMillis) ? Optional.empty() : giver(heard, nowMillis);
    if (giver.isPresent()) {
      isClaiming = false;
      source = giver.get();
      started(nowMillis);
      for (PeerAnswer answer : heard) {
        toldBytes.putIfAbsent(answer.peer(), answer.bytes());
      }
      return new Move.Copy(giver.get());
    }
    return nobodyGives(heard, nowMillis);
  }

  /// A peer lost patience with this one, or the other way round: one of them goes on.
  private Move lookedRound(List<PeerAnswer> heard, long nowMillis) {
    for (PeerAnswer other : heard) {
      Long before = toldBytes.put(other.peer(), other.bytes());
      // One that has it all, and was left because it is slow: so is the line, as is known now.
      boolean isWhole =
          other.standing() == PeerStanding.WHOLE && isNoSlower(other, bytesPerSecond(nowMillis));
      boolean isAhead =
          other.standing() == PeerStanding.FETCHES
              && (isNoSlower(other, bytesPerSecond(nowMillis)) || !isDull(other, nowMillis))
              && before != null
              && other.bytes() > before
              && (other.bytes() > ownBytes + LEAD_BYTES
                  || (rank(other.peer()) < rank(self) && other.bytes() > ownBytes - LEAD_BYTES));
      Optional<Peer> leader = isWhole || isAhead ? peer(other.peer()) : Optional.empty();
      if (leader.isPresent()) {
        hubRate = bytesPerSecond(nowMillis);
        hubKnownUntil = nowMillis + HUB_KNOWN_MILLIS;
        isFetching = false;
        source = leader.get();
        started(nowMillis);
        return new Move.Copy(leader.get());
      }
    }
    return ask(LOOK_ROUND_MILLIS, nowMillis);
  }

  private void started(long nowMillis) {
    startedMillis = nowMillis;
    startedBytes = ownBytes;
  }

  private long bytesPerSecond(long nowMillis) {
    return (ownBytes - startedBytes) * 1000 / Math.max(1, nowMillis - startedMillis);
  }

  /// It was left because it was slow, and it is the line that is: the hub gives no more. One that
  /// has given nothing yet may still begin, or fail.
  private boolean isNoSlower(PeerAnswer other, long ofHub) {
    Long rate = slowRates.get(other.peer());
    return rate != null && ofHub > 0 && ofHub <= WORTH_LEAVING * rate;
  }

  private boolean isHubOnly(long nowMillis) {
    return mayAskHub && wrong.getOrDefault(content, 0) >= WRONG_MAX && nowMillis >= hubRestsUntil;
  }

  private Optional<Peer> giver(List<PeerAnswer> heard, long nowMillis) {
    List<PeerAnswer> able = heard.stream().filter(it -> !isDull(it, nowMillis)).toList();
    // Each chooses by a hash of its own, so that not all choose the same one.
    return able.stream()
        .filter(it -> it.standing() == PeerStanding.WHOLE)
        .max(Comparator.comparing(it -> Digest.ofText(self + " " + it.peer()).text()))
        .or(
            () ->
                able.stream()
                    .filter(it -> it.standing() == PeerStanding.FETCHES)
                    .max(Comparator.comparingLong(PeerAnswer::bytes)))
        .or(
            () ->
                able.stream()
                    .filter(it -> it.bytes() > ownBytes + LEAD_BYTES)
                    .max(Comparator.comparingLong(PeerAnswer::bytes)))
        .or(() -> slowGiver(heard, nowMillis))
        .or(
            () ->
                able.stream()
                    .filter(it -> it.bytes() > ownBytes)
                    .max(Comparator.comparingLong(PeerAnswer::bytes)))
        .flatMap(it -> peer(it.peer()));
  }

  /// Of those that were left because they were slow, the fastest: better than nothing, where the
  /// hub gives nothing, and no worse, where the hub has just given no more.
  private Optional<PeerAnswer> slowGiver(List<PeerAnswer> heard, long nowMillis) {
    boolean hubGives = mayAskHub && nowMillis >= hubRestsUntil;
    boolean isHubKnown = nowMillis < hubKnownUntil;
    return heard.stream()
        .filter(it -> !hubGives || (isHubKnown && isNoSlower(it, hubRate)))
        .filter(it -> slowRates.getOrDefault(it.peer(), 0L) > 0)
        .filter(
            it ->
                it.standing() == PeerStanding.WHOLE
                    || it.standing() == PeerStanding.FETCHES
                    || it.bytes() > ownBytes)
        .max(Comparator.comparingLong(it -> slowRates.getOrDefault(it.peer(), 0L)));
  }

  private boolean isDull(PeerAnswer answer, long nowMillis) {
    return dullUntil.getOrDefault(answer.peer(), 0L) > nowMillis;
  }

  private Move nobodyGives(List<PeerAnswer> heard, long nowMillis) {
    if (!mayAskHub) {
      Optional<PeerAnswer> maker =
          heard.stream()
              .filter(it -> it.standing() == PeerStanding.MAKES && !isDull(it, nowMillis))
              .findFirst();
      return new Move.SetAside(LOOK_MILLIS, maker.flatMap(it -> peer(it.peer())));
    }
    if (nowMillis < hubRestsUntil) {
      isClaiming = false;
      return new Move.SetAside(Math.min(LOOK_MILLIS, hubRestsUntil - nowMillis), Optional.empty());
    }
    if (isHubOnly(nowMillis)) {
      return fromHub(nowMillis);
    }
    List<PeerAnswer> ahead = heard.stream().filter(this::isAhead).toList();
    boolean isMine = nowMillis - progressMillis >= ahead.size() * PATIENCE_MILLIS;
    if (isMine) {
      // Who has claimed goes first, whatever its rank: it may have asked before this one wanted.
      Optional<PeerAnswer> claims =
          heard.stream().filter(it -> it.standing() == PeerStanding.CLAIMS).findFirst();
      boolean mayPass = nowMillis - progressMillis >= (ahead.size() + 1) * PATIENCE_MILLIS;
      if (isClaiming) {
        return fromHub(nowMillis);
      }
      if (claims.isEmpty() || mayPass) {
        isClaiming = true;
        return ask(0, nowMillis);
      }
      return await(claims.get(), nowMillis);
    }
    isClaiming = false;
    return await(ahead.getFirst(), nowMillis);
  }

  /// It goes to the hub before this one, or has gone and gives nothing.
  private boolean isAhead(PeerAnswer peer) {
    return switch (peer.standing()) {
      case FETCHES -> true;
      case CLAIMS, WANTS ->
          peer.bytes() > ownBytes || (peer.bytes() == ownBytes && rank(peer.peer()) < rank(self));
      case WHOLE, MAKES, HOLDS, UNREACHABLE -> false;
    };
  }

  private Move await(PeerAnswer peer, long nowMillis) {
    awaited = peer(peer.peer()).orElse(null);
    return ask(ASK_AGAIN_MILLIS, nowMillis);
  }

  private Move fromHub(long nowMillis) {
    isClaiming = false;
    isFetching = true;
    toldBytes.clear();
    started(nowMillis);
    return new Move.FromHub(ask(LOOK_ROUND_MILLIS, nowMillis));
  }

  /// Who claims asks everybody.
  private Move.Ask ask(long afterMillis, long nowMillis) {
    List<Peer> asked = new ArrayList<>();
    for (Peer peer : inOrder) {
      boolean isAway = !isClaiming && awayUntil.getOrDefault(peer.device(), 0L) > nowMillis;
      if (!peer.device().equals(self) && !isAway && !isDistrusted(peer.device())) {
        asked.add(peer);
      }
    }
    return new Move.Ask(asked, afterMillis);
  }

  private boolean isDistrusted(DeviceId device) {
    return content != null && distrusted.getOrDefault(content, Set.of()).contains(device);
  }

  /// A peer gives no more.
  ///
  /// @param bytes of the content that are here now
  /// @param told what the peer said last
  public Move copyEnded(long bytes, PeerAnswer told, long nowMillis) {
    boolean hasStalled = nowMillis - grownMillis >= PATIENCE_MILLIS;
    advanced(bytes, hasStalled ? grownMillis : nowMillis);
    source = null;
    if (told.standing() == PeerStanding.UNREACHABLE) {
      awayUntil.put(told.peer(), nowMillis + PASSED_OVER_MILLIS);
      if (ownBytes - startedBytes < NEXT_TO_NOTHING_BYTES) {
        // Whatever it answers when it is asked: what counts is what it gave.
        passOver(told.peer(), nowMillis);
      }
    } else if (isCatchingUp(told, nowMillis)) {
      progressMillis = nowMillis;
    } else if (told.standing() == PeerStanding.WHOLE
        || told.bytes() > bytes
        || (hasStalled && told.standing() == PeerStanding.FETCHES)) {
      // One that says it has it all, and ends before it is all here, does not have it all.
      slowRates.remove(told.peer());
      passOver(told.peer(), nowMillis);
    }
    toldBytes.put(told.peer(), told.bytes());
    // All that is here is digested again for each copy: not for each drop of what others copy.
    boolean isDrop =
        switch (told.standing()) {
          case WANTS, CLAIMS, MAKES, HOLDS -> ownBytes - startedBytes < LEAD_BYTES;
          case WHOLE, FETCHES, UNREACHABLE -> false;
        };
    return ask(isDrop ? ASK_AGAIN_MILLIS : 0, nowMillis);
  }

  /// A peer gives, and so little that another one or the hub may be better.
  ///
  /// @param told what the peer said last
  public Move copyWasSlow(long bytes, PeerAnswer told, long nowMillis) {
    advanced(bytes, nowMillis);
    slowRates.put(told.peer(), bytesPerSecond(nowMillis));
    source = null;
    // Whoever comes first in rank has had its time.
    progressMillis = Math.min(progressMillis, nowMillis - PATIENCE_MILLIS);
    toldBytes.put(told.peer(), told.bytes());
    passOver(told.peer(), nowMillis);
    return ask(0, nowMillis);
  }

  /// For longer each time; one that is only slow, for the shortest time.
  private void passOver(DeviceId peer, long nowMillis) {
    int times = 1;
    if (content != null) {
      Map<DeviceId, Integer> counts = dull.computeIfAbsent(content, any -> new HashMap<>());
      if (ownBytes - startedBytes >= NEXT_TO_NOTHING_BYTES) {
        counts.remove(peer);
      } else {
        times = counts.merge(peer, 1, Integer::sum);
      }
    }
    dullUntil.put(peer, nowMillis + (PASSED_OVER_MILLIS << Math.min(times - 1, DOUBLED_MAX)));
  }

  /// It fetches, and has not come as far as is here.
  private boolean isCatchingUp(PeerAnswer told, long nowMillis) {
    return told.standing() == PeerStanding.FETCHES
        && told.bytes() <= ownBytes
        && told.bytes() > toldBytes.getOrDefault(told.peer(), -1L)
        && nowMillis - grownMillis < BEHIND_MILLIS_MAX;
  }

  /// The hub is not asked again before.
  public void hubFailed(long untilMillis) {
    hubRestsUntil = untilMillis;
  }

  public boolean hubRests(long nowMillis) {
    return nowMillis < hubRestsUntil;
  }

  /// The line is back.
  public void hurry() {
    hubRestsUntil = 0;
    hubKnownUntil = 0;
  }

  /// What is here is wrong: those who gave of it are never asked for it again.
  ///
  /// @return their names
  public List<String> distrust(Digest which) {
    Set<DeviceId> guilty = givers.remove(which);
    if (guilty == null) {
      return List.of();
    }
    wrong.merge(which, 1, Integer::sum);
    distrusted.computeIfAbsent(which, any -> new HashSet<>()).addAll(guilty);
    return inOrder.stream().filter(it -> guilty.contains(it.device())).map(this::name).toList();
  }

  private String name(Peer peer) {
    return site + "/" + peer.slot();
  }

  /// Why nothing comes that only a peer may give: this one is to make it.
  public Reason isToMake(Peer maker, String path, long done, long total) {
    return new Reason.WaitingForPeer(name(maker), path, done, total);
  }

  /// Why it does not come from the hub; empty when it does, or nobody knows yet.
  public Optional<Reason> reason(String path, long done, long total) {
    if (source != null) {
      return Optional.of(new Reason.CopyingFromPeer(name(source), path, done, total));
    }
    return awaited == null
        ? Optional.empty()
        : Optional.of(new Reason.WaitingForPeer(name(awaited), path, done, total));
  }
}
