package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.DesiredContent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseGate;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Walks every application from what it is to what the document in force wants: takes in news, then
/// lets releases ([ReleaseSteps]), processes ([WorkloadSteps]) and probes ([ProbeSteps]) go on in
/// turn until none of them moves, and sees to the files ([FileSteps]).
final class ApplicationSteps {
  /// So many quick ends in a row are no accident.
  private static final int ENDS_IN_DOUBT = 4;

  private final AgentBoot boot;
  private final ReportSteps reports;
  private final Map<Name, Application> applications = new TreeMap<>();
  private final Programs programs;
  private final FileSteps files;
  private final WindowSteps windows;
  private final NeedSteps needs;
  private final BundleSteps bundles;
  private final ReleaseSteps releases;
  private final WorkloadSteps workloads;
  private final ProbeSteps probes;

  /// Those of an agent that did not keep which variant of its release each runs, or what it needs.
  private final List<Application> learned = new ArrayList<>();

  /// Those that [#lookAtFiles] has asked the disk about.
  private final Map<Name, Digest> lookedAt = new HashMap<>();

  private boolean informed;
  private boolean changed = true;

  ApplicationSteps(
      AgentSnapshot snapshot,
      AgentBoot boot,
      RandomDraw random,
      ReportSteps reports,
      WindowSteps windows,
      Now now) {
    this.boot = boot;
    this.windows = windows;
    this.reports = reports;
    this.programs = new Programs(snapshot, boot.platform());
    this.files = new FileSteps(snapshot, boot, random, programs, reports, windows);
    this.bundles =
        new BundleSteps(
            snapshot, boot, random, programs, files.downloads(), files.peers(), windows);
    this.needs = new NeedSteps(applications, programs);
    this.releases =
        new ReleaseSteps(snapshot, boot, random, programs, reports, files, windows, needs);
    this.workloads = new WorkloadSteps(programs, reports);
    this.probes = new ProbeSteps(programs, now);
    for (AgentSnapshot.Application stored : snapshot.applications()) {
      Application application = new Application(stored);
      application.release = ReleaseMachine.with(stored.state(), programs::known);
      application.needs = programs.needs(ReleaseMachine.needed(application.release));
      applications.put(stored.name(), application);
      if (!application.stored().equals(stored)) {
        learned.add(application);
      }
    }
  }

  /// What earlier runs of the agent were fetching: it may lie in the store, whole or in part.
  List<Variant.File> coming() {
    List<Variant.File> coming = new ArrayList<>();
    for (Application application : applications.values()) {
      if (application.release instanceof ReleaseState.Fetching at) {
        if (at.route() instanceof Route.ByBundle by) {
          coming.add(by.file());
        }
        programs.find(at.wanted()).map(Program::files).ifPresent(coming::addAll);
      }
    }
    return coming;
  }

  /// So many bytes of each of [#coming] lie in the store.
  void found(Map<Digest, Long> bytes) {
    files.downloads().found(bytes);
  }

  /// Takes up what an earlier run of the agent left: watches its processes, repeats what it had
  /// asked for.
  void resume(
      List<AgentSnapshot.Workload> left,
      Map<ProcessIdentity, AgentEvent.WorkloadExited> ended,
      Now now,
      Outcome out) {
    for (Application application : learned) {
      out.change(new AgentChange.ApplicationKept(application.stored()));
    }
    for (AgentSnapshot.Workload kept : left) {
      AgentSnapshot.Workload stored = kept.of(programs.known(kept.what()));
      Application application = applications.get(stored.name());
      if (application == null || !stored.process().bootId().equals(boot.machineBootId())) {
        out.change(new AgentChange.WorkloadGone(stored.name()));
      } else if (ended.containsKey(stored.process())) {
        workloads.ended(application, stored, ended.get(stored.process()), now, out);
      } else {
        if (!stored.equals(kept)) {
          out.change(new AgentChange.WorkloadKept(stored));
        }
        workloads.adopt(application, stored, now, out);
      }
    }
    for (Application application : applications.values()) {
      releases.resume(application, now, out);
    }
  }

