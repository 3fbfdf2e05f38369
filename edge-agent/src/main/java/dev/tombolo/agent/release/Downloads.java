package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Variant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which file is fetched next. One at a time, so that a slow line is not shared by many halves; a
/// file that failed waits, the line's return or its time wakes it. Lives in memory only: a
/// restarted agent looks at what lies in the store ([#found]) and asks for all files again.
public final class Downloads {
  /// The wait after a second wrong delivery in a row; it doubles with each.
  private static final long WRONG_AGAIN_MILLIS = 10 * 60_000;

  private static final long WRONG_MILLIS_MAX = 24 * 3_600_000;
  private static final int WRONG_DOUBLINGS_MAX = 10;

  private final Map<Digest, Variant.File> wanted = new LinkedHashMap<>();
  private final Set<Digest> stored = new HashSet<>();
  private final Set<Digest> bundles = new HashSet<>();

  /// The hub is not asked for these: it would give something smaller.
  private final Set<Digest> fromPeersOnly = new HashSet<>();

  /// Of these, what is being copied though the hub has said by now: given up when it comes slowly.
  private final Set<Digest> leftOver = new HashSet<>();

  /// Files that a kit brought: fetching them needs no line, and no waiting for one.
  private final Set<Digest> near = new HashSet<>();

  /// What the hub has given wrong, of those that are wanted.
  private final Map<Digest, Wrong> wrong = new HashMap<>();

  /// @param times in a row
  /// @param untilMillis the hub is not asked for it before, line or no line
  private record Wrong(int times, long untilMillis, Reason reason) {}

  /// What a way back lacks: nothing runs until it is here.
  private final Set<Digest> first = new HashSet<>();

  private static final long INTERRUPT_EVERY_MILLIS = 5 * 60_000;

  /// When the next of these may be looked for, however the others stand.
  private long firstAtMillis;

  /// What others fetch is not stopped for them before: each time it is digested anew.
  private long interruptAtMillis;

  /// What is there of files that were begun and are not under way.
  private final Map<Digest, Long> begun = new HashMap<>();

  private @Nullable Digest current;
  private long currentBytes;
  private final Rate rate = new Rate();
  private int failures;
  private long retryAtMillis;

  /// When the next file may be looked for; peers may have it before the hub is asked again.
  private long lookAtMillis;

  /// What was set aside last was not to be had from neighbours either.
  private boolean isHubsTurn;

  private @Nullable Reason trouble;
  private @Nullable Digest troubled;

  /// So many bytes of each lie in the store, left by an earlier run.
  public void found(Map<Digest, Long> bytes) {
    begun.putAll(bytes);
  }

  public void want(List<Variant.File> files) {
    for (Variant.File file : files) {
      fromPeersOnly.remove(file.digest());
      leftOver.remove(file.digest());
      if (!stored.contains(file.digest())) {
        wanted.putIfAbsent(file.digest(), file);
      }
    }
  }

  /// While the hub cannot say what is best: what devices of the site have.
  public void wantFromPeers(List<Variant.File> files) {
    for (Variant.File file : files) {
      leftOver.remove(file.digest());
      if (!stored.contains(file.digest()) && wanted.putIfAbsent(file.digest(), file) == null) {
        fromPeersOnly.add(file.digest());
      }
    }
  }

  /// The hub has said. What is being copied goes on, unless it comes slowly.
  public void wantNotFromPeers(List<Variant.File> files) {
    if (fromPeersOnly.isEmpty()) {
      return;
    }
    for (Variant.File file : files) {
      if (!fromPeersOnly.contains(file.digest())) {
        continue;
      }
      if (file.digest().equals(current)) {
        leftOver.add(file.digest());
      } else {
        forget(file.digest());
      }
    }
  }

  private void forget(Digest file) {
    fromPeersOnly.remove(file);
    leftOver.remove(file);
    wanted.remove(file);
  }

  /// It comes slowly: true when it is given up, because what the hub has is better.
  public boolean gaveUpSlow(Digest file) {
    if (!leftOver.contains(file)) {
      return false;
    }
    forget(file);
    if (file.equals(current)) {
      idle();
    }
    return true;
  }

  public boolean mayComeFromHub(Digest file) {
    return !fromPeersOnly.contains(file);
  }

  /// A bundle is fetched as a file is, from another place.
  public void want(Route.ByBundle bundle) {
    bundles.add(bundle.bundle());
    want(List.of(bundle.file()));
  }

  public boolean isBundle(Digest file) {
    return bundles.contains(file);
  }

  /// Forgets what is on its way except `files`. Tells the file to give up, if one is being fetched.
  ///
  /// @param held what else stays in the store
  public Optional<Digest> keepOnly(Set<Digest> files, Set<Digest> held) {
    retain(wanted.keySet(), files);
    retain(stored, files);
    retain(bundles, files);
    retain(fromPeersOnly, files);
    retain(leftOver, files);
    retain(wrong.keySet(), files);
    begun.keySet().removeIf(file -> !files.contains(file) && !held.contains(file));
    if (trouble != null && troubled != null && !files.contains(troubled)) {
      // Nobody waits for it any more, so the others need not wait for its next try.
      trouble = null;
      troubled = null;
      hurry();
    }
    if (current == null || files.contains(current)) {
      return Optional.empty();
    }
    Digest given = current;
    idle();
    return Optional.of(given);
  }

