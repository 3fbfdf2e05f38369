package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.workload.WorkloadMachine;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The files of releases: fetches what is needed, one at a time, and sweeps out what nobody needs.
final class FileSteps {
  private final AgentBoot boot;
  private final RandomDraw random;
  private final Programs programs;
  private final WindowSteps windows;

  /// Files of what is live or gone back to: they wait for no window.
  private final Set<Digest> urgent = new HashSet<>();

  private final Downloads downloads = new Downloads();
  private final PeerSteps peers;

  /// The bundle that made an application's newest release here: a peer that comes later may want
  /// it. Forgotten with the agent's process.
  private final Map<Name, Shelved> shelved = new HashMap<>();

  private record Shelved(Digest release, Digest bundle) {}

  private boolean sweepDue = true;

  FileSteps(
      AgentSnapshot snapshot,
      AgentBoot boot,
      RandomDraw random,
      Programs programs,
      ReportSteps reports,
      WindowSteps windows) {
    this.boot = boot;
    this.random = random;
    this.programs = programs;
    this.windows = windows;
    this.peers = new PeerSteps(snapshot, boot, downloads, reports);
  }

  PeerSteps peers() {
    return peers;
  }

  /// The release has been made by the bundle.
  void shelve(Name application, Digest release, Digest bundle) {
    if (peers.isOn()) {
      // What made the one before goes.
      sweepDue |= shelved.put(application, new Shelved(release, bundle)) != null;
    }
  }

  Downloads downloads() {
    return downloads;
  }

  void begunAnew(Digest file) {
    downloads.begunAnew(file);
  }

  /// What a way back lacks comes file by file.
  void want(Assignment what) {
    programs.find(what).ifPresent(it -> downloads.want(it.files()));
  }

  /// The store does not have them after all.
  void missing(Assignment what) {
    programs.find(what).ifPresent(it -> downloads.missing(it.files()));
  }

  boolean isFetched(Assignment what) {
    Optional<Program> program = programs.find(what);
    return program.isPresent() && downloads.complete(program.get().files());
  }

  void advanced(Digest file, long bytes, Now now) {
    downloads.advanced(file, bytes, now.monotonicMillis());
    peers.advanced(file, bytes, now);
  }

  void finished(Digest file, Outcome out) {
    peers.ended(file, out);
    downloads.finished(file);
  }

  void failed(AgentEvent.FetchFailed it, Now now, Outcome out) {
    long delay =
        it.retryable()
            ? boot.backoff()
                .delayMillis(downloads.failures(), it.retryAfterSeconds(), random.next())
            : boot.backoff().boundMillis(Integer.MAX_VALUE);
    if (isWrong(it)) {
      downloads.failedWrong(it.file(), it.reason(), now.monotonicMillis(), delay);
    } else {
      downloads.failed(it.file(), it.reason(), now.monotonicMillis(), delay);
    }
    peers.failed(it, delay, now, out);
    sweepIfFull(it.reason());
  }

  /// All of it has come; less than all is taken up again.
  private static boolean isWrong(AgentEvent.FetchFailed it) {
    return it.reason() instanceof Reason.DigestMismatch
        || (it.reason() instanceof Reason.SizeMismatch && !it.retryable());
  }

  /// The line is back: files are asked for at once.
  void hurry(Now now, Outcome out) {
    downloads.hurry();
    peers.hurry();
    next(now, out);
  }

  /// These lie on this device already: they need no line.
  void came(Set<Digest> near, Now now, Outcome out) {
    downloads.came(near).ifPresent(file -> cancel(file, out));
    next(now, out);
  }

  private void cancel(Digest file, Outcome out) {
    out.effect(new AgentEffect.CancelFetch(file));
    peers.ended(file, out);
  }

  void next(Now now, Outcome out) {
    downloads
        .next(now.monotonicMillis(), allowed(now))
        .ifPresent(file -> peers.begin(file, now, out));
  }

  /// What may come by the line now.
  private Predicate<Digest> allowed(Now now) {
    boolean open = windows.download(now).isEmpty();
    return file ->
        (open || urgent.contains(file))
            && (peers.isOn() || !downloads.restsAsWrong(file, now.monotonicMillis()));
  }

  /// What is known to be of no use may be the room that is missing.
  void sweepIfFull(Reason reason) {
    if (reason instanceof Reason.DiskFull) {
      shelved.clear();
      sweepDue = true;
    }
  }

  void sweepLater() {
    sweepDue = true;
  }

