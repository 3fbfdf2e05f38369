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
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The files of releases: fetches what is needed, one at a time, and sweeps out what nobody needs.
final class FileSteps {
  private final AgentBoot boot;
  private final RandomDraw random;
  private final String https;
  private final Programs programs;
  private final Downloads downloads = new Downloads();
  private boolean sweepDue = true;

  FileSteps(AgentSnapshot snapshot, AgentBoot boot, RandomDraw random, Programs programs) {
    this.boot = boot;
    this.random = random;
    this.https = snapshot.enrolment().https();
    this.programs = programs;
  }

  Downloads downloads() {
    return downloads;
  }

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

  void advanced(Digest file, long bytes) {
    downloads.advanced(file, bytes);
  }

  void finished(Digest file) {
    downloads.finished(file);
  }

  void failed(AgentEvent.FetchFailed it, Now now) {
    long delay =
        it.retryable()
            ? boot.backoff()
                .delayMillis(downloads.failures(), it.retryAfterSeconds(), random.next())
            : boot.backoff().boundMillis(Integer.MAX_VALUE);
    downloads.failed(it.file(), it.reason(), now.monotonicMillis(), delay);
    sweepIfFull(it.reason());
  }

  /// The line is back: files are asked for at once.
  void hurry(Now now, Outcome out) {
    downloads.hurry();
    next(now, out);
  }

  /// These lie on this device already: they need no line.
  void came(Set<Digest> near, Now now, Outcome out) {
    downloads.came(near).ifPresent(file -> out.effect(new AgentEffect.CancelFetch(file)));
    next(now, out);
  }

  void next(Now now, Outcome out) {
    downloads
        .next(now.monotonicMillis())
        .ifPresent(
            file ->
                out.effect(
                    new AgentEffect.Fetch(
                        file.digest(), file.size(), https + "/v1/files/" + file.digest().hex())));
  }

  /// What is known to be of no use may be the room that is missing.
  void sweepIfFull(Reason reason) {
    if (reason instanceof Reason.DiskFull) {
      sweepDue = true;
    }
  }

  void sweepLater() {
    sweepDue = true;
  }

  /// To be called when all applications have gone as far as they can.
  void settle(Collection<Application> applications, Now now, Outcome out) {
    dropStale(applications, out);
    next(now, out);
    sweep(applications, out);
  }

  private void dropStale(Collection<Application> applications, Outcome out) {
    Set<Digest> needed = new HashSet<>();
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
    }
    downloads.keepOnly(needed).ifPresent(file -> out.effect(new AgentEffect.CancelFetch(file)));
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
    }
    sweepDue = false;
    programs.keepOnly(releases);
    out.change(new AgentChange.ReleasesSwept(releases));
    out.effect(new AgentEffect.Sweep(releases, files, names));
  }

  private static void addFiles(Program program, Set<Digest> files) {
    for (Variant.File file : program.files()) {
      files.add(file.digest());
    }
  }
}
