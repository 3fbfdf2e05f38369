package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.Variant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A shop in memory: the machine with its disk and processes, a hub at the other end of the line,
/// and the real core between them. The agent can be killed at every moment (before and after each
/// commit and each effect); what must always hold is checked at each of them.
final class Shop {
  static final Name APP = new Name("people");
  static final Name FLEET = new Name("north");
  static final DeviceId NEIGHBOUR = DeviceId.ofKey(new byte[] {9});
  static final Reason NO_ROOM = new Reason.DiskFull("releases", 0, 0);
  static final DeviceId DEVICE = DeviceId.ofKey(new byte[] {1, 2, 3});
  private static final int TURNS_MAX = 20_000;
  private static final long DAY_MILLIS = 24L * 3600 * 1000;

  final Publisher publisher = new Publisher();
  final SimulatedHub hub;
  final MemoryStore store;
  final Map<Name, Process> processes = new HashMap<>();
  final Map<Name, Digest> current = new HashMap<>();
  final Set<Digest> files = new HashSet<>();

  /// Bytes of what has come in part.
  final Map<Digest, Long> parts = new HashMap<>();

  final Set<Digest> staged = new HashSet<>();

  /// Of what the folder of each release was built last.
  final Map<Digest, List<Variant.File>> built = new HashMap<>();

  final List<AgentEffect> done = new ArrayList<>();

  /// Their workloads start, but fail their probes.
  final Set<Digest> bad = new HashSet<>();

  /// Of [#bad], those whose probes say that waiting does not mend it.
  final Set<Digest> badForGood = new HashSet<>();

  /// Their workloads end at once.
  final Set<Digest> crashing = new HashSet<>();

  /// These processes live, but answer no more.
  final Set<ProcessIdentity> hung = new HashSet<>();

  /// Running processes refuse to take these on.
  final Set<Digest> refused = new HashSet<>();

  /// Running processes die of taking these on.
  final Set<Digest> deadly = new HashSet<>();

  /// So many probes cannot be asked.
  int unaskable;

  /// Their workloads answer rightly, but too late.
  final Set<Digest> late = new HashSet<>();

  /// Their folders cannot be built, for this reason.
  final Map<Digest, Reason> unbuildable = new HashMap<>();

  /// What the hub says of bundles, by the end of the question's address.
  final Map<String, AgentEvent.BundleAnswer> offers = new HashMap<>();

  final Map<Digest, AgentEvent.BundleFailed> brokenBundles = new HashMap<>();

  /// They are gone once when they are fetched.
  final Set<Digest> lostBundles = new HashSet<>();

  /// The hub has these, and they are not what they should be.
  final Set<Digest> rotten = new HashSet<>();

  /// Offline kits in the data folder.
  final Map<String, AgentEvent.KitFound> kits = new TreeMap<>();

  /// What somebody tried in vain.
  AgentEvent.@Nullable KitRefused refusedKit;

  /// Where it shares what it has; empty when it does not.
  List<String> lan = List.of();

  /// What another device of the site has, with its size.
  final Map<Digest, Long> neighbourHas = new HashMap<>();

  final Set<Digest> neighbourMakes = new HashSet<>();

  /// What this machine offers releases from the next start of the agent on.
  Set<String> runtimes = Set.of();

  boolean lineCut;

  /// Of the certificate that the agent was started with.
  long certifiedUntilMillis;

  /// What comes from the hub is held to so many bytes a second; -1: nobody has said.
  long heldTo = -1;

  /// Attempts at a line are neither answered nor refused.
  boolean lineHangs;

  /// What is asked for in these ways is begun, and nothing comes of it.
  final Set<Class<? extends AgentEffect>> hanging = new HashSet<>();

  int storeFailures;
  long crashAt = -1;
  long moments;

  private static final AgentEvent.BundleAnswer NO_BUNDLE =
      new AgentEvent.BundleAnswer.None(new Reason.BundleMissing("none was made"), true, 0);

