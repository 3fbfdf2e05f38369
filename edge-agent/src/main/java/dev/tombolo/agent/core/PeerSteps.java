package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.release.Sharing;
import dev.tombolo.agent.release.Sharing.Move;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Has the content under way fetched: from the hub, or from a device of the site as [Sharing]
/// decides.
final class PeerSteps {
  /// For less, asking around costs more than the hub.
  static final long ASKED_BYTES_MIN = 64 * 1024;

  /// Who is said to be about to make a content is waited for as long as the hub would be, for a
  /// change that it has yet to make. Whoever says so in vain costs this time, once for a content.
  static final long MAKES_MILLIS_MAX = 10 * 60_000;

  private final String https;
  private final Downloads downloads;
  private final ReportSteps reports;
  private final Sharing sharing;
  private final boolean mayShare;
  private List<Peer> sharedWith = List.of();
  private @Nullable Digest toldOf;
  private @Nullable PeerStanding told;

  /// Contents that were looked for at peers alone -> how often nobody gave.
  private final Map<Digest, Integer> inVain = new HashMap<>();

  /// Contents that only a peer may give -> who is to make it here, and since when somebody is.
  private final Map<Digest, Made> made = new HashMap<>();

  private record Made(Optional<Peer> by, long sinceMillis) {}

  /// What peers are told that it is made here.
  private Set<Digest> making = Set.of();

  private long questions;

  PeerSteps(AgentSnapshot snapshot, AgentBoot boot, Downloads downloads, ReportSteps reports) {
    this.https = snapshot.enrolment().https();
    this.downloads = downloads;
    this.reports = reports;
    this.sharing = new Sharing(snapshot.enrolment().device());
    this.mayShare = boot.shares();
  }

  boolean isOn() {
    return sharing.isOn();
  }

  /// The document in force names these.
  void shareWith(Name site, Optional<PeersSection> section, Outcome out) {
    sharing.shareWith(
        site, mayShare ? section.map(PeersSection::peers).orElse(List.of()) : List.of());
    List<Peer> now = sharing.isOn() ? sharing.peers() : List.of();
    if (now.equals(sharedWith)) {
      return;
    }
    sharedWith = now;
    share(out);
  }

  /// The keys here have changed: peers see the new one from now on.
  void renewed(Outcome out) {
    if (!sharedWith.isEmpty()) {
      share(out);
    }
  }

  /// Whatever was told before is forgotten with this: an earlier core may have told it.
  private void share(Outcome out) {
    out.effect(new AgentEffect.ShareWith(sharedWith));
    if (!making.isEmpty()) {
      out.effect(new AgentEffect.TellMaking(making));
    }
    toldOf = null;
    told = null;
    Optional<Digest> current = downloads.current().map(Variant.File::digest);
    if (sharing.isOn() && current.isPresent()) {
      if (!sharing.isUnderWay(current.get())) {
        // It has come from the hub so far: others can follow that.
        sharing.joined(current.get());
      }
      tell(current.get(), out);
    }
  }

  void begin(Variant.File file, Now now, Outcome out) {
    if (downloads.isNear(file.digest())) {
      fetch(file, out);
      return;
    }
    boolean mayAskHub = mayAskHub(file, now);
    boolean isSmall = file.size() < ASKED_BYTES_MIN && !sharing.hubRests(now.monotonicMillis());
    if (sharing.isOn() && mayAskHub && isSmall) {
      sharing.joined(file.digest());
      tell(file.digest(), out);
      fetch(file, out);
    } else if (sharing.isOn()) {
      Move first = sharing.begin(file.digest(), mayAskHub, now.monotonicMillis());
      move(file, first, now, out);
    } else if (mayAskHub) {
      fetch(file, out);
    } else {
      downloads.setAside(now.monotonicMillis() + Sharing.LOOK_MILLIS);
    }
  }

  private boolean mayAskHub(Variant.File file, Now now) {
    return downloads.mayComeFromHub(file.digest())
        && !downloads.restsAsWrong(file.digest(), now.monotonicMillis());
  }

  /// The hub may have said meanwhile that no bundle comes.
  private void lookForHub(Variant.File file, Now now) {
    if (mayAskHub(file, now)) {
      sharing.allowHub();
    }
  }

