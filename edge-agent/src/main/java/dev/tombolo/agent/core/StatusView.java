package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.agent.workload.WorkloadMachine;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Says how an application stands, and why: there is always a reason.
final class StatusView {
  private final Programs programs;
  private final Downloads downloads;
  private final PeerSteps peers;
  private final WindowSteps windows;

  StatusView(ApplicationSteps applications, WindowSteps windows) {
    this.windows = windows;
    this.programs = applications.programs();
    this.downloads = applications.downloads();
    this.peers = applications.peers();
  }

  ApplicationStatus of(Application application, Now now) {
    ReleaseState state = application.release;
    Optional<Assignment> wanted = application.wanted.map(Program::what);
    Optional<Assignment> live = ReleaseMachine.live(state);
    long done = 0;
    long total = application.wanted.map(Program::bytes).orElse(0L);
    Transfer transfer = null;
    boolean isReady = standsReady(application);
    if (state instanceof ReleaseState.Fetching at && !isReady) {
      List<Variant.File> coming = coming(at);
      done = downloads.bytesDone(coming);
      total = coming.stream().mapToLong(Variant.File::size).sum();
      transfer = transfer(at, coming);
    } else if (!(state instanceof ReleaseState.Absent)) {
      done = total;
    }
    return new ApplicationStatus(
        application.name,
        isReady ? ApplicationStatus.Phase.STAGED : state.phase(),
        wanted.map(Assignment::release).orElse(null),
        wanted.map(Assignment::version).orElse(null),
        live.map(Assignment::release).orElse(null),
        live.map(Assignment::version).orElse(null),
        ReleaseMachine.previous(state).map(Assignment::release).orElse(null),
        application.sinceWallMillis,
        done,
        total,
        WorkloadMachine.process(application.workload).map(ProcessIdentity::pid).orElse(0L),
        reasons(application, now),
        application.permit.orElse(null),
        transfer);
  }

  /// Another variant of what runs is here, and would be built where that stands: it waits for
  /// nothing but leave to switch, and rollouts give that only to who stands ready.
  private boolean standsReady(Application application) {
    return application.release instanceof ReleaseState.Fetching at
        && at.live().filter(at.wanted()::sharesFolder).isPresent()
        && !application.holds.isEmpty()
        && programs.find(at.wanted()).filter(it -> downloads.complete(it.files())).isPresent();
  }

  /// What comes over the line.
  private List<Variant.File> coming(ReleaseState.Fetching at) {
    return at.route() instanceof Route.ByBundle bundle
        ? List.of(bundle.file())
        : programs.find(at.wanted()).map(Program::files).orElse(List.of());
  }

  private Transfer transfer(ReleaseState.Fetching at, List<Variant.File> coming) {
    boolean isOnTheLine = coming.stream().anyMatch(it -> downloads.isFetching(it.digest()));
    long rate = isOnTheLine ? downloads.bytesPerSecond() : 0;
    return switch (at.route()) {
      case Route.Asking _ -> new Transfer(Transfer.How.ASKING, null, 0);
      case Route.ByFiles _ -> new Transfer(Transfer.How.FILES, null, rate);
      case Route.ByBundle by ->
          new Transfer(
              by.base().isPresent() ? Transfer.How.BUNDLE : Transfer.How.FULL_BUNDLE,
              by.base().orElse(null),
              rate);
    };
  }

  private boolean isFromHub(List<Variant.File> coming) {
    for (Variant.File file : coming) {
      if (downloads.isFetching(file.digest())) {
        return !downloads.isNear(file.digest())
            && peers.reason(file.digest(), file.path(), 0, 0).isEmpty();
      }
    }
    return false;
  }

  /// Why more comes than could.
  static Reason grew(Route route, Reason cause) {
    return new Reason.DownloadGrew(
        route instanceof Route.ByBundle ? "full bundle" : "whole files", cause);
  }

  private List<Reason> reasons(Application application, Now now) {
    List<Reason> reasons = new ArrayList<>(4);
    application.refusal.ifPresent(reasons::add);
    application.trouble.ifPresent(reasons::add);
    Optional<Assignment> runs = ReleaseMachine.running(application.release);
    runs.flatMap(programs::unfit).ifPresent(reasons::add);
    switch (application.release) {
      case ReleaseState.Absent _ -> {
        if (reasons.isEmpty()) {
          reasons.add(new Reason.NothingAssigned());
        }
      }
      case ReleaseState.Fetching at -> {
        downloads.trouble().filter(Reason.DiskFull.class::isInstance).ifPresent(reasons::add);
        reasons.addAll(application.holds);
        if (application.holds.isEmpty()) {
          reasons.add(fetching(application, at, now));
          if (isFromHub(coming(at))) {
            windows.held(now).ifPresent(reasons::add);
          }
        }
        if (!(at.route() instanceof Route.Asking)) {
          at.route().cause().ifPresent(cause -> reasons.add(grew(at.route(), cause)));
        }
        running(application, now, reasons);
      }
      case ReleaseState.Staging _ -> {
        reasons.add(new Reason.Starting("building its folder"));
        running(application, now, reasons);
      }
      case ReleaseState.Staged _ -> {
        reasons.addAll(application.holds);
        if (application.holds.isEmpty()) {
          reasons.add(new Reason.Starting("about to switch"));
        }
        running(application, now, reasons);
      }
      case ReleaseState.Switching _ -> reasons.add(new Reason.Starting("switching"));
      case ReleaseState.Probing _ -> probing(application, now, reasons);
      case ReleaseState.Live _ -> running(application, now, reasons);
      case ReleaseState.SwitchingBack at -> {
        downloads.trouble().or(() -> wrong(at.previous(), now)).ifPresent(reasons::add);
        reasons.add(back(at.failed(), Optional.of(at.previous()), at.cause()));
      }
      case ReleaseState.Restoring at -> {
        reasons.add(back(at.failed(), Optional.of(at.previous()), at.cause()));
        reasons.add(new Reason.Starting("the previous release"));
        running(application, now, reasons);
      }
      case ReleaseState.RolledBack at -> {
        reasons.add(back(at.failed(), at.live(), at.cause()));
        running(application, now, reasons);
      }
      case ReleaseState.Removing _ -> reasons.add(new Reason.NothingAssigned());
    }
    if (reasons.isEmpty()) {
      reasons.add(new Reason.UpToDate());
    }
    return reasons;
  }

