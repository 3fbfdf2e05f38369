package dev.tombolo.bench.load;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubCore;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubLoop;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Step;
import dev.tombolo.hub.core.WarmUp;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.view.Overlay;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Choice;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.Preview;
import dev.tombolo.hub.rollout.Prior;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.hub.rollout.Said;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.sqlite.SqliteViews;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Drives one rollout as the hub's loop does: what devices say and what time brings, in batches of
/// one transaction each, a savepoint for each event. Says its figures line by line.
final class RolloutDrive {
  private static final Name FLEET = RolloutFleet.FLEET;
  private static final Name APPLICATION = SettingsBench.APPLICATION;
  private static final Given GIVEN = new Given("user:bench", 0, "");
  private static final Digest OLD = RolloutFleet.BEFORE.digest();
  private static final Digest NEW = RolloutFleet.NEXT.digest();
  private static final RolloutId ID = new RolloutId(1);
  private static final int BATCH = 1_024;
  private static final int FAILS_EVERY = 200;
  private static final int DARK_EVERY = 50;
  private static final int KINDS_SHOWN = 8;
  private static final long BYTES = 34_000_000;
  private static final Prior PRIOR = new Prior(OLD, "1");
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// How often the heap is measured: after changes of so large a part of the devices.
  private static final int HEAPS = 2;

  private final HubStore store;
  private final HubState state;
  private final ArrayDeque<Integer> switching = new ArrayDeque<>();
  static final long BEGIN_MILLIS = 1_800_000_000_000L;

  private long now = BEGIN_MILLIS;
  private long changes;
  private long heapPeak;

  /// Of the drive, taken up by looks at the heap.
  private long lookedNanos;

  /// Deciding, the memory and the transaction, without its commit.
  private final StepClock clock = new StepClock();

  private RolloutDrive(HubStore store, HubState state) {
    this.store = store;
    this.state = state;
  }

  public static void main(String[] arguments) throws Exception {
    Path database = Path.of(arguments[0]);
    int devices = Integer.parseInt(arguments[1]);
    // As a hub does at its start.
    try (SqliteHubStore scratch =
        SqliteHubStore.open(
            database.resolveSibling("warm-up-" + ProcessHandle.current().pid() + ".db"))) {
      WarmUp.run(SettingsDriver.SETTINGS, scratch);
    }
    StageLine.tell("reading it back, devices", 0, devices);
    long from = System.nanoTime();
    try (HubStore store = SqliteHubStore.open(database)) {
      HubState state = store.load();
      RolloutDrive drive = new RolloutDrive(store, state);
      if (state.rollouts().isEmpty()) {
        drive.begin(database, devices);
      } else {
        say("resumeSeconds", seconds(from));
        say("inFlightAfterKill", drive.rollout().inFlight());
      }
      drive.drive(devices);
    }
    say("databaseMegabytes", Files.size(database) / 1e6);
  }

  private void begin(Path database, int devices) {
    say("heapBefore", heap());
    StageLine.tell("planning, devices", 0, devices);
    long from = System.nanoTime();
    long busyFrom = THREADS.getCurrentThreadCpuTime();
    preview(database, devices);
    say("previewAloneSeconds", seconds(from));
    create(database);
    say("previewSeconds", seconds(from));
    // Where others want the processor, too, this tells more than the wall.
    say("previewProcessorSeconds", (THREADS.getCurrentThreadCpuTime() - busyFrom) / 1e9);
    say("longestPlanningStepMillis", clock.longestCpuMillis());
    say("planningStepsOverFiveMillis", clock.stepsOverFive());
    clock
        .longest(KINDS_SHOWN)
        .forEach(it -> System.out.println("# " + it.kind() + ": " + it.words()));
    clock.forget();
    say("heapPlanned", heap());
    from = System.nanoTime();
    render();
    say("renderSeconds", seconds(from));
  }

  private static RolloutPlan plan() {
    Gate gate = new Gate(90, 0, false);
    return new RolloutPlan(
        List.of(
            new Wave("canary", new Pick.Count(100), gate),
            new Wave("one", new Pick.Percent(1), gate),
            new Wave("ten", new Pick.Percent(10), gate)),
        new Budgets(2, 50_000, 0),
        AbortRule.USUAL,
        RolloutPlan.PERMIT_MILLIS_USUAL,
        null);
  }