  void advanced(Digest content, long bytes, Now now) {
    if (sharing.isUnderWay(content)) {
      sharing.advanced(bytes, now.monotonicMillis());
    }
  }

  void answered(AgentEvent.PeersAnswered event, Now now, Outcome out) {
    Variant.File file = underWay(event.content());
    if (file == null || event.question() != questions) {
      return;
    }
    lookForHub(file, now);
    boolean wasFetching = sharing.isFetching();
    Move move = sharing.answered(event.bytes(), event.answers(), now.monotonicMillis());
    if (wasFetching && !sharing.isFetching()) {
      // Another one has come further.
      out.effect(new AgentEffect.CancelFetch(file.digest()));
    }
    move(file, move, now, out);
  }

  void copyEnded(AgentEvent.CopyEnded event, Now now, Outcome out) {
    Variant.File file = underWay(event.content());
    if (file == null || !sharing.isCopying()) {
      fetchAgain(event.content(), out);
      return;
    }
    lookForHub(file, now);
    downloads.advanced(event.content(), event.bytes(), now.monotonicMillis());
    long nowMillis = now.monotonicMillis();
    if (event.isSlow() && downloads.gaveUpSlow(event.content())) {
      ended(event.content(), out);
      return;
    }
    Move next =
        event.isSlow()
            ? sharing.copyWasSlow(event.bytes(), event.told(), nowMillis)
            : sharing.copyEnded(event.bytes(), event.told(), nowMillis);
    move(file, next, now, out);
  }

  /// A copy that an earlier core began has swallowed what this one asked for: of a content one
  /// thing is under way. Where that is not so, asking once more does nothing.
  private void fetchAgain(Digest content, Outcome out) {
    boolean isFetched = !sharing.isOn() || sharing.isFetching() || downloads.isNear(content);
    if (isFetched && !sharing.isCopying()) {
      downloads
          .current()
          .filter(it -> it.digest().equals(content))
          .ifPresent(file -> fetch(file, out));
    }
  }

  private Variant.@Nullable File underWay(Digest content) {
    return sharing.isUnderWay(content)
        ? downloads.current().filter(it -> it.digest().equals(content)).orElse(null)
        : null;
  }

  private void move(Variant.File file, Move move, Now now, Outcome out) {
    switch (move) {
      case Move.Ask ask -> {
        // Told first: of two who ask each other, one must see what the other is about to do.
        tell(file.digest(), out);
        ask(file, ask, out);
      }
      case Move.Copy(var peer) -> {
        tell(file.digest(), out);
        out.effect(new AgentEffect.CopyFromPeer(file.digest(), file.size(), peer));
      }
      case Move.FromHub(var lookRound) -> {
        tell(file.digest(), out);
        fetch(file, out);
        ask(file, lookRound, out);
      }
      case Move.SetAside(var millis, var maker) -> {
        if (!downloads.mayComeFromHub(file.digest()) && !isMade(file.digest(), maker, now)) {
          inVain.merge(file.digest(), 1, Integer::sum);
        }
        downloads.setAside(now.monotonicMillis() + millis);
        ended(file.digest(), out);
      }
    }
  }

  /// Somebody is to make it, and may still take its time.
  private boolean isMade(Digest content, Optional<Peer> maker, Now now) {
    Made before = made.get(content);
    if (maker.isEmpty() && before == null) {
      return false;
    }
    long since = before == null ? now.monotonicMillis() : before.sinceMillis();
    boolean mayTakeTime = now.monotonicMillis() - since < MAKES_MILLIS_MAX;
    Optional<Peer> awaited = mayTakeTime ? maker : Optional.empty();
    made.put(content, new Made(awaited, since));
    return awaited.isPresent();
  }

  /// These are made here of changes that come: peers that want them are told so.
  void make(Set<Digest> contents, Outcome out) {
    Set<Digest> now = sharing.isOn() ? contents : Set.of();
    if (!now.equals(making)) {
      making = Set.copyOf(now);
      out.effect(new AgentEffect.TellMaking(making));
    }
  }