  /// To be called when all applications have gone as far as they can.
  void settle(Collection<Application> applications, Now now, Outcome out) {
    dropStale(applications, out);
    windows.hold(now, out);
    pause(now, out);
    downloads.giveWay(now.monotonicMillis(), allowed(now)).ifPresent(file -> cancel(file, out));
    next(now, out);
    sweep(applications, out);
  }

  /// When the window closes, the file under way stops where it is; the next try goes on from there.
  void pause(Now now, Outcome out) {
    if (!windows.download(now).isEmpty()) {
      downloads.pause(urgent).ifPresent(file -> cancel(file, out));
    }
  }

  private void dropStale(Collection<Application> applications, Outcome out) {
    Set<Digest> needed = new HashSet<>();
    Set<Digest> wayBack = new HashSet<>();
    Set<Digest> held = new HashSet<>();
    Set<Digest> making = new HashSet<>();
    urgent.clear();
    for (Application application : applications) {
      Optional<Assignment> wanted =
          switch (application.release) {
            case ReleaseState.Fetching at -> Optional.of(at.wanted());
            case ReleaseState.Staging at -> Optional.of(at.wanted());
            case ReleaseState.SwitchingBack at -> Optional.of(at.previous());
            case ReleaseState.Absent _,
                ReleaseState.Staged _,
                ReleaseState.Switching _,
                ReleaseState.Probing _,
                ReleaseState.Live _,
                ReleaseState.Restoring _,
                ReleaseState.RolledBack _,
                ReleaseState.Removing _ ->
                Optional.empty();
          };
      wanted.flatMap(programs::find).ifPresent(it -> addFiles(it, needed));
      if (peers.isOn() && BundleSteps.isByChange(application.release)) {
        wanted.flatMap(programs::find).ifPresent(it -> addFiles(it, making));
      }
      if (application.release instanceof ReleaseState.SwitchingBack
          || (application.release instanceof ReleaseState.Fetching at
              && WindowSteps.isRepair(at.wanted(), at.live()))) {
        wanted.flatMap(programs::find).ifPresent(it -> addFiles(it, urgent));
        BundleSteps.bundleOf(application.release).ifPresent(urgent::add);
      }
      if (application.release instanceof ReleaseState.SwitchingBack) {
        wanted.flatMap(programs::find).ifPresent(it -> addFiles(it, wayBack));
      }
      if (application.liveFolder != Application.LiveFolder.OWN) {
        // What is live gets its own files back before anything else, and waits for no window.
        ReleaseMachine.running(application.release)
            .flatMap(programs::find)
            .ifPresent(
                it -> {
                  addFiles(it, needed);
                  addFiles(it, urgent);
                  addFiles(it, wayBack);
                });
      }
      BundleSteps.bundleOf(application.release).ifPresent(needed::add);
      lostBundle(application).ifPresent(held::add);
    }
    downloads.putFirst(wayBack);
    downloads.keepOnly(needed, held).ifPresent(file -> cancel(file, out));
    peers.keepOnly(needed);
    peers.make(making, out);
  }

  /// What nobody needs goes, however the others stand: the room may be what they wait for.
  private void sweep(Collection<Application> applications, Outcome out) {
    if (!sweepDue) {
      return;
    }
    Set<Digest> releases = new HashSet<>();
    Set<Digest> files = new HashSet<>();
    Set<Name> names = new HashSet<>();
    for (Application application : applications) {
      names.add(application.name);
      releases.addAll(ReleaseMachine.kept(application.release));
      Set<Assignment> needed = new HashSet<>(ReleaseMachine.needed(application.release));
      WorkloadMachine.what(application.workload).ifPresent(needed::add);
      application.wanted.map(Program::what).ifPresent(needed::add);
      for (Assignment what : needed) {
        releases.add(what.release());
        programs.find(what).ifPresent(it -> addFiles(it, files));
      }
      BundleSteps.bundleOf(application.release).ifPresent(files::add);
      lostBundle(application).ifPresent(files::add);
    }
    shelved.values().removeIf(it -> !releases.contains(it.release()));
    if (peers.isOn()) {
      shelved.values().forEach(it -> files.add(it.bundle()));
    }
    sweepDue = false;
    programs.keepOnly(releases);
    out.change(new AgentChange.ReleasesSwept(releases));
    out.effect(new AgentEffect.Sweep(releases, files, names));
  }

  /// What has come of it stays while the hub is asked again.
  private static Optional<Digest> lostBundle(Application application) {
    return application.release instanceof ReleaseState.Fetching
        ? application.lostBundle
        : Optional.empty();
  }

  private static void addFiles(Program program, Set<Digest> files) {
    for (Variant.File file : program.files()) {
      files.add(file.digest());
    }
  }
}