  private static Scope scope() {
    return new Scope(FLEET, Set.of(), Map.of());
  }

  /// As the hub answers it: every device is read from the database, and every line.
  private static void preview(Path database, int devices) {
    Preview preview = new Preview(ID, plan(), scope(), NEW);
    try (SqliteViews views = SqliteViews.open(database)) {
      views
          .rollouts()
          .eachHolder(
              FLEET,
              APPLICATION,
              NEW,
              Overlay.NONE,
              (place, held, shares) ->
                  preview.add(place.slot(), place::labels, held, shares, has -> BYTES));
      for (RolloutViews.SiteLine line : views.rollouts().siteLines(FLEET, Overlay.NONE)) {
        LineRate rate = line.rate();
        preview.line(
            line.site(),
            new Preview.Line(
                Optional.empty(), Optional.empty(), rate == null ? 0 : rate.bytesPerSecond()));
      }
    }
    Preview.Shown shown = preview.show(new Preview.Assumed(10_000_000, 60_000, BEGIN_MILLIS));
    if (shown.devices() != devices || shown.bytes() != devices * BYTES) {
      throw new IllegalStateException("the preview lost devices");
    }
  }

  /// By the hub's own steps: searched, sorted and written down a slice at each tick, each in a
  /// transaction of its own.
  private void create(Path database) {
    if (!isAnybodyThere(database)) {
      throw new IllegalStateException("nobody is in scope");
    }
    HubCore core = new HubCore(SettingsDriver.SETTINGS, state);
    turn(
        core,
        new HubEvent.AdminAsked(
            1,
            SettingsDriver.OPERATOR,
            new AdminCommand.CreateRollout(
                RolloutFleet.NEXT.ref(), scope(), plan(), Optional.empty())));
    while (rollout().state() instanceof RolloutState.Planning) {
      turn(core, new HubEvent.Ticked());
    }
  }

  /// Asked for the command before the hub's loop hears of it.
  private static boolean isAnybodyThere(Path database) {
    boolean[] isAny = {false};
    try (SqliteViews views = SqliteViews.open(database)) {
      views
          .rollouts()
          .eachPlace(
              FLEET,
              APPLICATION,
              Overlay.NONE,
              place -> {
                isAny[0] = scope().covers(place.slot(), place.labels());
                return !isAny[0];
              });
    }
    return isAny[0];
  }

  /// As the hub's loop does while nobody else comes: slices of what is left share a commit, and
  /// what is not to be written down needs no transaction.
  private void turn(HubCore core, HubEvent event) {
    long from = THREADS.getCurrentThreadCpuTime();
    HubStore.Batch batch = null;
    do {
      List<HubEvent> events = new ArrayList<>(List.of(event));
      if (event instanceof HubEvent.Ticked) {
        events.addAll(core.dueAt(now));
      }
      for (HubEvent each : events) {
        clock.begin();
        Step step = core.step(each, now);
        state.apply(step.changes());
        if (step.changes().stream().anyMatch(HubChange.Durable.class::isInstance)) {
          batch = batch == null ? store.begin() : batch;
          batch.savepoint();
          batch.apply(step.changes());
        }
        clock.end(SettingsDriver.kindOf(each, step));
      }
    } while (event instanceof HubEvent.Ticked
        && core.isWorkLeft()
        && THREADS.getCurrentThreadCpuTime() - from < HubLoop.SLICES_ALONE_NANOS);
    if (batch != null) {
      batch.commit();
    }
  }

  private static String kindOf(List<RolloutChange> changes) {
    return changes.isEmpty() ? "nothing" : changes.getFirst().getClass().getSimpleName();
  }