  /// The disk is not to be trusted: what is live is read to the last byte once more.
  void lookAtFiles(Outcome out) {
    for (Application application : applications.values()) {
      releases
          .lookAtFiles(application, out)
          .ifPresent(release -> lookedAt.put(application.name, release));
    }
  }

  /// Whether the disk has answered for all of them.
  boolean hasLooked() {
    return lookedAt.isEmpty();
  }

  Collection<Application> all() {
    return applications.values();
  }

  boolean knows(Name name) {
    return applications.containsKey(name);
  }

  Programs programs() {
    return programs;
  }

  Downloads downloads() {
    return files.downloads();
  }

  /// True once after anything that a status shows has changed.
  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  // What is wanted

  /// The document in force says this.
  void want(DesiredContent content, ReleaseGate gate, Now now, Outcome out) {
    informed = true;
    windows.want(content);
    content.place().ifPresent(place -> files.peers().shareWith(place.site(), content.peers(), out));
    Set<Name> selected = new HashSet<>();
    for (Selection selection : content.selections()) {
      selected.add(selection.name());
      Application application = applications.get(selection.name());
      if (application == null) {
        application =
            new Application(
                new AgentSnapshot.Application(
                    selection.name(), new ReleaseState.Absent(), now.wallMillis()));
        applications.put(selection.name(), application);
      }
      application.gate = Optional.ofNullable(selection.gate());
      Envelope envelope = Objects.requireNonNull(content.releases().get(selection.name()));
      admit(application, selection, envelope, gate, now, out);
    }
    for (Application application : List.copyOf(applications.values())) {
      if (!selected.contains(application.name)) {
        application.wanted = Optional.empty();
        application.gate = Optional.empty();
        application.refusal = Optional.empty();
        forgetAbsent(application);
      }
    }
    files.sweepLater();
    changed = true;
    settleAll(now, out);
  }

  private void admit(
      Application application,
      Selection selection,
      Envelope envelope,
      ReleaseGate gate,
      Now now,
      Outcome out) {
    switch (application.judge(selection, envelope, gate, releases.floor(application.name))) {
      case ReleaseGate.Outcome.Admitted(var program, var manifest) -> {
        boolean fresh = !application.wanted.equals(Optional.of(program));
        application.wanted = Optional.of(program);
        application.refusal = Optional.empty();
        programs.admit(program, manifest);
        if (fresh) {
          out.change(new AgentChange.ReleaseKept(selection.release(), envelope));
        }
      }
      case ReleaseGate.Outcome.Refused(var reason) ->
          releases.refuse(application, selection.release(), reason, now, out);
    }
  }

  private void forgetAbsent(Application application) {
    if (application.release instanceof ReleaseState.Absent
        && application.wanted.isEmpty()
        && application.refusal.isEmpty()) {
      applications.remove(application.name);
    }
  }

  // News

  /// What is late is found out only here: in a turn with much news, time passes last.
  void tick(Now now, Outcome out) {
    for (Application application : applications.values()) {
      changed |= probes.heard(application, now);
    }
    settleAll(now, out);
  }

  /// The line is back.
  void hurry(Now now, Outcome out) {
    files.hurry(now, out);
    for (Application application : applications.values()) {
      bundles.hurry(application);
      route(application, now, out);
    }
    files.next(now, out);
  }

  /// A kit brought these.
  void filesCame(Set<Digest> near, Now now, Outcome out) {
    files.came(near, now, out);
    settleAll(now, out);
  }

  /// True when nothing is on its way: each application runs what is wanted, or has rejected it.
  boolean isAtRest() {
    for (Application application : applications.values()) {
      boolean rests =
          switch (application.release) {
            case ReleaseState.Absent _, ReleaseState.Live _, ReleaseState.RolledBack _ -> true;
            case ReleaseState.Fetching _,
                ReleaseState.Staging _,
                ReleaseState.Staged _,
                ReleaseState.Switching _,
                ReleaseState.Probing _,
                ReleaseState.SwitchingBack _,
                ReleaseState.Restoring _,
                ReleaseState.Removing _ ->
                false;
          };
      if (!rests) {
        return false;
      }
    }
    return true;
  }

