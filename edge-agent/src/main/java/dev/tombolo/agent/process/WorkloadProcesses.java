package dev.tombolo.agent.process;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.session.ControlGroup;
import dev.tombolo.agent.session.LocalPlaces;
import dev.tombolo.agent.session.ProcessTable;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Placeholders;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Runs workloads as processes that outlive the agent: each in its own session, its output in a
/// file, known by (boot id, pid, start ticks). One thread does all of it.
public final class WorkloadProcesses implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(WorkloadProcesses.class.getName());
  private static final int UNSEEN = AgentEvent.WorkloadExited.UNSEEN;
  private static final long STACK_BYTES = 256 * 1024;
  private static final int LOOK_MILLIS = 1000;
  private static final int REST_LOOK_MILLIS = 100;
  private static final int LEFTOVER_TERM_MILLIS = 3000;
  private static final int LEFTOVER_KILL_MILLIS = 5000;
  private static final File NOTHING = new File("/dev/null");

  /// How the end of a process is told, with what it said last.
  private interface News {
    AgentEvent of(String lastOutput);
  }

  private final AgentInbox inbox;
  private final LocalPlaces places;
  private final Reloads reloads;
  private final List<String> prefix;
  private final SecureRandom random = new SecureRandom();
  private final ControlGroup group = new ControlGroup();

  /// Changed by the one thread.
  private final Map<Name, Watched> watched = new ConcurrentHashMap<>();

  /// Until when, by the nanosecond clock, what has been told to end may take its time.
  private final Map<ProcessIdentity, Long> graces = new HashMap<>();

  /// Their first process has ended, and what it started has its grace yet.
  private final Set<ProcessIdentity> ending = new HashSet<>();

  private final ScheduledThreadPoolExecutor worker;

  /// A process under our eyes.
  ///
  /// @param asked what it was started for; null for an adopted one, whose exit code nobody tells
  private record Watched(
      Name application, ProcessIdentity identity, AgentEffect.@Nullable StartWorkload asked) {}

  /// @param prefix put before the program: as a service, `systemd-run --scope ...`, which moves it
  ///   out of the agent's control group and its memory bound and then becomes it
  public WorkloadProcesses(AgentInbox inbox, LocalPlaces places, List<String> prefix) {
    this.inbox = inbox;
    this.places = places;
    this.prefix = List.copyOf(prefix);
    reloads = new Reloads(places, this::beside);
    worker = new ScheduledThreadPoolExecutor(1, work -> thread(work, "workloads"));
    worker.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    worker.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static Thread thread(Runnable work, String name) {
    Thread thread = new Thread(null, work, name, STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  public void perform(AgentEffect.StartWorkload effect) {
    worker.execute(() -> start(effect));
  }

  public void perform(AgentEffect.StopWorkload effect) {
    worker.execute(() -> stop(effect));
  }

  public void perform(AgentEffect.AdoptWorkload effect) {
    Name application = effect.application();
    ProcessIdentity process = effect.process();
    worker.execute(
        () ->
            adopt(
                application,
                process,
                last -> new AgentEvent.WorkloadMissing(application, process, last)));
  }

  /// On a thread of its own: a command may take its time.
  public void perform(AgentEffect.ReloadWorkload effect) {
    thread(() -> reload(effect), "reload").start();
  }

  /// Words to put before a program that looks at the application's workload: it runs where that
  /// does, else as the workload would.
  public List<String> beside(Name application) {
    Watched held = watched.get(application);
    return prefix.isEmpty() || held == null
        ? prefix
        : group.join(held.identity().pid()).orElse(prefix);
  }

  private void start(AgentEffect.StartWorkload effect) {
    Name application = effect.application();
    try {
      Watched held = watched.get(application);
      if (held != null && effect.equals(held.asked()) && ProcessTable.isAlive(held.identity())) {
        // Asked for again by a loop that lost our answer: it runs.
        inbox.offer(new AgentEvent.WorkloadStarted(application, held.identity()));
        return;
      }
      Files.createDirectories(places.folders().work(application));
      StartNote note = new StartNote(places.folders().application(application));
      endLeftovers(application, note);
      WorkloadSpec spec =
          Placeholders.fill(effect.spec(), places.placeholders(application, effect.release()));
      String program = spec.argv().getFirst();
      if (!LocalPlaces.isRunnable(program)) {
        throw new IOException("'" + program + "' is not a program on this device");
      }
      Process process = launch(application, spec, note.next(random));
      ProcessIdentity identity =
          ProcessTable.identity(process.pid())
              .orElse(new ProcessIdentity(ProcessTable.bootId(), process.pid(), 0));
      watched.put(application, new Watched(application, identity, effect));
      inbox.offer(new AgentEvent.WorkloadStarted(application, identity));
      process
          .onExit()
          .thenAccept(ended -> later(() -> exited(application, identity, ended.exitValue())));
    } catch (IOException | RuntimeException e) {
      inbox.offer(
          new AgentEvent.WorkloadStartFailed(
              application, new Reason.IoFailed("start of " + application, message(e))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// `setsid` runs the program in its own place, because a child of the JVM leads no process group:
  /// pid and start time stay those of the program.
  private Process launch(Name application, WorkloadSpec spec, String startWord) throws IOException {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.addAll(prefix);
    command.addAll(spec.argv());
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(places.folders().work(application).toFile());
    builder.environment().clear();
    builder.environment().putAll(places.environment(application, spec.env()));
    builder.environment().put(StartNote.variable(), startWord);
    return builder
        .redirectInput(NOTHING)
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(places.folders().output(application).toFile()))
        .start();
  }

  /// Ends what an earlier start left, be it one whose report was lost with the agent.
  private void endLeftovers(Name application, StartNote note)
      throws IOException, InterruptedException {
    Watched dropped = watched.remove(application);
    Optional<String> setting = note.setting();
    if (setting.isPresent()) {
      endAll(application, setting.get(), Optional.ofNullable(dropped).map(Watched::identity));
    }
    if (dropped != null) {
      forget(dropped.identity());
      // Whoever took it for the one that runs must not wait for its end for ever.
      told(application, dropped.identity(), UNSEEN);
    }
  }

  private static void endAll(Name application, String setting, Optional<ProcessIdentity> watched)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    Set<ProcessIdentity> seen = watched.stream().collect(Collectors.toCollection(HashSet::new));
    List<Long> left = leftOf(setting, seen);
    if (!left.isEmpty()) {
      LOG.log(System.Logger.Level.INFO, "ending what is left of {0}: {1}", application, left);
    }
    ProcessTable.end(left, false);
    while (!left.isEmpty()) {
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      if (millis > LEFTOVER_TERM_MILLIS) {
        ProcessTable.end(left, true);
      }
      if (millis > LEFTOVER_KILL_MILLIS) {
        throw new IOException("processes " + left + " of an earlier start cannot be ended");
      }
      TimeUnit.MILLISECONDS.sleep(20);
      left = leftOf(setting, seen);
    }
  }

  /// A process has no environment any more while it ends and gives its memory back, so those seen
  /// once are known by their identity.
  private static List<Long> leftOf(String setting, Set<ProcessIdentity> seen) throws IOException {
    for (long pid : ProcessTable.withSetting(setting)) {
      ProcessTable.identity(pid).ifPresent(seen::add);
    }
    Set<Long> left = new TreeSet<>();
    seen.stream()
        .filter(ProcessTable::isAlive)
        .forEach(identity -> left.addAll(sessionOf(identity)));
    return List.copyOf(left);
  }

  private void stop(AgentEffect.StopWorkload effect) {
    try {
      end(effect);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "stop of " + effect.application(), e);
      worker.schedule(() -> stop(effect), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void end(AgentEffect.StopWorkload effect) {
    ProcessIdentity identity = effect.process();
    adopt(
        effect.application(), identity, last -> exit(effect.application(), identity, UNSEEN, last));
    if (ProcessTable.isAlive(identity)) {
      int grace = Math.max(0, effect.graceSeconds());
      graces.put(identity, System.nanoTime() + TimeUnit.SECONDS.toNanos(grace));
      ProcessTable.end(allOf(effect.application(), identity), false);
      worker.schedule(() -> kill(effect.application(), identity), grace, TimeUnit.SECONDS);
    }
  }

  private void kill(Name application, ProcessIdentity identity) {
    if (ProcessTable.isAlive(identity)) {
      ProcessTable.end(allOf(application, identity), true);
    }
  }

  /// The process, all of the session it leads, and what has left that.
  private List<Long> allOf(Name application, ProcessIdentity identity) {
    Set<Long> all = new TreeSet<>(sessionOf(identity));
    if (isWatched(application, identity)) {
      all.addAll(marked(application));
    }
    return List.copyOf(all);
  }

  /// All that comes of the newest start.
  private List<Long> marked(Name application) {
    try {
      return new StartNote(places.folders().application(application))
          .setting()
          .map(ProcessTable::withSetting)
          .orElse(List.of());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the mark of {0}: {1}", application, e.toString());
      return List.of();
    }
  }

  /// The process and all of the session it leads.
  private static List<Long> sessionOf(ProcessIdentity identity) {
    List<Long> members = new ArrayList<>(ProcessTable.ofSession(identity.pid()));
    if (!members.contains(identity.pid())) {
      members.add(identity.pid());
    }
    return members;
  }

  private void adopt(Name application, ProcessIdentity identity, News gone) {
    Watched held = watched.get(application);
    if (held != null && held.identity().equals(identity)) {
      return;
    }
    if (ProcessTable.isAlive(identity)) {
      watched.put(application, new Watched(application, identity, null));
    } else if (held == null) {
      // What it had started may run yet.
      watched.put(application, new Watched(application, identity, null));
      over(application, identity, gone);
    } else {
      tell(application, gone);
    }
  }

  /// Never throws: a task that throws is not repeated, and nobody would look any more.
  private void look() {
    for (Watched each : List.copyOf(watched.values())) {
      try {
        if (each.asked() == null && !ProcessTable.isAlive(each.identity())) {
          exited(each.application(), each.identity(), UNSEEN);
        }
        output(each.application()).keepQuota();
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "output of {0}: {1}", each.application(), e);
      }
    }
  }

  private void exited(Name application, ProcessIdentity identity, int exitCode) {
    over(application, identity, last -> exit(application, identity, exitCode, last));
  }

  /// A workload is over when its first process is; what that leaves running would be in the way of
  /// the next. Where it was told to end, all that it started has the same time for it.
  private void over(Name application, ProcessIdentity identity, News news) {
    if (isWatched(application, identity) && ending.add(identity)) {
      endRest(application, identity, news);
    }
  }

  private void endRest(Name application, ProcessIdentity identity, News news) {
    if (!isWatched(application, identity)) {
      return;
    }
    Set<Long> all = new TreeSet<>(restOf(identity));
    all.addAll(marked(application));
    List<Long> rest = List.copyOf(all);
    if (!rest.isEmpty() && hasGrace(identity)) {
      worker.schedule(
          () -> endRest(application, identity, news), REST_LOOK_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    watched.remove(application);
    forget(identity);
    ProcessTable.end(rest, true);
    tell(application, news);
  }

  private boolean isWatched(Name application, ProcessIdentity identity) {
    Watched held = watched.get(application);
    return held != null && held.identity().equals(identity);
  }

  private boolean hasGrace(ProcessIdentity identity) {
    Long until = graces.get(identity);
    return until != null && System.nanoTime() - until < 0;
  }

  private void forget(ProcessIdentity identity) {
    graces.remove(identity);
    ending.remove(identity);
  }

  /// What runs yet of the session whose first process has ended. Where there is a first one, it is
  /// another's, which got the number after all of ours were gone.
  private static List<Long> restOf(ProcessIdentity identity) {
    List<Long> members = ProcessTable.ofSession(identity.pid());
    return members.contains(identity.pid()) ? List.of() : members;
  }

  private void told(Name application, ProcessIdentity identity, int exitCode) {
    tell(application, last -> exit(application, identity, exitCode, last));
  }

  private void tell(Name application, News news) {
    inbox.offer(news.of(output(application).lastLine()));
  }

  private static AgentEvent exit(
      Name application, ProcessIdentity identity, int exitCode, String lastOutput) {
    return new AgentEvent.WorkloadExited(application, identity, exitCode, lastOutput);
  }

  private void reload(AgentEffect.ReloadWorkload effect) {
    try {
      Optional<Reason> failure = reloads.reload(effect);
      inbox.offer(
          new AgentEvent.ReloadFinished(
              effect.application(), effect.release(), effect.process(), failure));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private OutputLog output(Name application) {
    return new OutputLog(places.folders().output(application), OutputLog.BYTES_MAX);
  }

  private void later(Runnable work) {
    if (!worker.isShutdown()) {
      worker.execute(work);
    }
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /// Stops watching. The workloads go on.
  @Override
  public void close() {
    worker.shutdownNow();
  }
}