  private final Deque<AgentEvent> news = new ArrayDeque<>();
  private final Random random = new Random(42);
  private final Set<Digest> signed = new HashSet<>();
  private String machineBoot = "machine-1";
  private long pids = 100;
  private long agentRuns;
  private long wallMillis = 1_790_000_000_000L;
  private long monotonicMillis = 5_000;
  private @Nullable AgentCore core;

  /// The agent is killed here.
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  record Process(ProcessIdentity identity, Digest release, List<String> argv) {}

  Shop() {
    Enrolment enrolment =
        new Enrolment(
            DEVICE,
            FLEET,
            new Name("store-1"),
            new Name("counter-1"),
            Digest.ofText("root"),
            publisher.pin(),
            HubKeys.FIRST.documentPem(),
            new History(1, "first"),
            List.of("wss://hub:8443/mqtt"),
            "https://hub:8443",
            "incarnation");
    store = new MemoryStore(enrolment);
    hub = new SimulatedHub(DEVICE, publisher, news::add);
  }

  Publisher.Signed release(String version) {
    return known(publisher.release(APP, version));
  }

  Publisher.Signed known(Publisher.Signed release) {
    signed.add(release.digest());
    return release;
  }

  Now now() {
    return new Now(wallMillis, monotonicMillis);
  }

  private AgentBoot boot() {
    certifiedUntilMillis = wallMillis + 40 * DAY_MILLIS;
    return new AgentBoot(
        "run-" + agentRuns,
        machineBoot,
        "1.0",
        List.of(
            Features.V1,
            Features.PERMITS,
            Features.WINDOWS,
            Features.NEEDS,
            Features.LINE,
            Features.LATENCY,
            Features.FOLLOWS,
            Features.WHY),
        0,
        List.of(HubKeys.FIRST.root()),
        new CertificateLife(wallMillis - 5 * DAY_MILLIS, certifiedUntilMillis),
        Long.MIN_VALUE,
        new Platform("linux", "x86_64", runtimes),
        lan,
        Map.of(),
        new Backoff(4),
        new OutboxQuota(4, 20, 10_000, 50),
        Optional.empty(),
        false,
        !lan.isEmpty());
  }

  /// Starts the agent, or starts it again after it was killed.
  void startAgent() {
    news.clear();
    hub.lineClosed();
    agentRuns++;
    AgentCore fresh = new AgentCore(store.load(), boot(), random::nextDouble, now());
    core = fresh;
    carryOut(fresh.start(stored(fresh.coming()), now()), fresh);
  }

  private Map<Digest, Long> stored(List<Variant.File> coming) {
    Map<Digest, Long> stored = new HashMap<>();
    for (Variant.File file : coming) {
      if (files.contains(file.digest())) {
        stored.put(file.digest(), file.size());
      } else if (parts.containsKey(file.digest())) {
        stored.put(file.digest(), parts.get(file.digest()));
      }
    }
    return stored;
  }

  boolean agentRuns() {
    return core != null;
  }

  void killAgent() {
    core = null;
  }

  /// Time passes in which nothing happens.
  void skipDays(int days) {
    pass(days * DAY_MILLIS);
  }

  /// The wall clock alone jumps.
  void setClock(long millis) {
    wallMillis = millis;
  }

  /// The newest attempt's number.
  long line() {
    return done.stream()
        .filter(AgentEffect.OpenLink.class::isInstance)
        .map(AgentEffect.OpenLink.class::cast)
        .reduce((before, after) -> after)
        .orElseThrow()
        .line();
  }

  /// The machine loses its power.
  void powerCut() {
    killAgent();
    processes.clear();
    machineBoot = machineBoot + "'";
    monotonicMillis = 5_000;
  }

  AgentCore core() {
    if (core == null) {
      throw new IllegalStateException("the agent is dead");
    }
    return core;
  }

  /// As it is on the disk.
  Optional<FailedTry> failed() {
    return store.load().applications().stream()
        .filter(it -> it.name().equals(APP))
        .findFirst()
        .flatMap(AgentSnapshot.Application::failed);
  }