  private void ask(Variant.File file, Move.Ask ask, Outcome out) {
    questions++;
    out.effect(new AgentEffect.AskPeers(file.digest(), questions, ask.peers(), ask.afterMillis()));
  }

  private void fetch(Variant.File file, Outcome out) {
    String kind = downloads.isBundle(file.digest()) ? "/v1/bundles/" : "/v1/files/";
    out.effect(
        new AgentEffect.Fetch(
            file.digest(),
            file.size(),
            https + kind + file.digest().hex(),
            downloads.isNear(file.digest())));
  }

  private void tell(Digest content, Outcome out) {
    PeerStanding standing = sharing.standing();
    if (!content.equals(toldOf) || standing != told) {
      toldOf = content;
      told = standing;
      out.effect(new AgentEffect.TellPeers(content, standing));
    }
  }

  /// It is whole, or waits, or is not wanted any more.
  void ended(Digest content, Outcome out) {
    if (sharing.isUnderWay(content)) {
      sharing.end();
    }
    if (content.equals(toldOf)) {
      toldOf = null;
      told = null;
      out.effect(new AgentEffect.TellPeers(content, PeerStanding.HOLDS));
    }
  }

  /// @param delayMillis until the hub may be asked again
  void failed(AgentEvent.FetchFailed event, long delayMillis, Now now, Outcome out) {
    if (!sharing.isOn()) {
      ended(event.file(), out);
      return;
    }
    boolean wasHub = sharing.isUnderWay(event.file()) && sharing.isFetching();
    boolean isWrong =
        event.reason() instanceof Reason.DigestMismatch
            || event.reason() instanceof Reason.SizeMismatch;
    if (isWrong && sharing.isUnderWay(event.file())) {
      sharing.blameSource();
    }
    ended(event.file(), out);
    List<String> guilty = isWrong ? sharing.distrust(event.file()) : List.of();
    for (String peer : guilty) {
      reports.event("peer-distrusted", null, event.file(), wrongFrom(peer, event), now, out);
    }
    if (!guilty.isEmpty()) {
      downloads.forgiven(event.file());
      downloads.lookBy(now.monotonicMillis());
    } else if (wasHub) {
      sharing.hubFailed(now.monotonicMillis() + delayMillis);
      downloads.lookBy(now.monotonicMillis() + Sharing.LOOK_MILLIS);
    }
  }

  private static Reason wrongFrom(String peer, AgentEvent.FetchFailed event) {
    return event.reason() instanceof Reason.DigestMismatch(var _, var wanted, var got)
        ? new Reason.DigestMismatch(peer + ": what it gave of a file", wanted, got)
        : event.reason();
  }

  void hurry() {
    sharing.hurry();
  }

  void keepOnly(Set<Digest> contents) {
    sharing.keepOnly(contents);
    if (!inVain.isEmpty()) {
      inVain.keySet().retainAll(contents);
    }
    if (!made.isEmpty()) {
      made.keySet().retainAll(contents);
    }
  }

  /// How often one of these was looked for at peers alone, and nobody gave.
  int timesInVain(List<Variant.File> files) {
    int times = 0;
    for (Variant.File file : files) {
      times += inVain.getOrDefault(file.digest(), 0);
    }
    return times;
  }

  /// Why a content comes as it does; empty when it comes from the hub.
  Optional<Reason> reason(Digest content, String path, long done, long total) {
    return sharing.isUnderWay(content) ? sharing.reason(path, done, total) : Optional.empty();
  }

  /// Why nothing of these comes: the first of them that a peer is to make.
  Optional<Reason> isToBeMade(List<Variant.File> files, long done, long total) {
    if (made.isEmpty()) {
      return Optional.empty();
    }
    for (Variant.File file : files) {
      Made by = made.get(file.digest());
      if (by != null && by.by().isPresent() && !downloads.complete(List.of(file))) {
        return Optional.of(sharing.isToMake(by.by().get(), file.path(), done, total));
      }
    }
    return Optional.empty();
  }

  /// Its last trouble is still what keeps it: nobody has been found since.
  boolean isLooking(Digest content) {
    return sharing.isUnderWay(content) && sharing.isLooking();
  }
}