  /// Mostly there is nothing: this is asked at each tick.
  private static void retain(Set<Digest> of, Set<Digest> files) {
    if (!of.isEmpty()) {
      of.retainAll(files);
    }
  }

  /// The file to ask for now, if one is due and none is under way.
  ///
  /// @param allowed which files may be fetched by the line now
  public Optional<Variant.File> next(long nowMillis, Predicate<Digest> allowed) {
    if (current != null) {
      return Optional.empty();
    }
    for (Variant.File file : wanted.values()) {
      if (near.contains(file.digest())) {
        return Optional.of(begun(file));
      }
    }
    Optional<Variant.File> urgent = dueFirst(nowMillis, allowed);
    if (urgent.isPresent()) {
      return Optional.of(begun(urgent.get()));
    }
    if (nowMillis >= lookAtMillis) {
      // However many are asked of neighbours, what the hub has is tried again in time.
      if (isHubsTurn && nowMillis >= retryAtMillis) {
        for (Variant.File file : wanted.values()) {
          if (mayComeFromHub(file.digest())
              && !first.contains(file.digest())
              && allowed.test(file.digest())) {
            return Optional.of(begun(file));
          }
        }
      }
      for (Variant.File file : wanted.values()) {
        if (!first.contains(file.digest()) && allowed.test(file.digest())) {
          return Optional.of(begun(file));
        }
      }
    }
    return Optional.empty();
  }

  /// Mostly there is none: this is asked at each tick.
  private Optional<Variant.File> dueFirst(long nowMillis, Predicate<Digest> allowed) {
    if (first.isEmpty() || nowMillis < firstAtMillis) {
      return Optional.empty();
    }
    return wanted.values().stream()
        .filter(it -> first.contains(it.digest()) && allowed.test(it.digest()))
        .findFirst();
  }

  /// These, if they are wanted, come before all else that needs the line, and do not wait for the
  /// next try of others; nor do others wait for theirs.
  public void putFirst(Set<Digest> files) {
    if (!first.equals(files)) {
      first.clear();
      first.addAll(files);
      firstAtMillis = 0;
      interruptAtMillis = 0;
    }
  }

  private Variant.File begun(Variant.File file) {
    current = file.digest();
    currentBytes = begun.getOrDefault(current, 0L);
    return file;
  }

  /// Stops the file under way, unless it is one of `urgent` or needs no line; it stays wanted.
  public Optional<Digest> pause(Set<Digest> urgent) {
    if (current == null || urgent.contains(current) || near.contains(current)) {
      return Optional.empty();
    }
    Digest paused = current;
    idle();
    return Optional.of(paused);
  }

  /// A kit brought these. Tells the file to give up, if one of them is being fetched: it is begun
  /// anew.
  public Optional<Digest> came(Set<Digest> files) {
    near.addAll(files);
    if (current == null || !near.contains(current)) {
      return Optional.empty();
    }
    Digest given = current;
    idle();
    return Optional.of(given);
  }

  /// Stops the file that comes by the line where one that needs none is waited for, or one that
  /// comes first; it stays wanted.
  public Optional<Digest> giveWay(long nowMillis, Predicate<Digest> allowed) {
    if (current == null || near.contains(current)) {
      return Optional.empty();
    }
    boolean isInTheWay =
        nowMillis >= interruptAtMillis
            && !first.contains(current)
            && dueFirst(nowMillis, allowed).isPresent();
    if (!wantsAny(near) && !isInTheWay) {
      return Optional.empty();
    }
    if (isInTheWay) {
      interruptAtMillis = nowMillis + INTERRUPT_EVERY_MILLIS;
    }
    Digest given = current;
    idle();
    return Optional.of(given);
  }

  public boolean isNear(Digest file) {
    return near.contains(file);
  }

  /// A kit brought what the store lacks of them: none needs the line.
  public boolean areHere(List<Variant.File> files) {
    if (near.isEmpty()) {
      return false;
    }
    for (Variant.File file : files) {
      if (!stored.contains(file.digest()) && !near.contains(file.digest())) {
        return false;
      }
    }
    return true;
  }

  /// The kit that brought these is gone.
  public void gone(Set<Digest> files) {
    near.removeAll(files);
  }

  public boolean wantsAny(Set<Digest> files) {
    return wanted.keySet().stream().anyMatch(files::contains);
  }

  public void advanced(Digest file, long bytes, long nowMillis) {
    if (file.equals(current)) {
      currentBytes = bytes;
      rate.noted(bytes, nowMillis);
      trouble = null;
      failures = 0;
    }
  }