  ReleaseState state() {
    return core().release(APP).orElse(new ReleaseState.Absent());
  }

  /// The line breaks, and stays away.
  void cutLine() {
    lineCut = true;
    hub.lineClosed();
    tell(new AgentEvent.LinkClosed(line(), new Reason.LineDown(0, "cut"), 0));
  }

  void tell(AgentEvent event) {
    news.add(event);
  }

  /// Goes on until `holds`, a second a turn when nothing happens.
  void until(String what, BooleanSupplier holds) {
    for (int turn = 0; turn < TURNS_MAX; turn++) {
      if (holds.getAsBoolean() && news.isEmpty()) {
        return;
      }
      turn();
    }
    throw new AssertionError(what + " did not come; it is " + state());
  }

  void seconds(int seconds) {
    long until = monotonicMillis + seconds * 1000L;
    while (monotonicMillis < until || !news.isEmpty()) {
      turn();
    }
  }

  /// Time passes in which nothing happens; the hub's clock is right.
  void pass(long millis) {
    wallMillis += millis;
    monotonicMillis += millis;
    hub.hubMillis += millis;
  }

  private void turn() {
    try {
      AgentEvent event = news.poll();
      if (event == null) {
        pass(1000);
        event = new AgentEvent.Ticked();
      }
      AgentCore running = core();
      carryOut(running.step(event, now()), running);
    } catch (Killed e) {
      killAgent();
      try {
        startAgent();
      } catch (Killed again) {
        startAgent();
      }
    }
  }

  private void carryOut(Step step, AgentCore running) {
    moment();
    AgentSnapshot before = store.load();
    if (storeFailures > 0 && !step.changes().isEmpty()) {
      storeFailures--;
      throw new Killed();
    }
    try {
      store.commit(step.changes());
    } catch (AgentStore.StoreException e) {
      throw new AssertionError(e);
    }
    nothingFalls(before, store.load());
    nothingGrowsInSilence(store.load());
    moment();
    List<AgentEffect> effects = new ArrayList<>(step.effects());
    effects.addAll(running.publish(store, now()));
    for (AgentEffect effect : effects) {
      done.add(effect);
      perform(effect);
      moment();
    }
  }

  private void moment() {
    moments++;
    if (moments == crashAt) {
      throw new Killed();
    }
  }

  /// I5.
  private static void nothingFalls(AgentSnapshot before, AgentSnapshot after) {
    assertThat(after.connects()).isGreaterThanOrEqualTo(before.connects());
    assertThat(after.timeFloorMillis()).isGreaterThanOrEqualTo(before.timeFloorMillis());
    assertThat(after.nextSequence()).isGreaterThanOrEqualTo(before.nextSequence());
    before
        .securityFloors()
        .forEach(
            (name, floor) ->
                assertThat(after.securityFloors().get(name)).isGreaterThanOrEqualTo(floor));
    if (before.held().isPresent()) {
      HeldDocument old = before.held().get();
      HeldDocument young = after.held().orElseThrow();
      assertThat(young.digest().equals(old.digest()) || young.isNewerThan(old)).isTrue();
    }
  }

  /// I8: where something is live, all of another release comes for a cause.
  private static void nothingGrowsInSilence(AgentSnapshot after) {
    for (AgentSnapshot.Application it : after.applications()) {
      if (it.state() instanceof ReleaseState.Fetching at
          && at.live().isPresent()
          && at.route() instanceof Route.ByBundle by
          && by.base().isEmpty()) {
        assertThat(by.cause()).as("the cause of " + by).isPresent();
      }
    }
  }

