package dev.tombolo.agent.process;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.session.BoundedRun;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Applies bundles by `tombolo-agent bundle apply` in processes of their own, so that the running
/// agent stays small. What such a process made it names by the SHA-256 it found, so that here only
/// names are compared: a file takes its place in the store if its digest stands in the signed
/// release.
public final class BundleUnpacking implements AutoCloseable {
  /// What `tombolo-agent bundle apply` exits with when the base is not the one it should be.
  public static final int EXIT_BASE_DAMAGED = 5;

  /// When the bundle is of no use.
  public static final int EXIT_BUNDLE_REFUSED = 6;

  /// When the disk is too small.
  public static final int EXIT_NO_ROOM = 7;

  private static final System.Logger LOG = System.getLogger(BundleUnpacking.class.getName());
  private static final long STACK_BYTES = 256 * 1024;
  private static final int IDLE_SECONDS = 10;
  private static final Duration TIME_MIN = Duration.ofMinutes(10);

  /// Slower than this it has stopped.
  private static final long BYTES_PER_SECOND_MIN = 256 * 1024;

  /// The process wants so much more than what it makes, and says so at greater length.
  private static final long SPARE_BYTES = 4L << 20;

  private static final int RUNS_MAX = 2;

  /// It gives up by itself long before, unless the bundle goes on coming.
  private static final Duration AHEAD_TIME_MAX = Duration.ofHours(1);

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final List<String> program;
  private final List<String> prefix;
  private final ThreadPoolExecutor worker;

  /// One at a time: what is fetched is one at a time, too.
  private @Nullable Ahead ahead;

  private boolean closed;

  private final class Ahead extends Thread {
    private final AgentEffect.UnpackAhead what;

    Ahead(AgentEffect.UnpackAhead what) {
      super(null, null, "ahead", STACK_BYTES);
      this.what = what;
      setDaemon(true);
    }

    @Override
    public void run() {
      unpackAhead(what);
    }
  }

  /// @param program that is given `bundle apply ...`
  /// @param prefix put before it, as before a workload's: its memory is not the agent's
  public BundleUnpacking(
      AgentInbox inbox, AgentFolders folders, List<String> program, List<String> prefix) {
    this.inbox = inbox;
    this.folders = folders;
    this.program = List.copyOf(program);
    this.prefix = List.copyOf(prefix);
    worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            BundleUnpacking::thread);
    worker.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "unpack", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  /// Does nothing when it is at it already, or at another: each takes memory, and room on the disk
  /// that the other has not counted with.
  public synchronized void perform(AgentEffect.UnpackAhead effect) {
    boolean isBusy = worker.getActiveCount() > 0 || !worker.getQueue().isEmpty();
    boolean isAhead = ahead != null && ahead.isAlive();
    if (!closed && !isBusy && !isAhead) {
      ahead = new Ahead(effect);
      ahead.start();
    }
  }

  private synchronized @Nullable Ahead ahead() {
    return ahead;
  }

  private void unpackAhead(AgentEffect.UnpackAhead effect) {
    try {
      Path made = folders.madeBy(effect.bundle());
      if (!Files.exists(made, LinkOption.NOFOLLOW_LINKS)) {
        List<String> more =
            List.of(
                "--coming",
                Long.toString(effect.bytes()),
                "--makes",
                Long.toString(effect.makes()));
        BoundedRun.Ended ended =
            run(argv(effect.bundle(), effect.base(), made, more), AHEAD_TIME_MAX);
        if (ended.exitCode() != 0) {
          LOG.log(
              System.Logger.Level.DEBUG,
              "bundle {0} is not unpacked ahead: {1}",
              effect.bundle().brief(),
              ended.lastLine());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "bundle {0} is not unpacked ahead: {1}", effect, e);
    }
  }

  /// With all of the bundle here, it either ends soon or gives up soon. Another bundle's comes
  /// later.
  private void awaitAhead(Digest bundle) throws InterruptedException {
    Ahead begun = ahead();
    if (begun != null) {
      if (!begun.what.bundle().equals(bundle)) {
        begun.interrupt();
      }
      begun.join();
    }
  }

  public void perform(AgentEffect.ApplyBundle effect) {
    worker.execute(
        () -> {
          AgentEvent outcome = outcome(effect);
          if (!Thread.currentThread().isInterrupted()) {
            inbox.offer(outcome);
          }
        });
  }

  private AgentEvent outcome(AgentEffect.ApplyBundle effect) {
    try {
      awaitAhead(effect.bundle());
      return apply(effect);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(effect, new Reason.IoFailed("bundle", "interrupted"), false);
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "bundle " + effect.bundle().brief() + ": " + e);
      return failed(effect, new Reason.IoFailed("bundle", e.toString()), false);
    }
  }