  /// Who was asked for the rest gives all of it.
  public void begunAnew(Digest file) {
    if (file.equals(current)) {
      currentBytes = 0;
    }
  }

  public void finished(Digest file) {
    wanted.remove(file);
    fromPeersOnly.remove(file);
    leftOver.remove(file);
    wrong.remove(file);
    stored.add(file);
    failures = 0;
    retryAtMillis = 0;
    lookAtMillis = 0;
    firstAtMillis = 0;
    trouble = null;
    if (file.equals(current)) {
      idle();
    }
    begun.remove(file);
  }

  /// @param delayMillis until the next try
  public void failed(Digest file, Reason reason, long nowMillis, long delayMillis) {
    if (!file.equals(current)) {
      return;
    }
    // What a kit brought was not right.
    near.remove(file);
    failures++;
    retryAtMillis = nowMillis + delayMillis;
    trouble = reason;
    troubled = file;
    setAside(retryAtMillis);
  }

  /// The hub gave all of it, and it is not what it should be: it is asked again less and less
  /// often, because each try costs the line the whole file.
  public void failedWrong(Digest file, Reason reason, long nowMillis, long delayMillis) {
    if (!file.equals(current)) {
      return;
    }
    Wrong before = wrong.get(file);
    int times = before == null ? 1 : before.times() + 1;
    long wait =
        times == 1
            ? delayMillis
            : Math.min(
                WRONG_MILLIS_MAX, WRONG_AGAIN_MILLIS << Math.min(times - 2, WRONG_DOUBLINGS_MAX));
    wrong.put(file, new Wrong(times, nowMillis + wait, reason));
    failed(file, reason, nowMillis, delayMillis);
    begun.remove(file);
  }

  /// Another than the hub was to blame.
  public void forgiven(Digest file) {
    wrong.remove(file);
  }

  /// The hub has it wrong, as far as is known, and is not asked for it now.
  public boolean restsAsWrong(Digest file, long nowMillis) {
    Wrong known = wrong.get(file);
    return known != null && nowMillis < known.untilMillis();
  }

  /// Why the first of these that the hub has wrong is not here.
  public Optional<Reason> wrong(List<Variant.File> files, long nowMillis) {
    for (Variant.File file : files) {
      Wrong known = wrong.get(file.digest());
      if (known != null) {
        long left = Math.max(0, known.untilMillis() - nowMillis);
        String detail = ReasonText.say(known.reason());
        return Optional.of(new Reason.DownloadFailed(file.path(), detail, left));
      }
    }
    return Optional.empty();
  }

  /// What is under way waits until then.
  public void setAside(long untilMillis) {
    isHubsTurn = current != null && fromPeersOnly.contains(current);
    // To the end of the line, so that one bad file does not hold up the others.
    Variant.File last = current == null ? null : wanted.remove(current);
    if (last != null) {
      wanted.put(last.digest(), last);
    }
    if (last != null && first.contains(last.digest())) {
      firstAtMillis = untilMillis;
    } else {
      lookAtMillis = untilMillis;
    }
    idle();
  }

  /// Nothing is looked for later than this.
  public void lookBy(long millis) {
    lookAtMillis = Math.min(lookAtMillis, millis);
    firstAtMillis = Math.min(firstAtMillis, millis);
  }

  /// The file under way, if any.
  public Optional<Variant.File> current() {
    return current == null ? Optional.empty() : Optional.ofNullable(wanted.get(current));
  }

  private void idle() {
    if (current != null) {
      begun.put(current, currentBytes);
    }
    current = null;
    currentBytes = 0;
    rate.reset();
  }

  /// Of the file under way, over the last seconds.
  public long bytesPerSecond() {
    return rate.bytesPerSecond();
  }

  /// The line is back: no need to wait.
  public void hurry() {
    retryAtMillis = 0;
    lookAtMillis = 0;
    firstAtMillis = 0;
  }

  /// The store does not have them after all.
  public void missing(List<Variant.File> files) {
    for (Variant.File file : files) {
      stored.remove(file.digest());
    }
  }

  public boolean complete(List<Variant.File> files) {
    for (Variant.File file : files) {
      if (!stored.contains(file.digest())) {
        return false;
      }
    }
    return true;
  }

  /// Bytes of these files that are on the disk.
  public long bytesDone(List<Variant.File> files) {
    long done = 0;
    for (Variant.File file : files) {
      if (stored.contains(file.digest())) {
        done += file.size();
      } else if (file.digest().equals(current)) {
        done += currentBytes;
      } else {
        done += begun.getOrDefault(file.digest(), 0L);
      }
    }
    return done;
  }

  public boolean isFetching(Digest file) {
    return file.equals(current);
  }

  public int failures() {
    return failures;
  }

  public Optional<Reason> trouble() {
    return Optional.ofNullable(trouble);
  }

  /// True for the file that the trouble was with.
  public boolean isTroubled(Digest file) {
    return trouble != null && file.equals(troubled);
  }

  public long retryInMillis(long nowMillis) {
    return Math.max(0, retryAtMillis - nowMillis);
  }
}