  private static Reason back(Assignment failed, Optional<Assignment> to, Reason cause) {
    return to.isPresent()
        ? new Reason.RolledBack(failed.release(), to.get().release(), cause)
        : new Reason.RejectedHere(failed.release(), cause);
  }

  private Reason fetching(Application application, ReleaseState.Fetching at, Now now) {
    Reason stuck = application.tries.trouble;
    List<Variant.File> coming = coming(at);
    boolean isOnTheWay =
        coming.stream()
            .anyMatch(
                it ->
                    downloads.isFetching(it.digest())
                        && peers.reason(it.digest(), it.path(), 0, 0).isPresent());
    if (stuck != null && !isOnTheWay) {
      long left = Math.max(0, application.tries.retryAtMillis - now.monotonicMillis());
      return stuck instanceof Reason.BundleAwaited
          ? stuck
          : new Reason.DownloadFailed("bundle", ReasonText.say(stuck), left);
    }
    boolean fetching = false;
    Optional<Reason> shared = Optional.empty();
    String path = "";
    long done = downloads.bytesDone(coming);
    long total = 0;
    for (Variant.File file : coming) {
      total += file.size();
      if (downloads.isFetching(file.digest())) {
        fetching = downloads.trouble().isEmpty() || !peers.isLooking(file.digest());
        path = file.path();
        shared = peers.reason(file.digest(), path, downloads.bytesDone(List.of(file)), file.size());
      } else if (!fetching && downloads.isTroubled(file.digest())) {
        path = file.path();
      }
    }
    if (at.route() instanceof Route.ByBundle && downloads.complete(coming)) {
      return new Reason.Starting("unpacking the bundle");
    }
    Optional<Reason> wrong = downloads.wrong(coming, now.monotonicMillis());
    if (wrong.isPresent() && !fetching) {
      return wrong.get();
    }
    Optional<Reason> trouble = downloads.trouble();
    if (trouble.isPresent() && !fetching) {
      String detail = ReasonText.say(trouble.get());
      return new Reason.DownloadFailed(
          path, detail, downloads.retryInMillis(now.monotonicMillis()));
    }
    if (shared.isEmpty() && at.route() instanceof Route.Asking) {
      shared = peers.isToBeMade(coming, done, total);
    }
    if (shared.isPresent()) {
      return shared.get();
    }
    return path.isEmpty() && done == 0 && at.route() instanceof Route.Asking
        ? new Reason.Starting("asking the hub which bundle there is")
        : new Reason.Downloading(path.isEmpty() ? nextOf(coming) : path, done, total);
  }

  /// Nothing is under way at this moment.
  private String nextOf(List<Variant.File> coming) {
    return coming.stream()
        .filter(it -> !downloads.complete(List.of(it)))
        .map(Variant.File::path)
        .findFirst()
        .orElse("files");
  }

  private Optional<Reason> wrong(Assignment what, Now now) {
    List<Variant.File> files = programs.find(what).map(Program::files).orElse(List.of());
    return downloads.wrong(files, now.monotonicMillis());
  }

  private static void probing(Application application, Now now, List<Reason> reasons) {
    int before = reasons.size();
    if (application.trial != null && application.trial.soakUntilMillis().isPresent()) {
      long left = application.trial.soakUntilMillis().get() - now.monotonicMillis();
      reasons.add(new Reason.Soaking(now.wallMillis() + Math.max(0, left)));
    }
    running(application, now, reasons);
    if (reasons.size() == before) {
      reasons.add(new Reason.Starting("waiting for its probes to pass"));
    }
  }

  /// What is wrong with what runs.
  private static void running(Application application, Now now, List<Reason> reasons) {
    if (application.workload instanceof WorkloadState.Waiting at) {
      reasons.add(at.cause());
      long left = Math.max(0, at.untilMillis() - now.monotonicMillis());
      reasons.add(new Reason.WorkloadWaiting(left, at.failures()));
    }
    if (application.workload instanceof WorkloadState.Ending at) {
      reasons.add(at.cause());
    }
    if (application.watch != null) {
      reasons.addAll(application.watch.failures());
    }
  }
}