  /// What the application's selection of each device is, as it goes into a document.
  private void render() {
    Rollout rollout = rollout();
    long bytes = 0;
    for (int member = 0; member < rollout.size(); member++) {
      Layer.Choice choice =
          switch (rollout.choice(member, 1)) {
            case Choice.None _ -> new Layer.Choice(OLD, "1", "", GIVEN);
            case Choice.Free free -> new Layer.Choice(free.release(), free.version(), "", GIVEN);
            case Choice.Gated gated ->
                new Layer.Choice(
                    gated.release(),
                    gated.version(),
                    "",
                    GIVEN,
                    dev.tombolo.protocol.desired.Gate.of(
                        new Permit(
                            new Name("r1"),
                            gated.wave(),
                            gated.grantedMillis(),
                            gated.notAfterMillis())));
          };
      Layer layer =
          new Layer(
              LayerKind.ROLLOUT, "rollout", Map.of(APPLICATION, choice), Map.of(), Map.of(), GIVEN);
      PlaceFacts place = new PlaceFacts(FLEET, rollout.slot(member), Map.of(), Map.of());
      WorkloadsSection section =
          Layering.of(new SlotSettings(place, List.of(layer), Map.of())).section();
      bytes += RenderedSection.of(Section.WORKLOADS, Json.write(section)).digest().text().length();
    }
    if (bytes == 0) {
      throw new IllegalStateException("nothing was rendered");
    }
  }

  private void drive(int devices) {
    Rollout rollout = rollout();
    for (int member = 0; member < rollout.size(); member++) {
      if (member % DARK_EVERY != 7) {
        pass(new RolloutChange.Seen(ID, member, true));
      }
      if (rollout.phase(member).isInFlight()) {
        switching.add(member);
      }
    }
    heapPeak = heap();
    long from = System.nanoTime();
    int opened = -1;
    long said = 0;
    long looked = 0;
    int next = 0;
    while (rollout.state().isUnderWay() && !isDone(rollout)) {
      HubStore.Batch batch = store.begin();
      int events = 0;
      // Whose wave is open loads and stages; a slice at each turn.
      if (opened != rollout.state().openThrough()) {
        opened = rollout.state().openThrough();
        next = 0;
      }
      for (int i = 0; i < BATCH * 64 && events < BATCH / 2; i++) {
        if (next == rollout.size()) {
          break;
        }
        int member = next++;
        if (rollout.phase(member) == Phase.WAITING
            && rollout.wave(member) <= opened
            && rollout.isOnline(member)) {
          events += says(batch, member, STAGED);
        }
      }
      while (events < BATCH && !switching.isEmpty()) {
        int member = switching.removeFirst();
        if (rollout.phase(member) == Phase.PERMITTED) {
          events += says(batch, member, PROBING);
          switching.addLast(member);
        } else {
          events += says(batch, member, member % FAILS_EVERY == 11 ? ROLLED_BACK : LIVE);
        }
      }
      // Where nothing happens the time of dark devices goes by.
      now += events == 0 ? 60_000 : 250;
      for (int i = 0; i < 8; i++) {
        clock.begin();
        List<RolloutChange> decided = RolloutSteps.tick(rollout, SLOTS, now);
        take(batch, decided);
        clock.end("tick " + kindOf(decided));
      }
      batch.commit();
      if (changes - looked >= devices / HEAPS) {
        looked = changes;
        lookAtHeap();
      }
      if (changes - said >= Math.max(1_000, devices / 10)) {
        said = changes;
        progress(from);
      }
    }
    lookAtHeap();
    progress(from);
    say("changes", changes);
    saySteps();
    List<WaveCount> counts = rollout.counts();
    say("succeeded", counts.stream().mapToInt(WaveCount::succeeded).sum());
    say("failed", counts.stream().mapToInt(WaveCount::failed).sum());
    say("notReached", counts.stream().mapToInt(WaveCount::dark).sum());
    long left = counts.stream().mapToLong(c -> c.inFlight() + c.downloading() + c.ready()).sum();
    if (left > 0 || rollout.size() != devices) {
      throw new IllegalStateException(left + " devices were forgotten: " + rollout);
    }
  }

  /// With queues, permits and reasons. Not counted as time of the drive.
  private void lookAtHeap() {
    long from = System.nanoTime();
    heapPeak = Math.max(heapPeak, heap());
    lookedNanos += System.nanoTime() - from;
  }

