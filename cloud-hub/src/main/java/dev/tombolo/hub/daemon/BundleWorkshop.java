package dev.tombolo.hub.daemon;

import dev.tombolo.hub.bundle.BundleMaker;
import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.files.BundleShelf;
import dev.tombolo.hub.files.ContentStore;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.hub.release.BundlePlan;
import dev.tombolo.hub.release.BundleWants;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Makes bundles, one after the other, beside the hub's loop and without a word to it: what devices
/// will ask for it reads from the last commit, what there is from the shelf.
final class BundleWorkshop implements BundleDesk, AutoCloseable {
  private static final Logger LOG = System.getLogger(BundleWorkshop.class.getName());

  /// Changes that devices wait for; more are told to take whole files.
  static final int ASKED_MAX = 64;

  /// Of these that one device may wait for; more of it wait until one is there.
  static final int ASKED_BY_ONE_MAX = 4;

  private static final int FAILED_MAX = 1_000;
  private static final int RETRY_SECONDS_MIN = 2;
  private static final int RETRY_SECONDS_MAX = 20;

  /// A bundle that saves less than this share is not worth the applying.
  private static final double WORTH_SHARE = 0.97;

  /// Looked at anew now and then, whatever has happened.
  private static final long LOOK_SECONDS = 600;

  /// What is only a fallback is made when nobody has changed anything for so long.
  private static final long QUIET_SECONDS = 120;

  private static final long CLOSE_SECONDS = 10;

  private final HubViews views;
  private final ContentStore files;
  private final BundleShelf shelf;
  private final HubConfig.Bundles settings;
  private final InstantSource clock;
  private final BundleMaker maker = new BundleMaker();
  private final Semaphore news = new Semaphore(0);
  private final Thread thread;

  private final Object lock = new Object();

  /// By whom first; empty: an operator.
  private final Map<BundlePair, Optional<DeviceId>> asked = new LinkedHashMap<>();

  private final Map<BundlePair, Failure> failed = new LinkedHashMap<>();

  /// What devices will ask for, when that was last looked at.
  private List<BundlePair> wants = List.of();

  /// More of that does not fit beside what stands before it.
  private boolean isFull;

  private List<BundlePair> foreseen = List.of();

  private @Nullable BundlePair making;

  /// Was being made when a device asked for another one; it is made later.
  private @Nullable BundlePair givesWay;

  private final LongAdder made = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Map<Digest, ReleaseManifest> manifests = new HashMap<>();
  private volatile boolean isLookDue = true;
  private volatile boolean isMakingFallback;
  private final AtomicBoolean isGivingWay = new AtomicBoolean();
  private volatile boolean isGiveWayDue;
  private volatile boolean isClosing;

  private record Failure(String why, long millis) {}

  BundleWorkshop(
      HubViews views,
      ContentStore files,
      BundleShelf shelf,
      HubConfig.Bundles settings,
      InstantSource clock) {
    this.views = views;
    this.files = files;
    this.shelf = shelf;
    this.settings = settings;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("bundles").daemon(true).unstarted(this::run);
  }

  void start() {
    if (settings.make()) {
      thread.start();
    }
  }

  /// An operator has changed something: other bundles may be wanted.
  void look() {
    isLookDue = true;
    news.release();
    if (isMakingFallback) {
      isGiveWayDue = true;
      // Looks into the database, which whoever calls here must not wait for.
      Thread.ofVirtual().name("bundles give way").start(this::giveWayInTurn);
    }
  }

  /// One at a time, whatever operators do meanwhile, and once more after the last of it.
  private void giveWayInTurn() {
    while (isGiveWayDue && isGivingWay.compareAndSet(false, true)) {
      isGiveWayDue = false;
      try {
        giveWay();
      } finally {
        isGivingWay.set(false);
      }
    }
  }

  /// Ends the making of a fallback when something is wanted that is more.
  private void giveWay() {
    try {
      List<BundlePair> wants = BundleWants.of(candidates());
      Set<BundlePair> settled = settled();
      synchronized (lock) {
        BundlePair fallback = making;
        if (fallback != null
            && BundlePlan.givesWay(fallback, next(wants, settled), asked.keySet(), settled)) {
          givesWay = fallback;
          maker.end();
        }
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "bundles: " + e.getMessage());
    }
  }

  // ---- what others ask

