package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.agent.workload.WorkloadMachine;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.message.ApplicationStatus;
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

  StatusView(ApplicationSteps applications) {
    this.programs = applications.programs();
    this.downloads = applications.downloads();
  }

  ApplicationStatus of(Application application, Now now) {
    ReleaseState state = application.release;
    Optional<Assignment> wanted = application.wanted.map(Program::what);
    Optional<Assignment> live = ReleaseMachine.live(state);
    long done = 0;
    long total = application.wanted.map(Program::bytes).orElse(0L);
    if (state instanceof ReleaseState.Fetching at) {
      Optional<Program> program = programs.find(at.wanted());
      done = program.map(it -> downloads.bytesDone(it.files())).orElse(0L);
    } else if (!(state instanceof ReleaseState.Absent)) {
      done = total;
    }
    return new ApplicationStatus(
        application.name,
        state.phase(),
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
        application.permit.orElse(null));
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
          reasons.add(fetching(at.wanted(), now));
        }
      }
      case ReleaseState.Staging _ -> reasons.add(new Reason.Starting("building its folder"));
      case ReleaseState.Staged _ -> {
        reasons.addAll(application.holds);
        if (application.holds.isEmpty()) {
          reasons.add(new Reason.Starting("about to switch"));
        }
      }
      case ReleaseState.Switching _ -> reasons.add(new Reason.Starting("switching"));
      case ReleaseState.Probing _ -> probing(application, now, reasons);
      case ReleaseState.Live _ -> running(application, now, reasons);
      case ReleaseState.SwitchingBack at ->
          reasons.add(back(at.failed(), Optional.of(at.previous()), at.cause()));
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

  private Reason fetching(Assignment wanted, Now now) {
    Optional<Program> program = programs.find(wanted);
    boolean fetching = false;
    String path = "";
    long done = 0;
    long total = 0;
    if (program.isPresent()) {
      done = downloads.bytesDone(program.get().files());
      total = program.get().bytes();
      for (Variant.File file : program.get().files()) {
        if (downloads.isFetching(file.digest())) {
          fetching = true;
          path = file.path();
        } else if (!fetching && downloads.isTroubled(file.digest())) {
          path = file.path();
        }
      }
    }
    Optional<Reason> trouble = downloads.trouble();
    if (trouble.isPresent() && !fetching) {
      String detail = ReasonText.say(trouble.get());
      return new Reason.DownloadFailed(
          path, detail, downloads.retryInMillis(now.monotonicMillis()));
    }
    return new Reason.Downloading(path, done, total);
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
