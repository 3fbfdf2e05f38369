package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentBoot;
import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentLoop;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.core.EventQueue;
import dev.tombolo.agent.core.Now;
import dev.tombolo.agent.daemon.AgentVersion;
import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.Crash;
import dev.tombolo.bench.simulation.engine.CrashPoint;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.invariant.Shop;
import dev.tombolo.bench.simulation.store.AgentDisk;
import dev.tombolo.bench.simulation.store.DiskState;
import dev.tombolo.bench.simulation.store.WatchedAgentStore;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.Variant;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A device in a shop: its machine, and the real [AgentLoop] on it, in virtual time.
final class Device implements Shop {
  private static final int EVENTS_A_TURN = 64;
  private static final long TURN_MILLIS = 3;
  private static final long IDLE_TICK_MILLIS = 23 * VirtualTime.HOUR;

  /// Windows last for two hours at least.
  private static final long STAGED_TICK_MILLIS = 20 * VirtualTime.MINUTE;

  /// While something is under way: after 1 s, 8 s, 64 s, so long, and then ever rarer.
  private static final long BUSY_TICK_MILLIS = 5 * VirtualTime.MINUTE;

  private static final int BUSY_TICK_GROWTH = 8;

  /// While nothing is heard of what is under way.
  private static final long RARE_TICK_MILLIS = 20 * VirtualTime.MINUTE;

  /// In the dark: after some hours every try fails as the one before.
  private static final long DARK_TICK_MILLIS = 2 * VirtualTime.HOUR;

  /// First look at whether another try is due.
  private static final long LINE_TICK_MILLIS = 4 * VirtualTime.SECOND;

  private static final long OPENING_TICK_MILLIS = 61 * VirtualTime.SECOND;

  /// After this much, what was sent and not acknowledged is sent again.
  private static final long ACKED_WAIT_MILLIS = 61 * VirtualTime.SECOND;

  /// Of all channels together; less than all of them may have.
  private static final int ALL_ROWS_MAX = 90;

  private static final double OLD_AGENTS_SHARE = 0.08;

  /// Of lines with which an agent finds that it has another address in its shop.
  private static final double MOVES_SHARE = 0.05;

  private static final double SHARES_NOT_SHARE = 0.06;

  /// Of starts of an agent that finds an accelerator, or finds it no more.
  private static final double CHANGES_SHARE = 0.2;

  private static final OutboxQuota QUOTA = new OutboxQuota(4, 60, 20_000, ALL_ROWS_MAX);

  final World world;
  final Chance chance;
  final FileStore files = new FileStore();
  final Map<Digest, PeerStanding> told = new HashMap<>();

  /// Contents that they are told it makes.
  Set<Digest> making = Set.of();

  /// Offline kits in its data folder.
  final TreeMap<String, AgentEvent.KitFound> kits = new TreeMap<>();

  /// Files in them that do not read, or are not what they should be.
  final Set<Digest> spoiled = new HashSet<>();

  /// The note of the one that was refused last.
  AgentEvent.@Nullable KitRefused refusedKit;

  /// What the agent has of kits that it keeps, since when; but for files that it had no luck with.
  private final Map<String, Long> keptKits = new HashMap<>();

  private final Set<Digest> failedFiles = new HashSet<>();

  final DeviceIdentity identity;
  final DeviceClock clock;

  /// Of its agent, which may be one that cannot be told of its line, nor what it is to say of
  /// rollouts.
  private final List<String> features;

  private boolean hasAccelerator;

  /// Somebody has switched that off on some.
  private final boolean shares;

  private final int number;
  private final int site;
  private final boolean isCopy;
  private final DiskState disk = new DiskState();
  private final AgentDisk database;
  private final TreeMap<Name, Workload> processes = new TreeMap<>();
  private final Set<Name> restless = new HashSet<>();
  private final Set<Name> onTheWay = new HashSet<>();

  /// These stand ready and may wait for a window, for days.
  private final Set<Name> stagedHere = new HashSet<>();

