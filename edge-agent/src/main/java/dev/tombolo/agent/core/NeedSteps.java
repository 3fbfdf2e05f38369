package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What applications of one device need of each other, by their signed releases. Holds back a
/// switch, like a window: neither what runs, nor a way back after failed probes, nor a removal.
final class NeedSteps {
  private final Map<Name, Application> applications;
  private final Programs programs;

  /// @param applications all of them, as they are at any moment
  NeedSteps(Map<Name, Application> applications, Programs programs) {
    this.applications = applications;
    this.programs = programs;
  }

  /// What speaks against switching to what is staged; nothing: go.
  List<Reason> holds(Application application) {
    return application.release instanceof ReleaseState.Staged at
        ? holds(application.name, at)
        : List.of();
  }

  /// What would speak against it if it were staged.
  List<Reason> holds(Name name, ReleaseState.Staged at) {
    if (WindowSteps.isRepair(at.wanted(), at.live())) {
      return List.of();
    }
    List<Reason> reasons = new ArrayList<>(1);
    for (Need need : programs.needs(at.wanted())) {
      Optional<String> live = staying(need);
      if (!need.isMetBy(live)) {
        reasons.add(
            new Reason.NeedNotLive(
                need.application().text(),
                need.atLeast(),
                live.orElse(""),
                coming(need.application(), live)));
      }
    }
    Optional<String> before = at.live().map(Assignment::version);
    for (Application other : applications.values()) {
      ReleaseMachine.running(other.release)
          .ifPresent(running -> needs(name, other, running, before, at, reasons));
      if (other.release instanceof ReleaseState.Switching to) {
        needs(name, other, to.wanted(), before, at, reasons);
      }
    }
    return reasons;
  }

  /// Whether another one that runs, or is about to, would lose what it has now.
  private void needs(
      Name name,
      Application other,
      Assignment running,
      Optional<String> before,
      ReleaseState.Staged at,
      List<Reason> reasons) {
    String next = at.wanted().version();
    for (Need need : programs.needs(running)) {
      if (need.application().equals(name) && need.isMetBy(before) && !need.isMetBy(next)) {
        reasons.add(
            new Reason.NeededHere(other.name + "@" + running.version(), need.atLeast(), next));
      }
    }
  }

  /// What is live; of one that is just being switched away from what meets the need, what comes.
  private Optional<String> staying(Need need) {
    Application application = applications.get(need.application());
    return application != null
            && application.release instanceof ReleaseState.Switching at
            && !need.isMetBy(at.wanted().version())
        ? Optional.of(at.wanted().version())
        : live(need.application());
  }

  private Optional<String> live(Name name) {
    Application application = applications.get(name);
    return application == null
        ? Optional.empty()
        : ReleaseMachine.live(application.release).map(Assignment::version);
  }

  private String coming(Name name, Optional<String> live) {
    Application application = applications.get(name);
    return application == null
        ? ""
        : application
            .wanted
            .map(Program::what)
            .map(Assignment::version)
            .filter(wanted -> !Optional.of(wanted).equals(live))
            .orElse("");
  }
}
