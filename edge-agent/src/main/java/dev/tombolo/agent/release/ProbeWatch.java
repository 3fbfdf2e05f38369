package dev.tombolo.agent.release;

import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The probes of one workload: when each is due, and what each last said. Lives in memory only; a
/// restarted agent asks all probes again. Times are monotonic milliseconds.
public final class ProbeWatch {
  /// Beyond its own timeout a probe without an answer counts as failed.
  static final long ANSWER_GRACE_MILLIS = 5_000;

  private final long round;
  private final Watched[] probes;

  private static final class Watched {
    final Probe probe;
    long dueMillis;
    boolean asked;
    boolean passed;
    @Nullable Reason failure;

    Watched(Probe probe, long dueMillis) {
      this.probe = probe;
      this.dueMillis = dueMillis;
    }
  }

  /// @param round tells answers of this watch from those of an earlier one
  public ProbeWatch(List<Probe> probes, long round, long nowMillis) {
    this.round = round;
    this.probes = new Watched[probes.size()];
    for (int i = 0; i < this.probes.length; i++) {
      this.probes[i] = new Watched(probes.get(i), nowMillis);
    }
  }

  public long round() {
    return round;
  }

  /// The probes to run now. One without an answer for too long has failed and is asked again.
  public List<Probe> due(long nowMillis) {
    List<Probe> due = List.of();
    for (Watched watched : probes) {
      if (nowMillis < watched.dueMillis) {
        continue;
      }
      if (watched.asked) {
        watched.passed = false;
        watched.failure = new Reason.ProbeFailed(watched.probe.name(), "no answer in time");
      }
      watched.asked = true;
      watched.dueMillis = nowMillis + watched.probe.timeoutSeconds() * 1000L + ANSWER_GRACE_MILLIS;
      if (due.isEmpty()) {
        due = new ArrayList<>(probes.length);
      }
      due.add(watched.probe);
    }
    return due;
  }

  /// @return false when the answer belongs to an earlier round or to no probe of ours
  public boolean answered(String name, long answerRound, Optional<Reason> failure, long nowMillis) {
    if (answerRound != round) {
      return false;
    }
    for (Watched watched : probes) {
      if (watched.probe.name().equals(name)) {
        watched.asked = false;
        watched.dueMillis = nowMillis + Math.max(1, watched.probe.periodSeconds()) * 1000L;
        watched.passed = failure.isEmpty();
        watched.failure = failure.orElse(null);
        return true;
      }
    }
    return false;
  }

  public boolean allPass() {
    for (Watched watched : probes) {
      if (!watched.passed) {
        return false;
      }
    }
    return true;
  }

  /// What each failing probe last said.
  public List<Reason> failures() {
    List<Reason> failures = List.of();
    for (Watched watched : probes) {
      if (watched.failure != null) {
        if (failures.isEmpty()) {
          failures = new ArrayList<>(probes.length);
        }
        failures.add(watched.failure);
      }
    }
    return failures;
  }
}