  private final List<X509Certificate> knownRoots = new ArrayList<>(1);
  private final ArrayDeque<AgentEvent> inbox = new ArrayDeque<>();
  private EventQueue queue = new EventQueue();
  private @Nullable AgentLoop loop;
  private @Nullable DeviceId id;
  private @Nullable Line line;
  private boolean isPowered = true;
  private boolean isRetired;
  private long run;
  private long starts;
  private long boots;
  private boolean turnIsDue;
  private long nextTickMillis = Long.MAX_VALUE;

  /// When the earliest alarm for that goes off.
  private long alarmMillis = Long.MAX_VALUE;

  private long gapMillis;
  private long lineGapMillis;
  private long newestRow;
  private long ackedThrough;
  boolean isRenewing;

  /// Towards its neighbours.
  final Manners manners;

  private long slowUntilMillis;
  private final Map<Name, Long> befallen = new HashMap<>();

  Device(World world, int number, int site, AgentDisk database) {
    this(world, number, site, database, null);
  }

  private Device(World world, int number, int site, AgentDisk database, @Nullable Device original) {
    this.world = world;
    this.number = number;
    this.site = site;
    this.database = database;
    this.isCopy = original != null;
    this.chance = world.chance("device", number);
    Chance ofIdentity = chance.of("identity");
    this.identity =
        original == null ? new DeviceIdentity(ofIdentity) : original.identity.copy(ofIdentity);
    this.clock = new DeviceClock(world.scheduler());
    this.manners = new Manners(world, number);
    boolean isOld =
        world.hasMorePlays() && world.chance("old agents", number).isWithin(OLD_AGENTS_SHARE);
    this.shares =
        !world.hasMorePlays() || !world.chance("shares", number).isWithin(SHARES_NOT_SHARE);
    this.features =
        AgentVersion.FEATURES.stream()
            .filter(it -> !isOld || !(it.equals(Features.LINE) || it.equals(Features.WHY)))
            .toList();
    if (original != null) {
      this.id = original.id;
      this.newestRow = original.newestRow;
      this.ackedThrough = original.ackedThrough;
      knownRoots.addAll(original.knownRoots);
      files.copyFrom(original.files);
    }
  }

  /// A second machine with a copy of this one's disk; null where none can be made.
  @Nullable Device copy(int itsNumber, int itsSite) {
    AgentDisk copied = database.copy();
    return copied == null ? null : new Device(world, itsNumber, itsSite, copied, this);
  }

  @Override
  public boolean isCopy() {
    return isCopy;
  }

  // ---- what it is

  @Override
  public int number() {
    return number;
  }

  int site() {
    return site;
  }

  DeviceId id() {
    DeviceId known = id;
    if (known == null) {
      throw new IllegalStateException("device-" + number + " has not joined");
    }
    return known;
  }

  /// The certificate that it shows now.
  PresentedCertificate shown() {
    Certificates.Held held = identity.held();
    return new PresentedCertificate(
        id(),
        held.serial(),
        Digest.of(Base64.getDecoder().decode(held.key())),
        held.life().notBeforeMillis(),
        held.life().notAfterMillis());
  }

  @Override
  public Optional<DeviceId> device() {
    return Optional.ofNullable(id);
  }

  DiskState disk() {
    return disk;
  }

  @Nullable Line line() {
    return line;
  }

  long run() {
    return run;
  }

  @Override
  public long starts() {
    return starts;
  }

  @Override
  public long befallenMillis(Name application) {
    return Math.max(slowUntilMillis, befallen.getOrDefault(application, Long.MIN_VALUE));
  }

  /// Something happens to the application's process that its release cannot help.
  void befalls(Name application) {
    befallen.put(application, world.now());
  }

  boolean hasJoined() {
    return id != null;
  }

  @Override
  public String machineBoot() {
    return "machine-" + number + "-" + boots;
  }

  Map<Name, Workload> workloads() {
    return processes;
  }

  @Override
  public boolean isUp() {
    return loop != null;
  }

  @Override
  public boolean isTakenDown() {
    return isRetired;
  }

  boolean isPowered() {
    return isPowered;
  }

