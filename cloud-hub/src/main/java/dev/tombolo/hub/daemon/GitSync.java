package dev.tombolo.hub.daemon;

import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.NoteGit;
import dev.tombolo.hub.core.admin.AdminCommand.NoteGit.GitNote;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.gitops.GitAccess;
import dev.tombolo.hub.gitops.GitBounds;
import dev.tombolo.hub.gitops.GitFault;
import dev.tombolo.hub.gitops.GitMirror;
import dev.tombolo.hub.gitops.Snapshot;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks at the repositories of applications, each at its interval, and hands new commits to the
/// loop, each as one `apply`. A commit that needs a person waits; one that is refused changes
/// nothing, and what is wrong is kept with it.
final class GitSync implements GitRepositories, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(GitSync.class.getName());

  /// Repositories fetched at once.
  private static final int AT_ONCE_MAX = 4;

  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration BACKOFF_MAX = Duration.ofHours(1);
  private static final int DOUBLINGS_MAX = 10;
  private static final long LOOK_WAIT_MAX_SECONDS = 60;
  private static final long CLOSE_WAIT_MAX_SECONDS = 5;
  private static final int SHORT = 8;
  private static final int KEY_CHARACTERS = 32;

  private final HubConfig.GitOps config;
  private final Path folder;
  private final HubViews views;
  private final Clock clock;
  private final Map<Key, Turn> turns = new ConcurrentHashMap<>();
  private final Semaphore slots = new Semaphore(AT_ONCE_MAX);
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable Commands commands;
  private @Nullable Thread scheduler;

  /// Hands commands to the loop and waits for the answers.
  interface Commands {
    AdminAnswer ask(Principal who, AdminCommand command) throws InterruptedException;
  }

  /// What has a folder of its own: how often it is looked at, and at which path in it, may change
  /// while it is fetched.
  private record Key(Name fleet, Name application, String url, String branch) {}

  /// When a source is looked at. Its lock is held by whoever looks.
  private static final class Turn {
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable GitSource looked;
    private volatile long lastMillis;
    private volatile long nextMillis;
    private volatile int failures;

    /// It was looked at before it was changed.
    private boolean isChanged(GitSource source) {
      GitSource before = looked;
      return before != null && !before.equals(source);
    }
  }

  GitSync(HubConfig.GitOps config, Path folder, HubViews views, Clock clock) {
    this.config = config;
    this.folder = folder;
    this.views = views;
    this.clock = clock;
  }

  void start(Commands loop) {
    commands = loop;
    scheduler = Thread.ofPlatform().name("gitops").daemon().start(this::schedule);
  }

  private void schedule() {
    try {
      while (!closed.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          startDue();
        } catch (RuntimeException | IOException e) {
          LOG.log(Level.ERROR, "repositories could not be looked at; trying again", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void startDue() throws IOException {
    List<Views.GitView> all = views.gits(Optional.empty());
    Set<Key> keys = new HashSet<>();
    all.forEach(view -> keys.add(keyOf(view)));
    if (turns.keySet().retainAll(keys) || turns.isEmpty()) {
      forgetFolders(keys);
    }
    long now = clock.millis();
    for (Views.GitView view : all) {
      Turn turn = turns.computeIfAbsent(keyOf(view), key -> new Turn());
      if ((isDue(turn.lastMillis, turn.nextMillis, now) || turn.isChanged(view.source()))
          && !turn.lock.isLocked()
          && slots.tryAcquire()) {
        // Not due again before this look has ended and said when.
        turn.nextMillis = Long.MAX_VALUE;
        Thread.ofVirtual()
            .name("gitops " + view.fleet() + "/" + view.application())
            .start(() -> lookInTurn(view, turn));
      }
    }
  }

  /// A clock that was set back since the last look says nothing of how long ago that was.
  static boolean isDue(long lastMillis, long nextMillis, long nowMillis) {
    boolean isUnderWay = nextMillis == Long.MAX_VALUE;
    return nextMillis <= nowMillis || (!isUnderWay && lastMillis > nowMillis && lastMillis > 0);
  }

  private void lookInTurn(Views.GitView view, Turn turn) {
    try {
      if (turn.lock.tryLock()) {
        look(view, turn);
      } else {
        turn.nextMillis = clock.millis();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (turn.lock.isHeldByCurrentThread()) {
        turn.lock.unlock();
      }
      slots.release();
    }
  }

  /// Under the lock of the turn.
  private void look(Views.GitView view, Turn turn) throws InterruptedException {
    boolean isWell = false;
    try {
      isWell = take(view);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "repository of " + view.fleet() + "/" + view.application(), e);
    } finally {
      turn.failures = isWell ? 0 : turn.failures + 1;
      long now = clock.millis();
      turn.looked = view.source();
      turn.lastMillis = now;
      turn.nextMillis = now + pauseMillis(view.source(), turn.failures);
    }
  }

  /// A tenth less to a tenth more, so that sources do not meet; longer after each failure.
  private long pauseMillis(GitSource source, int failures) {
    long interval = source.intervalMillis();
    long longest = Math.max(interval, BACKOFF_MAX.toMillis());
    long pause = Math.min(longest, interval << Math.min(failures, DOUBLINGS_MAX));
    return pause - pause / 10 + ThreadLocalRandom.current().nextLong(pause / 5 + 1);
  }

  /// @return whether the repository could be read
  private boolean take(Views.GitView view) throws InterruptedException {
    Optional<String> refusal = refused(view.source());
    if (refusal.isPresent()) {
      note(view, new GitNote.Wrong("", "", refusal.get(), "", 0));
      return false;
    }
    GitMirror mirror = mirror(view);
    String commit;
    try {
      commit = mirror.fetch(access(view.source()));
    } catch (GitFault fault) {
      note(view, new GitNote.Wrong("", "", said(fault), fault.file(), fault.line()));
      return false;
    }
    GitState.Taken applied = view.state().applied();
    if (applied != null && applied.commit().equals(commit)) {
      note(view, new GitNote.Well(commit));
      return true;
    }
    switch (read(mirror, commit)) {
      case Read.Wrong wrong -> note(view, wrong.note());
      case Read.Sound sound -> offer(view, sound);
    }
    return true;
  }

  /// What reading a commit came to.
  private sealed interface Read {
    record Sound(Snapshot snapshot, GitObjects objects) implements Read {}

    record Wrong(GitNote.Wrong note) implements Read {}
  }

  private static Read read(GitMirror mirror, String commit) {
    try {
      Snapshot snapshot = mirror.read(commit);
      return switch (GitObjects.read(snapshot)) {
        case GitObjects.Outcome.Faulty(var fault) ->
            new Read.Wrong(
                new GitNote.Wrong(
                    commit, snapshot.about(), fault.what(), fault.file(), fault.line()));
        case GitObjects.Outcome.Sound(var objects) -> new Read.Sound(snapshot, objects);
      };
    } catch (GitFault fault) {
      return new Read.Wrong(new GitNote.Wrong(commit, "", said(fault), fault.file(), fault.line()));
    } catch (RuntimeException e) {
      // A repository is foreign input: what nobody thought of is its fault, and told so.
      LOG.log(Level.ERROR, "commit " + commit, e);
      return new Read.Wrong(new GitNote.Wrong(commit, "", "it cannot be read: " + e, "", 0));
    }
  }

  /// Has the commit applied; where that takes a person, it is tried out and waits.
  private void offer(Views.GitView view, Read.Sound sound) throws InterruptedException {
    AdminAnswer answer = apply(view, sound, new Asked("", "", Optional.empty(), false));
    if (answer instanceof AdminAnswer.Refused refused
        && refused.reason() instanceof Reason.ProtectedFleet) {
      if (view.state().isPending(sound.snapshot().commit())) {
        // It was tried out when it came; that looks at every device of the fleet.
        return;
      }
      answer = apply(view, sound, new Asked("", "", Optional.empty(), true));
      if (answer instanceof AdminAnswer.Done) {
        note(view, new GitNote.Waits(sound.snapshot().commit(), sound.snapshot().about()));
        return;
      }
    }
    if (answer instanceof AdminAnswer.Refused refused) {
      if (isPassing(refused.reason())) {
        LOG.log(Level.INFO, "the hub is busy; commit {0} is next", sound.snapshot().commit());
        return;
      }
      if (refused.reason() instanceof Reason.RolloutMoves moves) {
        note(
            view,
            new GitNote.Held(
                sound.snapshot().commit(), sound.snapshot().about(), moves.rollout(), held(moves)));
        return;
      }
      GitObjects.Fault fault = sound.objects().placed(refused);
      note(
          view,
          new GitNote.Wrong(
              sound.snapshot().commit(),
              sound.snapshot().about(),
              fault.what(),
              fault.file(),
              fault.line()));
    }
  }

  private static String held(Reason.RolloutMoves moves) {
    return "waits for rollout "
        + moves.rollout()
        + ", which moves "
        + moves.application()
        + " in fleet "
        + moves.fleet()
        + "; it is taken when that has ended, or is done but for devices that are dark or left alone";
  }

  private static boolean isPassing(Reason reason) {
    return reason instanceof Reason.Busy || reason instanceof Reason.IoFailed;
  }

  private AdminAnswer apply(Views.GitView view, Read.Sound sound, Asked asked)
      throws InterruptedException {
    AdminCommand.Commit commit =
        new AdminCommand.Commit(
            view.fleet(),
            view.application(),
            view.source(),
            sound.snapshot().commit(),
            sound.snapshot().about(),
            asked.by());
    return ask(
        new Principal("git:" + view.source().where()),
        sound.objects().command(commit, asked.typedName(), asked.dryRun()));
  }

  private void note(Views.GitView view, GitNote note) throws InterruptedException {
    GitState.Fault known = view.state().fault();
    boolean isSaid =
        switch (note) {
          case GitNote.Well _ -> known == null && !view.state().isPending();
          case GitNote.Waits _ -> false;
          case GitNote.Wrong it ->
              known != null
                  && known.isAbout(
                      new GitState.Fault(it.commit(), it.what(), it.file(), it.line(), 0));
          case GitNote.Held it ->
              known != null
                  && known.isAbout(
                      new GitState.Fault(it.commit(), it.what(), "", 0, 0, it.rollout()));
        };
    if (!isSaid) {
      ask(Principal.HUB, new NoteGit(view.fleet(), view.application(), view.source(), note));
    }
  }

  private AdminAnswer ask(Principal who, AdminCommand command) throws InterruptedException {
    Commands loop = commands;
    if (loop == null) {
      throw new IllegalStateException("not started");
    }
    return loop.ask(who, command);
  }

  @Override
  public Optional<Reason> refusal(GitSource source) {
    return refused(source).map(Reason.NotAllowed::new);
  }

  private Optional<String> refused(GitSource source) {
    if (source.isFolder()) {
      Path at = Path.of(URI.create(source.url()).getPath()).normalize();
      return config.folders().stream().anyMatch(at::startsWith)
          ? Optional.empty()
          : Optional.of(
              "the hub may not read repositories in "
                  + at
                  + "; allow it in hub.yaml: gitops: {folders: ["
                  + (at.getParent() == null ? at : at.getParent())
                  + "]}");
    }
    return hostOf(source).isPresent()
        ? Optional.empty()
        : Optional.of(
            "the hub may not fetch from "
                + source.server()
                + "; allow it in hub.yaml: gitops: {hosts: [{host: "
                + source.server()
                + "}]}");
  }

  private Optional<HubConfig.GitHost> hostOf(GitSource source) {
    return config.hosts().stream()
        .filter(host -> !source.isFolder() && host.host().equalsIgnoreCase(source.server()))
        .findFirst();
  }

  private GitAccess access(GitSource source) {
    return hostOf(source)
        .map(host -> new GitAccess(host.user(), host.passwordFile(), host.ca()))
        .orElse(GitAccess.OPEN);
  }

  @Override
  public Optional<Reason> look(Name fleet, Name application) throws InterruptedException {
    Views.GitView view = find(fleet, application).orElse(null);
    if (view == null) {
      return Optional.of(notThere(fleet, application));
    }
    Turn turn = turns.computeIfAbsent(keyOf(view), key -> new Turn());
    if (!turn.lock.tryLock(LOOK_WAIT_MAX_SECONDS, TimeUnit.SECONDS)) {
      return Optional.of(new Reason.Busy((int) LOOK_WAIT_MAX_SECONDS));
    }
    try {
      // What somebody else found meanwhile is known by now.
      look(find(fleet, application).orElse(view), turn);
      return Optional.empty();
    } finally {
      turn.lock.unlock();
    }
  }

  @Override
  public Taken apply(Name fleet, Name application, Asked asked) throws InterruptedException {
    Views.GitView view = find(fleet, application).orElse(null);
    if (view == null) {
      return Taken.refused(notThere(fleet, application));
    }
    // What was fetched while the hub still might is not let in any more either.
    Optional<Reason> refusal = refusal(view.source());
    if (refusal.isPresent()) {
      return Taken.refused(refusal.get());
    }
    Turn turn = turns.computeIfAbsent(keyOf(view), key -> new Turn());
    if (!turn.lock.tryLock(LOOK_WAIT_MAX_SECONDS, TimeUnit.SECONDS)) {
      return Taken.refused(new Reason.Busy((int) LOOK_WAIT_MAX_SECONDS));
    }
    try {
      GitMirror mirror = mirror(view);
      String commit = mirror.newest().orElse("");
      if (commit.isEmpty()) {
        commit = mirror.fetch(access(view.source()));
      }
      if (!asked.commit().isEmpty() && !asked.commit().equals(commit)) {
        return Taken.refused(
            new Reason.Conflict(
                "application " + fleet + "/" + application,
                "commit "
                    + commit.substring(0, SHORT)
                    + " has come since; look at it first: tombolo gitops diff "
                    + fleet
                    + "/"
                    + application));
      }
      return switch (read(mirror, commit)) {
        case Read.Wrong(var wrong) -> Taken.refused(refusalOf(wrong));
        case Read.Sound sound ->
            new Taken(placed(apply(view, sound, asked), sound), sound.objects().all());
      };
    } catch (GitFault fault) {
      return Taken.refused(new Reason.IoFailed("the repository", said(fault)));
    } finally {
      turn.lock.unlock();
    }
  }

  /// A person is asked for the fleet's name, and told where in the files something is wrong.
  private static AdminAnswer placed(AdminAnswer answer, Read.Sound sound) {
    return answer instanceof AdminAnswer.Refused refused
            && !(refused.reason() instanceof Reason.ProtectedFleet)
            && !(refused.reason() instanceof Reason.RolloutMoves)
            && !isPassing(refused.reason())
        ? new AdminAnswer.Refused(
            refusalOf(sound.snapshot().commit(), sound.objects().placed(refused)))
        : answer;
  }

  private static Reason refusalOf(GitNote.Wrong wrong) {
    return refusalOf(
        wrong.commit(), new GitObjects.Fault(wrong.what(), wrong.file(), wrong.line()));
  }

  private static Reason refusalOf(String commit, GitObjects.Fault fault) {
    return new Reason.Conflict(
        "commit " + commit.substring(0, SHORT),
        new GitState.Fault(commit, fault.what(), fault.file(), fault.line(), 0).words());
  }

  private static Reason notThere(Name fleet, Name application) {
    return new Reason.NotFound("application out of Git", fleet + "/" + application, List.of());
  }

  @Override
  public Looked looked(Name fleet, Name application) {
    for (Map.Entry<Key, Turn> each : turns.entrySet()) {
      if (each.getKey().fleet().equals(fleet) && each.getKey().application().equals(application)) {
        long next = each.getValue().nextMillis;
        return new Looked(each.getValue().lastMillis, next == Long.MAX_VALUE ? 0 : next);
      }
    }
    return new Looked(0, 0);
  }

  private Optional<Views.GitView> find(Name fleet, Name application) {
    return views.gits(Optional.of(fleet)).stream()
        .filter(view -> view.application().equals(application))
        .findFirst();
  }

  private GitMirror mirror(Views.GitView view) {
    return new GitMirror(
        view.source(),
        folder.resolve(folderOf(keyOf(view))),
        new GitBounds(config.bytesMax(), config.timeout()));
  }

  private static Key keyOf(Views.GitView view) {
    return new Key(view.fleet(), view.application(), view.source().url(), view.source().branch());
  }

  private static String folderOf(Key key) {
    String all = key.fleet() + "/" + key.application() + " " + key.url() + " " + key.branch();
    return Digest.ofText(all).text().substring(Digest.PREFIX.length()).substring(0, KEY_CHARACTERS);
  }

  /// Repositories that no application comes from any more.
  private void forgetFolders(Set<Key> keys) throws IOException {
    Set<String> used = new HashSet<>();
    keys.forEach(key -> used.add(folderOf(key)));
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        String name = each.getFileName().toString().replace(".next", "");
        if (!used.contains(name)) {
          GitMirror.delete(each);
        }
      }
    }
  }

  private static String said(GitFault fault) {
    return String.valueOf(fault.getMessage());
  }

  @Override
  public void close() {
    closed.countDown();
    Thread running = scheduler;
    if (running != null) {
      running.interrupt();
    }
    try {
      // Who looks right now may still need the loop.
      if (!slots.tryAcquire(AT_ONCE_MAX, CLOSE_WAIT_MAX_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(Level.INFO, "a repository is still being fetched; it is left alone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