  @Override
  public Offer offer(BundlePair pair, Optional<DeviceId> asker) {
    Optional<BundleShelf.Entry> there = shelf.find(pair);
    if (there.isPresent()) {
      return offered(there.get());
    }
    if (!settings.make()) {
      return new Offer.Missing("this hub makes none (bundles.make in hub.yaml)");
    }
    synchronized (lock) {
      Failure failure = failed.get(pair);
      if (failure != null && isRecent(failure)) {
        return new Offer.Missing("the hub could not make it: " + failure.why());
      }
      int before = pair.equals(making) ? 0 : asked.size();
      if (!asked.containsKey(pair)) {
        if (asker.isPresent() && askedBy(asker.get()) >= ASKED_BY_ONE_MAX) {
          return new Offer.Awaited(RETRY_SECONDS_MAX);
        }
        if (asked.size() >= ASKED_MAX) {
          return new Offer.Missing("the hub has " + ASKED_MAX + " others to make first");
        }
        asked.put(pair, asker);
        // Looks into the database, which whoever asks must not wait for.
        Thread.ofVirtual().name("bundle asked").start(() -> takeUp(pair));
      }
      return new Offer.Awaited(
          Math.clamp(RETRY_SECONDS_MIN * (1L + before), RETRY_SECONDS_MIN, RETRY_SECONDS_MAX));
    }
  }

  /// Under the lock.
  private long askedBy(DeviceId device) {
    return asked.values().stream().filter(it -> it.filter(device::equals).isPresent()).count();
  }