  @Override
  public AgentSnapshot stored() {
    try {
      return database.open().load();
    } catch (StoreException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Set<Digest> staged() {
    return files.staged;
  }

  @Override
  public int filesHeld() {
    return files.whole.size() + files.partial.size() + files.staged.size();
  }

  @Override
  public long bytesHeld(Variant.File file) {
    return files.bytes(file);
  }

  @Override
  public int kitsHeld() {
    return kits.size();
  }

  @Override
  public boolean holdsKitRefusal() {
    return refusedKit != null;
  }

  @Override
  public Optional<Digest> current(Name application) {
    return Optional.ofNullable(files.current.get(application));
  }

  @Override
  public Map<Name, Running> processes() {
    Map<Name, Running> running = new TreeMap<>();
    processes.forEach(
        (name, it) ->
            running.put(
                name, new Running(it.identity, it.release, it.arguments, it.isTold, it.hangs)));
    return running;
  }

  // ---- its life

  /// It has joined: what it learnt is on its disk.
  void joined(DeviceId given, Enrolment enrolment) {
    database.join(enrolment);
    id = given;
    learnsRoot();
    startAgent();
  }

  void startAgent() {
    if (loop != null || id == null || !isPowered) {
      return;
    }
    run++;
    starts++;
    turnIsDue = false;
    nextTickMillis = Long.MAX_VALUE;
    alarmMillis = Long.MAX_VALUE;
    gapMillis = VirtualTime.SECOND;
    lineGapMillis = LINE_TICK_MILLIS;
    inbox.clear();
    onTheWay.clear();
    restless.clear();
    isRenewing = false;
    told.clear();
    making = Set.of();
    keptKits.clear();
    failedFiles.clear();
    disk.disarm();
    queue = new EventQueue();
    if (world.releases().haveVariants() && world.faultsAreOn() && chance.isWithin(CHANGES_SHARE)) {
      hasAccelerator = !hasAccelerator;
    }
    String bootId = HexFormat.of().toHexDigits(chance.next());
    loop =
        new AgentLoop(
            queue,
            new WatchedAgentStore(database.open(), disk, this::committed),
            files::bytes,
            boot(bootId),
            clock,
            chance::unit,
            new Hands(this),
            new Stumbling(this));
    world.say(number, "agent starts");
    turnSoon();
  }

  @Override
  public Platform machine() {
    return new Platform(
        "linux", "x86_64", hasAccelerator ? Set.of(Releases.ACCELERATOR) : Set.of());
  }

  private AgentBoot boot(String bootId) {
    return new AgentBoot(
        bootId,
        machineBoot(),
        "1.0",
        features,
        VirtualTime.BEGIN_MILLIS - 30 * VirtualTime.DAY,
        knownRoots,
        identity.held().life(),
        Long.MIN_VALUE,
        machine(),
        shares ? List.of("10.0." + site + "." + number + ":8444") : List.of(),
        Map.of("host", "device-" + number),
        new Backoff(Backoff.MAX_SECONDS),
        QUOTA,
        Optional.empty(),
        false,
        shares);
  }

  /// The agent's process is dead from this moment.
  void agentDies(String how, long restMillis) {
    if (loop == null) {
      return;
    }
    world.say(number, "agent dies: " + how);
    ended();
    world.scheduler().in(restMillis, this::startAgent);
  }

  private void ended() {
    loop = null;
    run++;
    database.crashed();
    inbox.clear();
    Line open = line;
    line = null;
    if (open != null) {
      world.network().closeFromShop(open);
    }
  }

  /// The machine loses its power, and gets it back.
  void losePower(long restMillis, boolean isTorn) {
    if (!isPowered) {
      return;
    }
    world.say(number, "power is gone");
    Line open = line;
    if (open != null) {
      open.upIsDead = true;
    }
    if (loop != null) {
      ended();
    }
    isPowered = false;
    processes.clear();
    files.losePower(isTorn);
    world.scheduler().in(restMillis, this::getPower);
  }

  private void getPower() {
    if (!isPowered && !isRetired) {
      isPowered = true;
      boots++;
      clock.booted();
      world.say(number, "power is back");
      startAgent();
    }
  }

  void kill(CrashPoint point) {
    if (loop == null) {
      return;
    }
    if (point == CrashPoint.IDLE) {
      agentDies("killed while idle", restartMillis());
    } else {
      disk.arm(point, chance.below(3));
    }
  }

  /// Somebody puts a kit there.
  void bring(AgentEvent.KitFound found) {
    kits.put(found.kit(), found);
    offer(found);
  }

  void dropKit(String kit) {
    kits.remove(kit);
    keptKits.remove(kit);
  }

  /// Its database is damaged: it is set aside, and the agent goes on with what its mirror has.
  ///
  /// @param withDocuments the mirror has the newest document and its releases, too
  void loseDatabase(String incarnation, boolean withDocuments) {
    if (loop != null && !isCopy && database.damage(incarnation, withDocuments)) {
      world.databaseLost(this, withDocuments, incarnation);
      newestRow = 0;
      ackedThrough = 0;
      agentDies("its database is damaged", restartMillis());
    }
  }

  /// A file is asked for by the line.
  void asksByLine(Digest file) {
    keptKits.forEach(
        (kit, millis) -> {
          AgentEvent.KitFound found = kits.get(kit);
          if (found != null
              && millis < world.now()
              && found.files().contains(file)
              && !failedFiles.contains(file)
              && !files.whole.containsKey(file)) {
            throw world.byLineThoughHere(number, kit, file);
          }
        });
  }

  /// A clean stop, as at an update; it is started again.
  void stop() {
    offer(new AgentEvent.StopAsked());
  }

  /// Somebody switches it off for good.
  void retire() {
    if (loop != null) {
      ended();
    }
    isRetired = true;
    isPowered = false;
    processes.clear();
  }

  /// Nothing goes wrong here any more.
  void heal() {
    disk.fill(false);
    disk.disarm();
    disk.takeFailure();
    clock.setOff(0);
    slowUntilMillis = 0;
    // Its probes might ask again only after days.
    for (Name application : List.copyOf(processes.keySet())) {
      Workload workload = processes.get(application);
      if (workload != null && workload.hangs) {
        workloadDies(application);
      }
    }
    getPower();
    if (loop != null) {
      turnSoon();
    }
  }

  void workloadDies(Name application) {
    Workload workload = processes.get(application);
    if (workload == null) {
      return;
    }
    processes.remove(application);
    befalls(application);
    if (workload.watchedBy == run && loop != null) {
      startsWorkload(application);
      offer(new AgentEvent.WorkloadExited(application, workload.identity, 139, "segfault"));
    }
  }

  /// It goes on running, and does nothing any more.
  void workloadHangs(Name application) {
    Workload workload = processes.get(application);
    if (workload != null) {
      workload.hangs = true;
      befalls(application);
    }
  }

  long restartMillis() {
    return world.faultsAreOn() ? chance.between(1_000, 60_000) : 1_000;
  }

  void slow(long millis) {
    slowUntilMillis = world.now() + millis;
  }

  // ---- the loop

  void offer(AgentEvent event) {
    if (loop == null) {
      return;
    }
    inbox.add(event);
    if (world.late().comesTwice(event)) {
      inbox.add(event);
    }
    if (event instanceof AgentEvent.FetchFailed it) {
      failedFiles.add(it.file());
    }
    turnSoon();
  }

  private void turnSoon() {
    if (!turnIsDue) {
      turnIsDue = true;
      long at = run;
      long delay =
          world.now() < slowUntilMillis
              ? chance.between(VirtualTime.SECOND, 20 * VirtualTime.SECOND)
              : TURN_MILLIS;
      world.scheduler().in(delay, () -> turn(at));
    }
  }

  private void turn(long at) {
    AgentLoop running = loop;
    if (running == null || at != run) {
      return;
    }
    turnIsDue = false;
    boolean wasIdle = inbox.isEmpty();
    world.turnsOfAgent(wasIdle);
    for (int i = 0; i < EVENTS_A_TURN && !inbox.isEmpty(); i++) {
      AgentEvent event = inbox.remove();
      if (event instanceof AgentEvent.KitFound it) {
        keptKits.put(it.kit(), world.now());
      }
      world.agentTakes(this, event);
      queue.offer(event);
    }
    try {
      running.turn(0);
    } catch (Crash crash) {
      agentDies("killed " + crash.point(), restartMillis());
      return;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (loop == null || at != run) {
      return;
    }
    if (running.isStopped()) {
      agentDies("stopped", restartMillis());
      return;
    }
    if (!inbox.isEmpty()) {
      turnSoon();
    }
    tickLater(wasIdle);
  }

  /// The real loop ticks every second. Here ticks come only as often as something may be due, and
  /// ever rarer while nothing happens: an agent may not count on the beat of its clock.
  private void tickLater(boolean wasIdle) {
    if (!onTheWay.isEmpty() || !restless.isEmpty()) {
      gapMillis = wasIdle ? grown(gapMillis, RARE_TICK_MILLIS) : VirtualTime.SECOND;
      if (gapMillis >= BUSY_TICK_MILLIS) {
        // Every restart of a workload has had its time by now.
        restless.clear();
      }
      tickIn(gapMillis);
    } else if (line == null) {
      // Whether the next try is due: each one that failed is followed by a longer wait.
      tickIn(Math.min(world.idle(DARK_TICK_MILLIS), lineGapMillis));
      if (wasIdle) {
        lineGapMillis = grown(lineGapMillis, DARK_TICK_MILLIS);
      }
    } else if (!line.isOpenAtAgent) {
      // Only whether it hangs is to be looked at.
      tickIn(world.idle(OPENING_TICK_MILLIS));
    } else {
      boolean waits = isRenewing || newestRow > ackedThrough;
      long gap =
          waits ? ACKED_WAIT_MILLIS : stagedHere.isEmpty() ? IDLE_TICK_MILLIS : STAGED_TICK_MILLIS;
      tickIn(world.idle(gap));
    }
  }

  private long grown(long gap, long mostMillis) {
    long next =
        gap < BUSY_TICK_MILLIS
            ? Math.min(BUSY_TICK_MILLIS, gap * BUSY_TICK_GROWTH)
            : gap + BUSY_TICK_MILLIS;
    return Math.min(world.idle(mostMillis), next);
  }

  private void tickIn(long millis) {
    nextTickMillis = world.now() + millis;
    if (nextTickMillis < alarmMillis) {
      setAlarm();
    }
  }

  /// One that goes off too early, because the tick was put off since, is set again.
  private void setAlarm() {
    long due = nextTickMillis;
    alarmMillis = due;
    long at = run;
    world
        .scheduler()
        .at(
            due,
            () -> {
              if (at != run || alarmMillis != due) {
                return;
              }
              alarmMillis = Long.MAX_VALUE;
              if (nextTickMillis <= due) {
                nextTickMillis = Long.MAX_VALUE;
                turnSoon();
              } else if (nextTickMillis != Long.MAX_VALUE) {
                setAlarm();
              }
            });
  }

  private void committed(List<AgentChange> changes) {
    for (AgentChange change : changes) {
      switch (change) {
        case AgentChange.ApplicationKept(var it) -> {
          if (it.state() instanceof ReleaseState.Staged) {
            stagedHere.add(it.name());
          } else {
            stagedHere.remove(it.name());
          }
          if (it.state() instanceof ReleaseState.Staged || isSettled(it.state())) {
            onTheWay.remove(it.name());
            if (ReleaseMachine.running(it.state()).isEmpty()) {
              restless.remove(it.name());
            }
          } else {
            onTheWay.add(it.name());
          }
        }
        case AgentChange.ApplicationRemoved(var name) -> {
          onTheWay.remove(name);
          stagedHere.remove(name);
          restless.remove(name);
        }
        case AgentChange.WorkloadKept(var it) -> {
          restless.remove(it.name());
          Workload workload = processes.get(it.name());
          if (workload != null && workload.identity.equals(it.process())) {
            workload.isTold = true;
          }
        }
        case AgentChange.OutboxChanged(OutboxChange.Appended(var entry, var _)) ->
            newestRow = entry.sequence();
        case AgentChange.OutboxChanged(OutboxChange.Acknowledged(var through)) ->
            ackedThrough = through;
        case AgentChange.OutboxChanged(OutboxChange.LostByHub(var through)) ->
            ackedThrough = through;
        case AgentChange.OutboxChanged(OutboxChange.Forgotten(var through)) ->
            ackedThrough = Math.max(ackedThrough, through);
        default -> {}
      }
    }
    world.watch().agentCommitted(this, changes);
  }

  @Override
  public Now clock() {
    return clock.now();
  }

  void startsWorkload(Name application) {
    restless.add(application);
  }

  private static boolean isSettled(ReleaseState state) {
    return state instanceof ReleaseState.Live
        || state instanceof ReleaseState.RolledBack
        || state instanceof ReleaseState.Absent;
  }

  // ---- the line

  void opens(Line fresh) {
    line = fresh;
  }

  /// The agent closes its line; it is told so, as by its adapter.
  void closes(Line open) {
    if (line == open) {
      line = null;
      offer(
          new AgentEvent.LinkClosed(open.number, new Reason.LineDown(0, "closed by the agent"), 0));
      world.network().closeFromShop(open);
    }
  }

  /// The CA's newest certificate comes with each handshake; the next start of the agent knows it.
  private void learnsRoot() {
    X509Certificate newest = world.hub().keys().root();
    if (knownRoots.isEmpty() || !knownRoots.getFirst().equals(newest)) {
      knownRoots.addFirst(newest);
    }
  }

  boolean isCurrent(Line it) {
    return it == line && it.run == run && loop != null;
  }

  void lineOpened(Line it) {
    if (isCurrent(it)) {
      it.isOpenAtAgent = true;
      lineGapMillis = LINE_TICK_MILLIS;
      learnsRoot();
      boolean hasMoved = world.hasMorePlays() && shares && chance.isWithin(MOVES_SHARE);
      offer(
          hasMoved
              ? new AgentEvent.LinkOpened(
                  it.number, List.of("10.0." + site + "." + number + ":9444", "no address"))
              : new AgentEvent.LinkOpened(it.number));
    }
  }

  void lineEnded(Line it, String how) {
    if (isCurrent(it)) {
      line = null;
      world.say(number, "its line " + it.number + " ends: " + how);
      offer(new AgentEvent.LinkClosed(it.number, new Reason.LineDown(0, how), 0));
    }
  }

  void lineRefused(Line it, Reason reason) {
    if (isCurrent(it)) {
      world.refused(reason);
      world.office().hears(this, reason);
      line = null;
      if (world.trace().isOn()) {
        world.say(number, "its line " + it.number + " is closed by the hub: " + reason);
      }
      offer(new AgentEvent.LinkClosed(it.number, reason, Edge.retryAfter(reason).orElse(0)));
    }
  }

  void published(Line it, long publication) {
    if (isCurrent(it)) {
      offer(new AgentEvent.Published(it.number, publication));
    }
  }

  void desired(Line it, int packet, Payload payload) {
    world.carried(payload);
    if (isCurrent(it)) {
      offer(new AgentEvent.DesiredArrived(it.number, packet, read(DesiredUpdate.class, payload)));
    }
  }

  void acked(Line it, Payload payload) {
    world.carried(payload);
    if (isCurrent(it)) {
      offer(new AgentEvent.AckedArrived(it.number, 0, read(Acked.class, payload)));
    }
  }

  void asked(Line it, int packet, Payload payload) {
    world.carried(payload);
    if (isCurrent(it)) {
      offer(new AgentEvent.AskArrived(it.number, packet, read(Ask.class, payload)));
    }
  }

  private <T> T read(Class<T> type, Payload payload) {
    try {
      return payload.read(type, Limits.PACKET_BYTES_MAX);
    } catch (MalformedException e) {
      throw world.bug(number, "the agent cannot read what the hub wrote: " + e);
    }
  }
}