  private void saySteps() {
    say("longestStepMillis", clock.longestCpuMillis());
    say("longestStepWallMillis", clock.longestWallMillis());
    say("stepsOverFiveMillis", clock.stepsOverFive());
    clock
        .longest(KINDS_SHOWN)
        .forEach(it -> System.out.println("# " + it.kind() + ": " + it.words()));
  }

  private void progress(long from) {
    StageLine.tell("driving, changes", changes, 4L * rollout().size());
    say("heapPeak", heapPeak);
    say("changesBeforeKill", changes);
    say("seconds", seconds(from + lookedNanos));
  }

  private static boolean isDone(Rollout rollout) {
    if (rollout.state().openThrough() < rollout.record().plan().last()) {
      return false;
    }
    for (WaveCount count : rollout.counts()) {
      if (count.inFlight() + count.downloading() + count.ready() > 0) {
        return false;
      }
    }
    return true;
  }

  private int says(HubStore.Batch batch, int member, ApplicationStatus status) {
    clock.begin();
    take(batch, RolloutSteps.reported(rollout(), member, new Said(1, 0, status, () -> true)));
    clock.end("report " + status.phase());
    return 1;
  }

  private void take(HubStore.Batch batch, List<RolloutChange> decided) {
    if (decided.isEmpty()) {
      return;
    }
    List<HubChange> kept = new ArrayList<>(decided.size());
    for (RolloutChange change : decided) {
      if (change instanceof RolloutChange.Kept it) {
        kept.add(new HubChange.RolloutKept(it));
      }
    }
    if (!kept.isEmpty()) {
      batch.savepoint();
      batch.apply(kept);
    }
    for (RolloutChange change : decided) {
      switch (change) {
        case RolloutChange.Kept it -> state.apply(List.of(new HubChange.RolloutKept(it)));
        case RolloutChange.Passing it -> pass(it);
      }
      if (change instanceof RolloutChange.Moved moved) {
        changes++;
        if (moved.phase() == Phase.PERMITTED) {
          switching.add(moved.member());
        }
      }
    }
  }

  private void pass(RolloutChange.Passing change) {
    state.apply(List.of(new HubChange.RolloutPassed(change)));
  }

  private Rollout rollout() {
    Rollout rollout = state.rollouts().find(ID);
    if (rollout == null) {
      throw new IllegalStateException("no rollout");
    }
    return rollout;
  }

  private static final RolloutSteps.Slots SLOTS =
      new RolloutSteps.Slots() {
        @Override
        public Prior prior(SlotRef slot) {
          return PRIOR;
        }

        @Override
        public int holder(SlotRef slot) {
          return 1;
        }
      };

  private static final ApplicationStatus STAGED = status(ApplicationStatus.Phase.STAGED, OLD);
  private static final ApplicationStatus PROBING =
      new ApplicationStatus(
          APPLICATION,
          ApplicationStatus.Phase.PROBING,
          NEW,
          "2",
          OLD,
          "1",
          null,
          0,
          0,
          0,
          0,
          List.of(),
          new Permit(new Name(ID.toString()), 0, BEGIN_MILLIS, BEGIN_MILLIS + 24 * 3_600_000L),
          null);
  private static final ApplicationStatus LIVE = status(ApplicationStatus.Phase.LIVE, NEW);
  private static final ApplicationStatus ROLLED_BACK =
      new ApplicationStatus(
          APPLICATION,
          ApplicationStatus.Phase.ROLLED_BACK,
          NEW,
          "2",
          OLD,
          "1",
          null,
          0,
          0,
          0,
          0,
          List.of(new Reason.ProbeFailed("golden-set", "2 of 4 wrong")));

  private static ApplicationStatus status(ApplicationStatus.Phase phase, Digest live) {
    return new ApplicationStatus(
        APPLICATION, phase, NEW, "2", live, "1", null, 0, 0, 0, 0, List.of());
  }

  /// After a full collection.
  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static double seconds(long from) {
    return (System.nanoTime() - from) / 1e9;
  }

  private static void say(String what, double value) {
    System.out.println(what + " " + value);
  }
}