  private void perform(AgentEffect effect) {
    if (hanging.contains(effect.getClass())) {
      return;
    }
    switch (effect) {
      case AgentEffect.OpenLink it -> {
        if (lineHangs) {
          return;
        }
        if (lineCut) {
          tell(new AgentEvent.LinkClosed(it.line(), new Reason.LineDown(0, "cut"), 0));
        } else {
          hub.lineOpened(it.line());
          tell(new AgentEvent.LinkOpened(it.line()));
        }
      }
      case AgentEffect.CloseLink _ -> hub.lineClosed();
      case AgentEffect.Publish it -> hub.published(it);
      case AgentEffect.AcknowledgePacket _,
          AgentEffect.CancelFetch _,
          AgentEffect.UnpackAhead _ -> {}
      case AgentEffect.HoldTo it -> heldTo = it.bytesPerSecond();
      case AgentEffect.ShareWith _, AgentEffect.TellPeers _, AgentEffect.TellMaking _ ->
          somebodyElse();
      case AgentEffect.AskPeers it -> {
        somebodyElse();
        pass(it.afterMillis());
        long has = neighbourHas.getOrDefault(it.content(), 0L);
        PeerStanding standing =
            has > 0
                ? PeerStanding.WHOLE
                : neighbourMakes.contains(it.content()) ? PeerStanding.MAKES : PeerStanding.HOLDS;
        List<PeerAnswer> answers = new ArrayList<>();
        it.peers().forEach(peer -> answers.add(new PeerAnswer(peer.device(), standing, has)));
        tell(new AgentEvent.PeersAnswered(it.content(), it.question(), 0, answers));
      }
      case AgentEffect.CopyFromPeer it -> {
        somebodyElse();
        assertThat(neighbourHas).containsKey(it.content());
        files.add(it.content());
        tell(new AgentEvent.FetchFinished(it.content()));
      }
      case AgentEffect.Fetch it -> fetch(it);
      case AgentEffect.AskBundle it -> askBundle(it);
      case AgentEffect.ApplyBundle it -> applyBundle(it);
      case AgentEffect.Stage it -> stage(it);
      case AgentEffect.Switch it -> {
        assertThat(staged).as("I4: only what was built is switched to").contains(it.release());
        current.put(it.application(), it.release());
        tell(new AgentEvent.SwitchFinished(it.application(), it.release()));
      }
      case AgentEffect.LookForKits it -> {
        for (AgentEvent.KitFound kit : kits.values()) {
          if (!it.known().contains(kit.kit())) {
            tell(kit);
          }
        }
        if (refusedKit != null) {
          tell(refusedKit);
        }
      }
      case AgentEffect.DropKit it -> kits.remove(it.kit());
      case AgentEffect.DropKitRefusal _ -> refusedKit = null;
      case AgentEffect.Sweep it -> sweep(it);
      case AgentEffect.StartWorkload it -> start(it);
      case AgentEffect.StopWorkload it -> {
        processes.values().removeIf(process -> process.identity().equals(it.process()));
        tell(new AgentEvent.WorkloadExited(it.application(), it.process(), 143, ""));
      }
      case AgentEffect.AdoptWorkload it -> {
        if (!isAlive(it.process())) {
          tell(new AgentEvent.WorkloadMissing(it.application(), it.process(), ""));
        }
      }
      case AgentEffect.ReloadWorkload it -> {
        assertThat(current.get(it.application())).isEqualTo(it.release());
        reload(it);
      }
      case AgentEffect.RunProbe it ->
          tell(
              new AgentEvent.ProbeFinished(
                  it.application(),
                  it.probe().name(),
                  it.round(),
                  probe(it.application()),
                  badForGood.contains(it.release())));
      case AgentEffect.ReadOutput it ->
          tell(new AgentEvent.OutputRead(it.line(), it.ask(), "hello"));
      case AgentEffect.ResultKept _,
          AgentEffect.ResultRefused _,
          AgentEffect.Renew _,
          AgentEffect.Recover _,
          AgentEffect.Stop _ -> {}
    }
  }

  private void somebodyElse() {
    assertThat(lan).as("there is nobody else in this shop").isNotEmpty();
  }