  void peersAnswered(AgentEvent.PeersAnswered event, Now now, Outcome out) {
    // The hub may have said since that its window is over.
    files.pause(now, out);
    noting(() -> files.peers().answered(event, now, out));
    endTurnsOfPeers(now, out);
    files.next(now, out);
  }

  void copyEnded(AgentEvent.CopyEnded event, Now now, Outcome out) {
    files.pause(now, out);
    if (event.isSlow()) {
      applications.values().forEach(it -> bundles.copyWasSlow(it, event.content()));
    }
    noting(() -> files.peers().copyEnded(event, now, out));
    endTurnsOfPeers(now, out);
    files.next(now, out);
  }

  /// Where no neighbour gives, what the hub has offered comes.
  private void endTurnsOfPeers(Now now, Outcome out) {
    for (Application application : applications.values()) {
      if (application.tries.offer != null) {
        route(application, now, out);
      }
    }
  }

  /// Whom a content comes from, or is waited for, is shown.
  private void noting(Runnable news) {
    Optional<Digest> current = files.downloads().current().map(Variant.File::digest);
    Optional<Reason> before = current.flatMap(it -> files.peers().reason(it, "", 0, 0));
    news.run();
    Optional<Reason> after = current.flatMap(it -> files.peers().reason(it, "", 0, 0));
    changed |= !before.equals(after);
  }

  /// The certificate is a new one.
  void renewed(Outcome out) {
    files.peers().renewed(out);
  }

  PeerSteps peers() {
    return files.peers();
  }

  void fetchAdvanced(Digest file, long bytes, Now now) {
    files.advanced(file, bytes, now);
  }

  void fetchBegunAnew(AgentEvent.FetchBegunAnew it, Now now, Outcome out) {
    files.begunAnew(it.file());
    for (Application application : applications.values()) {
      if (application.release instanceof ReleaseState.Fetching at) {
        bundles
            .pathOf(at, it.file())
            .filter(path -> it.bytes() >= BundleSteps.WORTH_BYTES_MIN)
            .ifPresent(path -> releases.begunAnew(application, at, path, it, now, out));
      }
    }
  }

  void fetchFinished(Digest file, Now now, Outcome out) {
    files.finished(file, out);
    changed = true;
    settleAll(now, out);
  }

  void fetchFailed(AgentEvent.FetchFailed failed, Now now, Outcome out) {
    boolean isBadKit =
        files.downloads().isNear(failed.file()) && !(failed.reason() instanceof Reason.DiskFull);
    files.failed(failed, now, out);
    changed = true;
    for (Application application : applications.values()) {
      if (isBadKit
          && application.release instanceof ReleaseState.Fetching at
          && at.route() instanceof Route.ByFiles
          && bundles.pathOf(at, failed.file()).isPresent()) {
        // A kit was to bring all of it. By the line, no more than has to comes.
        reroute(application, Route.begin(at.wanted(), at.live()), now, out);
      }
      if (application.release instanceof ReleaseState.Fetching at
          && at.route() instanceof Route.ByBundle by
          && by.bundle().equals(failed.file())) {
        reroute(application, bundles.fetchFailed(application, by, failed, now), now, out);
        route(application, now, out);
      }
    }
    files.settle(applications.values(), now, out);
  }

  void bundleLookedFor(AgentEvent.BundleLookedFor event, Now now, Outcome out) {
    with(
        event.application(),
        it -> {
          if (isFetching(it, event.release())
              && it.release instanceof ReleaseState.Fetching at
              && at.route() instanceof Route.Asking asking
              && bundles.isAnswer(at, asking, event)
              && it.tries.isUnderWay) {
            changed = true;
            reroute(it, bundles.lookedFor(it, at, asking, event, now), now, out);
          }
        },
        now,
        out);
  }