  /// What was asked for and can be made has others wait for it.
  private void takeUp(BundlePair pair) {
    Optional<String> lacking = Optional.empty();
    try {
      lacking = lacking(pair.target()).or(() -> pair.base().flatMap(this::lacking));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "bundles: " + e.getMessage());
    }
    synchronized (lock) {
      if (lacking.isPresent()) {
        asked.remove(pair);
        remember(pair, lacking.get());
        return;
      }
      if (making != null
          && asked.containsKey(pair)
          && !pair.equals(making)
          && !asked.containsKey(making)) {
        // Nobody waits for that one.
        givesWay = making;
        maker.end();
      }
    }
    news.release();
  }

  private Offer offered(BundleShelf.Entry entry) {
    shelf.used(entry, clock.millis());
    return entry.bundle().isPresent()
        ? new Offer.Made(new BundleOffer(entry.bundle().get(), entry.bytes()))
        : new Offer.NotWorth();
  }

  private boolean isRecent(Failure failure) {
    return BundlePlan.isRecent(failure.millis(), clock.millis());
  }

  @Override
  public Set<BundlePair> pairsOf(Digest bundle) {
    return shelf.pairsOf(bundle);
  }

  @Override
  public Optional<Path> find(Digest bundle) {
    // It may be fetched in parts, for days, and was asked for once.
    for (BundlePair pair : shelf.pairsOf(bundle)) {
      shelf.find(pair).ifPresent(entry -> shelf.used(entry, clock.millis()));
    }
    return shelf.find(bundle);
  }

  @Override
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    Set<BundlePair> shown = new HashSet<>();
    for (BundleShelf.Entry entry : shelf.entries()) {
      shown.add(entry.pair());
      rows.add(
          new Row(
              entry.pair(),
              entry.bundle().isPresent() ? Standing.MADE : Standing.NOT_WORTH,
              entry.bundle(),
              entry.bytes(),
              plainBytes(entry.pair()),
              entry.usedMillis(),
              ""));
    }
    synchronized (lock) {
      if (making != null && shown.add(making)) {
        rows.add(coming(making, Standing.MAKING, ""));
      }
      failed.forEach(
          (pair, failure) -> {
            if (isRecent(failure) && shown.add(pair)) {
              rows.add(coming(pair, Standing.FAILED, failure.why()));
            }
          });
      for (BundlePair pair : asked.keySet()) {
        if (shown.add(pair)) {
          rows.add(coming(pair, Standing.WAITING, ""));
        }
      }
      for (BundlePair pair : foreseen) {
        if (shown.add(pair)) {
          rows.add(coming(pair, Standing.WAITING, ""));
        }
      }
    }
    return rows;
  }

  private Row coming(BundlePair pair, Standing standing, String detail) {
    return new Row(pair, standing, Optional.empty(), 0, plainBytes(pair), 0, detail);
  }

  private long plainBytes(BundlePair pair) {
    return variant(pair.target()).map(BundleWants::bytesOf).orElse(0L);
  }

  // ---- the thread

  private void run() {
    trim();
    while (!isClosing) {
      try {
        Optional<BundlePair> next = next();
        boolean isFallback = next.isPresent() && isFallback(next.get());
        if (isFallback && !isQuiet()) {
          isLookDue = true;
        } else if (next.isPresent()) {
          synchronized (lock) {
            making = next.get();
          }
          isMakingFallback = isFallback;
          // What came before that was seen is looked at first.
          if (!isFallback || !isLookDue) {
            make(next.get());
          }
        } else {
          awaitNews();
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException | StoreFailure e) {
        LOG.log(Level.WARNING, "bundles: " + e.getMessage());
        pause();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "bundles could not be looked after", e);
        pause();
      }
    }
  }

  private boolean isFallback(BundlePair pair) {
    Set<BundlePair> settled = settled();
    synchronized (lock) {
      return BundlePlan.isFallback(pair, asked.keySet(), settled);
    }
  }

  private Set<BundlePair> settled() {
    Set<BundlePair> settled = new HashSet<>();
    shelf.entries().forEach(entry -> settled.add(entry.pair()));
    return settled;
  }

  /// False when something else may be wanted by now.
  private boolean isQuiet() throws InterruptedException {
    synchronized (lock) {
      making = null;
    }
    boolean isNews = news.tryAcquire(QUIET_SECONDS, TimeUnit.SECONDS);
    news.drainPermits();
    return !isNews;
  }

  /// The quota may be smaller than it was.
  private void trim() {
    try {
      dropped.add(shelf.trim(settings.bytesMax(), null, clock.millis()));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "bundles: " + e.getMessage());
    }
  }

  private void awaitNews() throws InterruptedException {
    if (!news.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS)) {
      isLookDue = true;
    }
    news.drainPermits();
  }

  private void pause() {
    try {
      awaitNews();
    } catch (InterruptedException e) {
      isClosing = true;
    }
  }

  private Optional<BundlePair> next() {
    if (isLookDue) {
      isLookDue = false;
      List<BundlePair> looked = BundleWants.of(candidates());
      synchronized (lock) {
        // Which base most devices run changes all the time while they move.
        isFull &= Set.copyOf(looked).equals(Set.copyOf(wants));
        wants = looked;
      }
    }
    Set<BundlePair> settled = settled();
    synchronized (lock) {
      asked.keySet().removeAll(settled);
      foreseen =
          isFull ? List.of() : wants.stream().filter(pair -> !settled.contains(pair)).toList();
      Optional<BundlePair> next = next(foreseen, settled);
      making = next.orElse(null);
      return next;
    }
  }

  /// Under the lock.
  private Optional<BundlePair> next(List<BundlePair> wants, Set<BundlePair> settled) {
    Map<BundlePair, Long> failedMillis = new HashMap<>();
    failed.forEach((pair, failure) -> failedMillis.put(pair, failure.millis()));
    return BundlePlan.next(asked.keySet(), wants, settled, failedMillis, clock.millis());
  }

  private List<BundleWants.Candidate> candidates() {
    Set<Digest> assigned = new HashSet<>(views.assignedReleases());
    Map<Digest, Long> live = views.liveReleases();
    Set<Digest> all = new LinkedHashSet<>(assigned);
    all.addAll(live.keySet());
    List<BundleWants.Candidate> candidates = new ArrayList<>();
    for (var release : views.newestReleases(all)) {
      manifest(release.digest())
          .ifPresent(
              manifest ->
                  candidates.add(
                      new BundleWants.Candidate(
                          release.digest(),
                          release.name(),
                          release.pushedMillis(),
                          assigned.contains(release.digest()),
                          live.getOrDefault(release.digest(), 0L),
                          manifest.variants())));
    }
    return candidates;
  }

  private Optional<ReleaseManifest> manifest(Digest release) {
    synchronized (manifests) {
      ReleaseManifest known = manifests.get(release);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<ReleaseManifest> read = views.releaseEnvelope(release).flatMap(BundleWorkshop::read);
    read.ifPresent(
        it -> {
          synchronized (manifests) {
            if (manifests.size() >= FAILED_MAX) {
              manifests.clear();
            }
            manifests.put(release, it);
          }
        });
    return read;
  }

  private static Optional<ReleaseManifest> read(String envelope) {
    try {
      byte[] payload =
          Base64.getDecoder()
              .decode(Json.read(Envelope.class, envelope, Limits.SECTION_BYTES_MAX).payload());
      return Optional.of(
          Json.read(ReleaseManifest.class, payload, Limits.RELEASE_MANIFEST_BYTES_MAX));
    } catch (MalformedException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<Variant> variant(BundlePair.Side side) {
    return manifest(side.release())
        .filter(manifest -> side.variant() < manifest.variants().size())
        .map(manifest -> manifest.variants().get(side.variant()));
  }

  // ---- making

  private void make(BundlePair pair) throws IOException, InterruptedException {
    Path folder = shelf.beginMaking();
    try {
      long begun = System.nanoTime();
      BundleMaker.Made bundle = make(pair, folder);
      if (bundle.bytes() >= WORTH_SHARE * bundle.plainBytes()) {
        shelf.putNotWorth(pair, clock.millis());
      } else {
        shelf.put(pair, bundle.bundle(), folder.resolve("bundle"), clock.millis());
        made.increment();
        makeRoom(pair);
      }
      LOG.log(
          Level.INFO,
          "bundle; target={0} base={1} bytes={2} of={3} seconds={4}",
          pair.target().release().brief(),
          pair.base().map(base -> base.release().brief()).orElse("-"),
          Long.toString(bundle.bytes()),
          Long.toString(bundle.plainBytes()),
          Long.toString(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)));
    } catch (IOException e) {
      if (!hasGivenWay(pair)) {
        failed(pair, String.valueOf(e.getMessage()));
      }
    } finally {
      isMakingFallback = false;
      // Devices have moved on meanwhile.
      isLookDue = true;
      synchronized (lock) {
        asked.remove(pair);
        making = null;
      }
      shelf.discard(folder);
    }
  }

  private void makeRoom(BundlePair pair) throws IOException {
    List<BundlePair> tooMany = shelf.tooMany(settings.bytesMax(), pair, clock.millis());
    boolean isOneTooMany;
    synchronized (lock) {
      isOneTooMany = !asked.containsKey(pair) && BundlePlan.isOneTooMany(pair, wants, tooMany);
      isFull |= isOneTooMany;
    }
    if (isOneTooMany) {
      shelf.drop(pair);
      dropped.increment();
    } else {
      dropped.add(shelf.trim(settings.bytesMax(), pair, clock.millis()));
    }
  }

  private boolean hasGivenWay(BundlePair pair) {
    synchronized (lock) {
      boolean hasGivenWay = pair.equals(givesWay);
      givesWay = null;
      return hasGivenWay;
    }
  }

  private BundleMaker.Made make(BundlePair pair, Path folder)
      throws IOException, InterruptedException {
    Variant target = wanted(pair.target());
    long bytes = BundleWants.bytesOf(target);
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < 2 * bytes) {
      throw new IOException("the hub's disk has " + free + " bytes free, and needs " + 2 * bytes);
    }
    Optional<Path> base = Optional.empty();
    if (pair.base().isPresent()) {
      base = Optional.of(lay(wanted(pair.base().get()), folder.resolve("base")));
    }
    return maker.make(
        base,
        lay(target, folder.resolve("target")),
        folder.resolve("bundle"),
        folder.resolve("errors"),
        bytes);
  }

  private Variant wanted(BundlePair.Side side) throws IOException {
    Optional<String> lacking = lacking(side);
    if (lacking.isPresent()) {
      throw new IOException(lacking.get());
    }
    return variant(side).orElseThrow();
  }

  private Optional<String> lacking(BundlePair.Side side) {
    return variant(side).isPresent()
        ? Optional.empty()
        : Optional.of(
            "the hub has no variant " + side.variant() + " of release " + side.release().brief());
  }

  /// The files of a variant under their paths, as they lie on the device.
  private Path lay(Variant variant, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Variant.File file : variant.files()) {
      Path stored =
          files
              .find(file.digest())
              .orElseThrow(() -> new IOException(file.path() + " is not at the hub"));
      Path path = folder.resolve(file.path());
      Files.createDirectories(path.resolveSibling("."));
      Files.createLink(path, stored);
    }
    return folder;
  }

  private void failed(BundlePair pair, String why) {
    failures.increment();
    LOG.log(
        Level.WARNING,
        "bundle failed, devices take whole files; target={0} base={1}: {2}",
        pair.target().release().brief(),
        pair.base().map(base -> base.release().brief()).orElse("-"),
        why);
    synchronized (lock) {
      remember(pair, why);
    }
  }

  /// Under the lock.
  private void remember(BundlePair pair, String why) {
    failed.remove(pair);
    failed.put(pair, new Failure(why, clock.millis()));
    while (failed.size() > FAILED_MAX) {
      failed.remove(failed.keySet().iterator().next());
    }
  }

  // ---- figures

  long bytesHeld() {
    return shelf.bytesHeld();
  }

  long held() {
    return shelf.bundles();
  }

  long made() {
    return made.sum();
  }

  long failures() {
    return failures.sum();
  }

  long dropped() {
    return dropped.sum();
  }

  long waiting() {
    synchronized (lock) {
      return (long) asked.size() + (making == null ? 0 : 1);
    }
  }

  @Override
  public void close() throws InterruptedException {
    isClosing = true;
    thread.interrupt();
    thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
  }
}