  /// What is made already is taken if it fits, and otherwise says nothing of the bundle: it may
  /// have been made ahead, of bytes that somebody else gave and nobody had checked. A child that an
  /// earlier run of the agent left may make it while this one's waits.
  private AgentEvent apply(AgentEffect.ApplyBundle effect)
      throws IOException, InterruptedException {
    Path made = folders.madeBy(effect.bundle());
    List<String> more = List.of("--makes", Long.toString(bytesOf(effect.files())));
    List<String> argv = argv(effect.bundle(), effect.base(), made, more);
    for (int runs = 0; ; runs++) {
      if (Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
        if (store(effect, made).isEmpty()) {
          return stored(effect);
        }
        delete(made);
      }
      BoundedRun.Ended ended = run(argv, timeFor(effect.files()));
      if (!ended.timedOut() && ended.exitCode() == 0) {
        Optional<Variant.File> unfit = store(effect, made);
        if (unfit.isEmpty()) {
          return stored(effect);
        }
        delete(made);
        String detail = "it does not make " + unfit.get().path() + " as the release has it";
        return failed(effect, new Reason.BundleRefused(effect.bundle(), detail), true);
      }
      if (runs == RUNS_MAX - 1 || !Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
        return failed(effect, ended);
      }
    }
  }

  private List<String> argv(Digest bundle, Optional<Digest> base, Path made, List<String> more) {
    List<String> argv = new ArrayList<>(program);
    argv.addAll(
        List.of(
            "bundle",
            "apply",
            "--by-digest",
            "--bundle",
            absolute(folders.file(bundle)),
            "--out",
            absolute(made)));
    if (base.isPresent()) {
      argv.add("--base");
      argv.add(absolute(folders.release(base.get())));
    }
    argv.addAll(more);
    return argv;
  }

  private static long bytesOf(List<Variant.File> files) {
    return files.stream().mapToLong(Variant.File::size).sum();
  }

  private static Duration timeFor(List<Variant.File> files) {
    return TIME_MIN.plusSeconds(bytesOf(files) / BYTES_PER_SECOND_MIN);
  }

  private BoundedRun.Ended run(List<String> argv, Duration time)
      throws IOException, InterruptedException {
    return BoundedRun.run(prefix, argv, environment(), folders.data(), time);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    environment.put("LC_ALL", "C.UTF-8");
    String options = System.getenv("TOMBOLO_AGENT_JAVA_OPTIONS");
    if (options != null) {
      environment.put("TOMBOLO_AGENT_JAVA_OPTIONS", options);
    }
    return environment;
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  private AgentEvent failed(AgentEffect.ApplyBundle effect, BoundedRun.Ended ended) {
    String words = ended.timedOut() ? "it took too long" : ended.lastLine();
    String detail = words.startsWith("tombolo-agent: ") ? words.substring(15) : words;
    if (ended.exitCode() == EXIT_BASE_DAMAGED && effect.base().isPresent()) {
      return failed(effect, new Reason.BaseDamaged(effect.base().get(), detail), true);
    }
    if (ended.exitCode() == EXIT_BUNDLE_REFUSED || ended.exitCode() == EXIT_BASE_DAMAGED) {
      return failed(effect, new Reason.BundleRefused(effect.bundle(), detail), true);
    }
    if (ended.exitCode() == EXIT_NO_ROOM) {
      Path files = folders.files();
      long needed = bytesOf(effect.files()) + SPARE_BYTES;
      long free = files.toFile().getUsableSpace();
      return failed(effect, new Reason.DiskFull(files.toString(), needed, free), false);
    }
    return failed(
        effect,
        new Reason.IoFailed("bundle apply", "exit code " + ended.exitCode() + ": " + detail),
        false);
  }

  /// Moves what was made to where it belongs.
  ///
  /// @return the first file of the release that is not among it
  private Optional<Variant.File> store(AgentEffect.ApplyBundle effect, Path made)
      throws IOException {
    for (Variant.File file : effect.files()) {
      Path stored = folders.file(file.digest());
      if (Files.isRegularFile(stored, LinkOption.NOFOLLOW_LINKS)
          && Files.size(stored) == file.size()) {
        continue;
      }
      Path fresh = made.resolve(file.digest().hex());
      if (!Files.isRegularFile(fresh, LinkOption.NOFOLLOW_LINKS)
          || Files.size(fresh) != file.size()) {
        return Optional.of(file);
      }
      Files.move(
          fresh, stored, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    sync(folders.files());
    delete(made);
    return Optional.empty();
  }

  private AgentEvent stored(AgentEffect.ApplyBundle effect) throws IOException {
    forgetParts(effect.files());
    return new AgentEvent.BundleApplied(effect.application(), effect.release(), effect.bundle());
  }

  /// What came of whole files before is of no use any more.
  private void forgetParts(List<Variant.File> files) throws IOException {
    for (Variant.File file : files) {
      Files.deleteIfExists(folders.partialFile(file.digest()));
    }
  }

  private static AgentEvent failed(AgentEffect.ApplyBundle effect, Reason reason, boolean isFinal) {
    return new AgentEvent.BundleFailed(
        effect.application(), effect.release(), effect.bundle(), reason, isFinal);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// A folder of files.
  private static void delete(Path made) throws IOException {
    if (Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(made)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(made);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    worker.shutdownNow();
    if (ahead != null) {
      ahead.interrupt();
    }
  }
}