  void bundleApplied(AgentEvent.BundleApplied event, Now now, Outcome out) {
    with(
        event.application(),
        it -> {
          if (isFetching(it, event.release())
              && it.release instanceof ReleaseState.Fetching at
              && BundleSteps.bundleOf(at).filter(event.bundle()::equals).isPresent()) {
            bundles.applied(at);
            files.shelve(event.application(), event.release(), event.bundle());
          }
        },
        now,
        out);
  }

  void bundleFailed(AgentEvent.BundleFailed event, Now now, Outcome out) {
    with(
        event.application(),
        it -> {
          if (isFetching(it, event.release())
              && it.release instanceof ReleaseState.Fetching at
              && at.route() instanceof Route.ByBundle by
              && by.bundle().equals(event.bundle())) {
            changed = true;
            files.sweepIfFull(event.reason());
            reroute(it, bundles.failed(it, by, event, now), now, out);
          }
        },
        now,
        out);
  }

  private static boolean isFetching(Application application, Digest release) {
    return application.release instanceof ReleaseState.Fetching at
        && at.wanted().release().equals(release);
  }

  /// Goes on by the way that the files come, as far as it leads without news.
  private void route(Application application, Now now, Outcome out) {
    while (application.release instanceof ReleaseState.Fetching at) {
      Route next = bundles.go(application, at, now, out);
      if (next.equals(at.route())) {
        return;
      }
      changed = true;
      reroute(application, next, now, out);
    }
  }

  /// What came of a bundle that is not the way any more goes.
  private void reroute(Application application, Route next, Now now, Outcome out) {
    Optional<Digest> before = BundleSteps.bundleOf(application.release);
    releases.reroute(application, next, now, out);
    Optional<Digest> after = BundleSteps.bundleOf(application.release);
    if (!(next instanceof Route.Asking)
        && application.lostBundle.isPresent()
        && !application.lostBundle.equals(after)) {
      application.lostBundle = Optional.empty();
      files.sweepLater();
    }
    if (before.isPresent() && !before.equals(after)) {
      files.sweepLater();
    }
  }

  void staged(Name name, Digest release, Now now, Outcome out) {
    lookedAt.remove(name, release);
    with(name, it -> releases.staged(it, release, now, out), now, out);
  }

  void stageFailed(Name name, Digest release, Reason reason, Now now, Outcome out) {
    lookedAt.remove(name, release);
    with(name, it -> releases.stageFailed(it, release, reason, now, out), now, out);
  }

  void switched(Name name, Digest release, Now now, Outcome out) {
    with(name, it -> releases.switched(it, release, now, out), now, out);
  }

  void switchFailed(Name name, Reason reason, Now now, Outcome out) {
    with(name, it -> releases.switchFailed(it, reason, now, out), now, out);
  }

  void started(Name name, ProcessIdentity process, Now now, Outcome out) {
    with(name, it -> workloads.started(it, process, now, out), now, out);
  }

  void startFailed(Name name, Reason reason, Now now, Outcome out) {
    with(
        name,
        it -> {
          workloads.startFailed(it, reason, now, out);
          releases.doubt(it, 1, out);
        },
        now,
        out);
  }

  void exited(
      Name name, ProcessIdentity process, int exitCode, String lastOutput, Now now, Outcome out) {
    Reason reason = new Reason.WorkloadExited(exitCode, lastOutput);
    with(
        name,
        it -> {
          workloads.exited(it, process, reason, now, out);
          releases.doubt(it, ENDS_IN_DOUBT, out);
        },
        now,
        out);
  }

  void missing(Name name, ProcessIdentity process, String lastOutput, Now now, Outcome out) {
    Reason reason = new Reason.WorkloadExited(AgentEvent.WorkloadExited.UNSEEN, lastOutput);
    with(name, it -> workloads.missing(it, process, reason, now, out), now, out);
  }

  void reloaded(AgentEvent.ReloadFinished event, Now now, Outcome out) {
    with(event.application(), it -> workloads.reloaded(it, event, now, out), now, out);
  }