  private void fetch(AgentEffect.Fetch it) {
    boolean isNear = kits.values().stream().anyMatch(kit -> kit.files().contains(it.file()));
    boolean isBundle =
        offers.values().stream()
            .anyMatch(
                offer ->
                    offer instanceof AgentEvent.BundleAnswer.Offered(var bundle, var _)
                        && bundle.equals(it.file()));
    assertThat(it.url())
        .isEqualTo("https://hub:8443/v1/" + (isBundle ? "bundles/" : "files/") + it.file().hex());
    if (it.near() && !isNear && !files.contains(it.file())) {
      tell(new AgentEvent.FetchFailed(it.file(), new Reason.IoFailed("kit", "gone"), true));
    } else if (lineCut && !files.contains(it.file()) && !isNear) {
      tell(new AgentEvent.FetchFailed(it.file(), new Reason.LineDown(0, "cut"), true));
    } else if (rotten.contains(it.file()) && !files.contains(it.file())) {
      Reason wrong = new Reason.DigestMismatch(it.url(), it.file(), Digest.ofText("rotten"));
      tell(new AgentEvent.FetchFailed(it.file(), wrong, false));
    } else if (lostBundles.remove(it.file())) {
      Reason gone = new Reason.NotFound("bundle", it.file().hex(), List.of());
      tell(new AgentEvent.FetchFailed(it.file(), gone, true));
    } else {
      files.add(it.file());
      tell(new AgentEvent.FetchFinished(it.file()));
    }
  }

  private void askBundle(AgentEffect.AskBundle it) {
    long missing = 0;
    for (Variant.File file : it.files()) {
      missing += files.contains(file.digest()) ? 0 : file.size();
    }
    String pair = it.url().substring(it.url().indexOf("/for/") + 5);
    AgentEvent.BundleAnswer answer =
        lineCut
            ? new AgentEvent.BundleAnswer.None(new Reason.LineDown(0, "cut"), false, 0)
            : offers.getOrDefault(pair, NO_BUNDLE);
    tell(
        new AgentEvent.BundleLookedFor(
            it.application(),
            it.release(),
            it.url(),
            missing,
            missing == 0 ? new AgentEvent.BundleAnswer.NotNeeded() : answer));
  }

  private void applyBundle(AgentEffect.ApplyBundle it) {
    assertThat(files).as("what is applied has been fetched").contains(it.bundle());
    it.base().ifPresent(base -> assertThat(staged).as("the base is there").contains(base));
    AgentEvent.BundleFailed failure = brokenBundles.get(it.bundle());
    if (failure != null) {
      tell(
          new AgentEvent.BundleFailed(
              it.application(), it.release(), it.bundle(), failure.reason(), failure.isFinal()));
      return;
    }
    it.files().forEach(file -> files.add(file.digest()));
    tell(new AgentEvent.BundleApplied(it.application(), it.release(), it.bundle()));
  }

  /// The hub has this bundle from one release to another.
  Digest offer(Publisher.Signed target, Optional<Publisher.Signed> base, long bytes) {
    Digest bundle = Digest.ofText("bundle to " + target.digest() + base.map(it -> it.digest()));
    offers.put(pair(target, base), new AgentEvent.BundleAnswer.Offered(bundle, bytes));
    return bundle;
  }

  static String pair(Publisher.Signed target, Optional<Publisher.Signed> base) {
    return target.digest().hex() + ".0" + base.map(it -> "/" + it.digest().hex() + ".0").orElse("");
  }

  void breakBundle(Digest bundle, Reason reason, boolean isFinal) {
    brokenBundles.put(bundle, new AgentEvent.BundleFailed(APP, bundle, bundle, reason, isFinal));
  }

  private void stage(AgentEffect.Stage it) {
    Reason why = unbuildable.get(it.release());
    if (why != null) {
      tell(new AgentEvent.StageFailed(it.application(), it.release(), why));
      return;
    }
    for (Variant.File file : it.files()) {
      if (!files.contains(file.digest())) {
        Reason reason = new Reason.IoFailed(file.path(), "not in the store");
        tell(new AgentEvent.StageFailed(it.application(), it.release(), reason));
        return;
      }
    }
    staged.add(it.release());
    built.put(it.release(), it.files());
    tell(new AgentEvent.StageFinished(it.application(), it.release()));
  }

