package dev.tombolo.agent.probe;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.session.BoundedRun;
import dev.tombolo.agent.session.LocalPlaces;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Placeholders;
import dev.tombolo.protocol.release.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Runs probes, those of one application one after the other: who hangs holds up nobody else. Every
/// probe that is asked for is answered, but for one that is asked for again while it still waits
/// for its turn: then only the newer question is.
public final class Probes implements AutoCloseable {
  private static final long STACK_BYTES = 256 * 1024;
  private static final int IDLE_SECONDS = 10;

  private final AgentInbox inbox;
  private final LocalPlaces places;
  private final Function<Name, List<String>> prefix;
  private final Map<Name, ThreadPoolExecutor> workers = new HashMap<>();
  private final Map<Turn, AgentEffect.RunProbe> waiting = new ConcurrentHashMap<>();

  private record Turn(Name application, String probe) {}

  /// @param failure empty when it passed, and soon enough
  private record Answer(Optional<Reason> failure, boolean isForGood) {}

  private record Problem(String words, boolean isForGood) {
    static Problem perhapsMended(String words) {
      return new Problem(words, false);
    }
  }

  /// @param prefix put before an application's programs; asked by several threads
  public Probes(AgentInbox inbox, LocalPlaces places, Function<Name, List<String>> prefix) {
    this.inbox = inbox;
    this.places = places;
    this.prefix = prefix;
  }

  private static ThreadPoolExecutor worker() {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Probes::thread);
    worker.allowCoreThreadTimeOut(true);
    return worker;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "probe", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  /// For one thread, the loop's.
  public void perform(AgentEffect.RunProbe effect) {
    Turn turn = new Turn(effect.application(), effect.probe().name());
    if (waiting.put(turn, effect) == null) {
      workers
          .computeIfAbsent(effect.application(), name -> worker())
          .execute(() -> Optional.ofNullable(waiting.remove(turn)).ifPresent(this::run));
    }
  }

  private void run(AgentEffect.RunProbe effect) {
    String name = effect.probe().name();
    inbox.offer(new AgentEvent.ProbeStarted(effect.application(), name, effect.round()));
    Answer answer;
    try {
      answer = answer(effect);
    } catch (IOException | RuntimeException e) {
      Reason unasked = new Reason.IoFailed("run probe " + name, message(e));
      answer = new Answer(Optional.of(unasked), false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    inbox.offer(
        new AgentEvent.ProbeFinished(
            effect.application(), name, effect.round(), answer.failure(), answer.isForGood()));
  }

  /// @throws IOException when the workload could not be asked, which says nothing about it
  private Answer answer(AgentEffect.RunProbe effect) throws IOException, InterruptedException {
    String name = effect.probe().name();
    try {
      Map<String, String> values = places.placeholders(effect.application(), effect.release());
      Probe probe = Placeholders.fill(effect.probe(), values);
      long began = System.nanoTime();
      Optional<Problem> problem = problem(effect, probe, values);
      long took = System.nanoTime() - began;
      return problem.isPresent()
          ? failed(name, problem.get())
          : new Answer(late(probe, took), false);
    } catch (IllegalArgumentException e) {
      return failed(name, Problem.perhapsMended(message(e)));
    }
  }

  private static Answer failed(String probe, Problem problem) {
    return new Answer(
        Optional.of(new Reason.ProbeFailed(probe, problem.words())), problem.isForGood());
  }

  private Optional<Problem> problem(
      AgentEffect.RunProbe effect, Probe probe, Map<String, String> values)
      throws IOException, InterruptedException {
    Duration timeout = Duration.ofSeconds(probe.timeoutSeconds());
    return switch (probe) {
      case Probe.Exec exec -> execute(effect, exec, values);
      case Probe.Http http -> LoopbackHttp.problem(http, timeout).map(Problem::perhapsMended);
      case Probe.Tcp tcp ->
          LoopbackTcp.problem(port(tcp.port()), timeout).map(Problem::perhapsMended);
    };
  }

  /// In milliseconds begun, so that nothing is told as 150 ms that took longer.
  private static Optional<Reason> late(Probe probe, long tookNanos) {
    Integer allowed = probe.maxLatencyMillis();
    long took = Math.ceilDiv(tookNanos, 1_000_000L);
    return allowed == null || took <= allowed
        ? Optional.empty()
        : Optional.of(new Reason.ProbeSlow(probe.name(), took, allowed));
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private Optional<Problem> execute(
      AgentEffect.RunProbe effect, Probe.Exec probe, Map<String, String> values)
      throws IOException, InterruptedException {
    String program = probe.argv().getFirst();
    if (!LocalPlaces.isRunnable(program)) {
      return Optional.of(
          Problem.perhapsMended("'" + program + "' is not a program on this device"));
    }
    Map<String, String> declared = new TreeMap<>();
    effect.env().forEach((key, value) -> declared.put(key, Placeholders.fill(value, values)));
    Path work = places.folders().work(effect.application());
    Files.createDirectories(work);
    BoundedRun.Ended ended =
        BoundedRun.run(
            prefix.apply(effect.application()),
            List.copyOf(probe.argv()),
            places.environment(effect.application(), declared),
            work,
            Duration.ofSeconds(probe.timeoutSeconds()));
    if (ended.timedOut()) {
      return Optional.of(
          Problem.perhapsMended(
              "no answer within " + probe.timeoutSeconds() + " s" + after(ended.lastLine())));
    }
    return ended.exitCode() == 0
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "exit code " + ended.exitCode() + after(ended.lastLine()),
                ended.exitCode() == Probe.Exec.WRONG_FOR_GOOD));
  }

  private static String after(String line) {
    return line.isEmpty() ? "" : ": " + line;
  }

  static int port(String text) {
    int port = Integer.parseInt(text);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(text + " is not a port");
    }
    return port;
  }

  @Override
  public void close() {
    workers.values().forEach(ThreadPoolExecutor::shutdownNow);
  }
}