  void probeStarted(Name name, String probe, long round, Now now) {
    Application application = applications.get(name);
    if (application != null && application.watch != null) {
      application.watch.started(probe, round, now.monotonicMillis());
    }
  }

  void probed(AgentEvent.ProbeFinished event, Now now, Outcome out) {
    with(
        event.application(),
        it -> {
          if (probes.answered(it, event, now)) {
            changed = true;
          }
        },
        now,
        out);
  }

  private void with(Name name, Consumer<Application> news, Now now, Outcome out) {
    Application application = applications.get(name);
    if (application != null) {
      ReleaseState release = application.release;
      WorkloadState workload = application.workload;
      Optional<Reason> trouble = application.trouble;
      news.accept(application);
      changed |=
          !release.equals(application.release)
              || !workload.equals(application.workload)
              || !trouble.equals(application.trouble);
      settleAll(now, out);
    }
  }

  // Settling

  private void settleAll(Now now, Outcome out) {
    // What one needs may have come with another that was looked at after it.
    for (int pass = 0; pass <= applications.size(); pass++) {
      if (!settleOnce(now, out)) {
        break;
      }
    }
    files.settle(applications.values(), now, out);
  }

  /// @return true when another version of something is live
  private boolean settleOnce(Now now, Outcome out) {
    boolean isOtherLive = false;
    for (Application application : List.copyOf(applications.values())) {
      boolean wasAbsent = application.release instanceof ReleaseState.Absent;
      ReleaseState before = application.release;
      settle(application, now, out);
      isOtherLive |=
          !before.equals(application.release) && isOtherLive(before, application.release);
      List<Reason> holds = holds(application, now);
      changed |= !holds.equals(application.holds);
      application.holds = holds;
      if (!wasAbsent) {
        forgetAbsent(application);
      }
    }
    return isOtherLive;
  }

  private static boolean isOtherLive(ReleaseState before, ReleaseState after) {
    return !ReleaseMachine.live(before)
        .map(Assignment::version)
        .equals(ReleaseMachine.live(after).map(Assignment::version));
  }

  /// What is needed first, then windows and permits.
  private List<Reason> holds(Application application, Now now) {
    if (needsNoLine(application)) {
      return folderHolds(application, now);
    }
    List<Reason> holds = new ArrayList<>(needs.holds(application));
    holds.addAll(windows.holds(application, now));
    return List.copyOf(holds);
  }

  /// What holds back what has all come, and whose folder is that of what runs.
  private List<Reason> folderHolds(Application application, Now now) {
    if (!(application.release instanceof ReleaseState.Fetching at)
        || at.live().filter(at.wanted()::sharesFolder).isEmpty()) {
      return List.of();
    }
    var staged = new ReleaseState.Staged(at.wanted(), at.live());
    List<Reason> holds = new ArrayList<>(needs.holds(application.name, staged));
    holds.addAll(windows.change(application.gate, staged, now));
    return List.copyOf(holds);
  }

  /// All that it fetches is on this device: it waits for no window.
  private boolean needsNoLine(Application application) {
    if (!(application.release instanceof ReleaseState.Fetching at)) {
      return false;
    }
    Downloads downloads = files.downloads();
    boolean isUnpacked =
        at.route() instanceof Route.ByBundle by && downloads.complete(List.of(by.file()));
    return isUnpacked
        || programs
            .find(at.wanted())
            .filter(it -> downloads.complete(it.files()) || downloads.areHere(it.files()))
            .isPresent();
  }

  /// Moves one application as far as it can go without news.
  private void settle(Application application, Now now, Outcome out) {
    boolean moved = true;
    while (moved) {
      ReleaseState before = application.release;
      WorkloadState workloadBefore = application.workload;
      releases.advance(application, informed, now, out);
      route(application, now, out);
      workloads.advance(application, now, out);
      if (probes.watch(application, now, out)) {
        changed = true;
      }
      workloads.run(application, probes.healed(application), now, out);
      releases.move(application, probes.judged(application, now), now, out);
      moved = !before.equals(application.release) || !workloadBefore.equals(application.workload);
      changed |= moved;
    }
  }
}