  private void sweep(AgentEffect.Sweep it) {
    current.keySet().retainAll(it.applications());
    for (Process process : processes.values()) {
      assertThat(it.releases()).as("I6: what runs stays").contains(process.release());
    }
    for (Digest release : current.values()) {
      if (store.load().applications().isEmpty()) {
        continue;
      }
      assertThat(it.releases().contains(release) || processes.isEmpty())
          .as("I6: the link does not dangle under a process")
          .isTrue();
    }
    staged.retainAll(it.releases());
    files.retainAll(it.files());
    parts.keySet().retainAll(it.files());
  }

  /// Like the adapter, which sees to one process an application.
  private void start(AgentEffect.StartWorkload it) {
    assertThat(signed).as("I4: what starts was signed").contains(it.release());
    assertThat(current.get(it.application())).as("I4: and is switched to").isEqualTo(it.release());
    processes.remove(it.application());
    if (!staged.contains(it.release())) {
      Reason gone = new Reason.IoFailed("serve", "no such file or folder");
      tell(new AgentEvent.WorkloadStartFailed(it.application(), gone));
      return;
    }
    pids++;
    ProcessIdentity identity = new ProcessIdentity(machineBoot, pids, pids * 7);
    tell(new AgentEvent.WorkloadStarted(it.application(), identity));
    if (crashing.contains(it.release())) {
      tell(new AgentEvent.WorkloadExited(it.application(), identity, 1, "no such model"));
    } else {
      processes.put(it.application(), new Process(identity, it.release(), it.spec().argv()));
    }
  }

  private void reload(AgentEffect.ReloadWorkload it) {
    if (refused.contains(it.release())) {
      Reason reason = new Reason.ReloadFailed("http", "POST answered 500");
      tell(
          new AgentEvent.ReloadFinished(
              it.application(), it.release(), it.process(), Optional.of(reason)));
      return;
    }
    tell(
        new AgentEvent.ReloadFinished(
            it.application(), it.release(), it.process(), Optional.empty()));
    if (deadly.contains(it.release())) {
      workloadDies(it.application());
    } else {
      processes.put(it.application(), new Process(it.process(), it.release(), it.spec().argv()));
    }
  }

  /// A process of the machine ends by itself.
  void workloadDies(Name application) {
    Process process = processes.remove(application);
    if (process != null) {
      tell(new AgentEvent.WorkloadExited(application, process.identity(), 139, "segfault"));
    }
  }

  private boolean isAlive(ProcessIdentity identity) {
    return processes.values().stream().anyMatch(it -> it.identity().equals(identity));
  }

  private Optional<Reason> probe(Name application) {
    Process process = processes.get(application);
    if (unaskable > 0) {
      unaskable--;
      return Optional.of(new Reason.IoFailed("run probe port", "no space left"));
    }
    if (process != null && late.contains(process.release())) {
      return Optional.of(new Reason.ProbeSlow("port", 312, 150));
    }
    return process == null || bad.contains(process.release()) || hung.contains(process.identity())
        ? Optional.of(new Reason.ProbeFailed("port", "no answer"))
        : Optional.empty();
  }

  /// The workload's process.
  Process process() {
    return java.util.Objects.requireNonNull(processes.get(APP), "nothing runs");
  }

  boolean runs(Digest release) {
    Process process = processes.get(APP);
    return process != null && process.release().equals(release);
  }

  boolean isLive(Digest release) {
    return state() instanceof ReleaseState.Live live && live.live().release().equals(release);
  }

  boolean isRolledBack(Digest from) {
    return state() instanceof ReleaseState.RolledBack it && it.failed().release().equals(from);
  }

  <T extends AgentEffect> T last(Class<T> kind) {
    return done.reversed().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }

  long count(Class<? extends AgentEffect> kind) {
    return done.stream().filter(kind::isInstance).count();
  }
}
