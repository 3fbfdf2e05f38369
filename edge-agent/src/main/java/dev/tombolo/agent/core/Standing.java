package dev.tombolo.agent.core;

import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How the device stands right now. The store says the same, except while it takes no commits.
///
/// @param told what was last decided and saved; empty before the first time
/// @param trouble why nothing can be saved, and therefore nothing is decided
public record Standing(Optional<ReportBody.State> told, Optional<Reason> trouble) {

  public boolean saves() {
    return trouble.isEmpty();
  }

  /// What was told, with the trouble in the first place: of the device, and of every application
  /// that is on its way and will get no further.
  public Optional<ReportBody.State> state() {
    return trouble.isEmpty() ? told : told.map(state -> inTrouble(state, trouble.get()));
  }

  private static ReportBody.State inTrouble(ReportBody.State state, Reason trouble) {
    List<ApplicationStatus> applications = new ArrayList<>();
    for (ApplicationStatus it : state.applications()) {
      boolean settled = it.reasons().equals(List.of(new Reason.UpToDate()));
      applications.add(settled ? it : withReasons(it, first(trouble, it.reasons())));
    }
    return new ReportBody.State(
        state.manifest(),
        state.revision(),
        applications,
        first(trouble, state.reasons()),
        state.facts());
  }

  private static List<Reason> first(Reason trouble, List<Reason> others) {
    List<Reason> reasons = new ArrayList<>(others);
    reasons.remove(trouble);
    reasons.addFirst(trouble);
    return reasons;
  }

  private static ApplicationStatus withReasons(ApplicationStatus it, List<Reason> reasons) {
    return new ApplicationStatus(
        it.name(),
        it.phase(),
        it.wanted(),
        it.wantedVersion(),
        it.live(),
        it.liveVersion(),
        it.previous(),
        it.sinceWallMillis(),
        it.bytesDone(),
        it.bytesTotal(),
        it.pid(),
        reasons,
        it.permit());
  }
}
