package dev.tombolo.agent.release;

import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The probes of one process: when each is due, what each last said, and whether one has failed so
/// often in a row that the process has to be restarted. Lives in memory only; a restarted agent
/// asks all probes again. Times are monotonic milliseconds.
public final class ProbeWatch {
  /// Beyond its own timeout a probe without an answer counts as failed.
  static final long ANSWER_GRACE_MILLIS = 5_000;

  /// So often in a row a probe that could not be asked says nothing.
  static final int UNASKED_MAX = 5;

  /// When one that could not be asked is asked again, if it is not due before: what it last said is
  /// no news for a whole period.
  static final long ASK_AGAIN_MILLIS = 60_000;

  private final long round;
  private final long startupUntilMillis;
  private final Watched[] probes;

  /// The probes of an application take turns, and those of an earlier watch may still be at it.
  private final long turnMillisMax;

  /// A probe that failed too often.
  ///
  /// @param sinceMillis of the first failure in the row
  public record Unhealthy(Reason reason, long sinceMillis) {}

  private static final class Watched {
    final Probe probe;
    long dueMillis;
    boolean asked;
    boolean passed;
    @Nullable Reason failure;
    boolean hasPassed;

    /// How often in a row it could not be asked.
    int unasked;

    int failuresInARow;
    long failingSinceMillis;

    /// Its failure is one that waiting does not mend.
    boolean isForGood;

    Watched(Probe probe, long dueMillis) {
      this.probe = probe;
      this.dueMillis = dueMillis;
    }
  }

  /// @param startupSeconds so long failures do not count as long as the probe has never passed
  /// @param round tells answers of this watch from those of an earlier one
  /// @param before the last watch over the same process: of what it has just answered, a probe that
  ///   costs the start of a program is not asked anew
  public ProbeWatch(
      List<Probe> probes,
      int startupSeconds,
      long round,
      long nowMillis,
      Optional<ProbeWatch> before) {
    this.round = round;
    this.startupUntilMillis = nowMillis + startupSeconds * 1000L;
    this.probes = new Watched[probes.size()];
    for (int i = 0; i < this.probes.length; i++) {
      Probe probe = probes.get(i);
      this.probes[i] =
          before
              .flatMap(watch -> watch.passedProgram(probe))
              .orElseGet(() -> new Watched(probe, nowMillis));
    }
    long all = 0;
    for (Probe probe : probes) {
      all += probe.timeoutSeconds() * 1000L;
    }
    turnMillisMax = 2 * all + ANSWER_GRACE_MILLIS;
  }

  private Optional<Watched> passedProgram(Probe probe) {
    for (Watched watched : probes) {
      if (probe instanceof Probe.Exec
          && watched.probe.equals(probe)
          && watched.passed
          && !watched.asked) {
        return Optional.of(watched);
      }
    }
    return Optional.empty();
  }

  public long round() {
    return round;
  }

  /// The probes to run now. One without an answer is not asked again before it has answered: what
  /// holds it up would only get longer.
  public List<Probe> due(long nowMillis) {
    List<Probe> due = List.of();
    for (Watched watched : probes) {
      if (watched.asked || nowMillis < watched.dueMillis) {
        continue;
      }
      watched.asked = true;
      watched.dueMillis = nowMillis + turnMillisMax;
      if (due.isEmpty()) {
        due = new ArrayList<>(probes.length);
      }
      due.add(watched.probe);
    }
    return due;
  }

  /// Who is without an answer for too long has failed.
  ///
  /// @param nowMillis all answers that had come by then have been told
  /// @return true when one has that had not before
  public boolean late(long nowMillis) {
    boolean isNews = false;
    for (Watched watched : probes) {
      if (watched.asked && nowMillis >= watched.dueMillis) {
        Reason late = new Reason.ProbeFailed(watched.probe.name(), "no answer in time");
        isNews |= watched.passed || !late.equals(watched.failure);
        watched.passed = false;
        watched.failure = late;
      }
    }
    return isNews;
  }

  /// Its turn has come; the time that it has counts from here.
  public void started(String name, long startedRound, long nowMillis) {
    for (Watched watched : probes) {
      if (startedRound == round && watched.asked && watched.probe.name().equals(name)) {
        watched.dueMillis =
            nowMillis + watched.probe.timeoutSeconds() * 1000L + ANSWER_GRACE_MILLIS;
      }
    }
  }

  /// @param isForGood a failure that waiting does not mend
  /// @return false when the answer belongs to an earlier round or to no probe of ours
  public boolean answered(
      String name, long answerRound, Optional<Reason> failure, boolean isForGood, long nowMillis) {
    if (answerRound != round) {
      return false;
    }
    for (Watched watched : probes) {
      if (watched.probe.name().equals(name)) {
        watched.asked = false;
        watched.failure = failure.orElse(null);
        watched.isForGood = isForGood && watched.failure instanceof Reason.ProbeFailed;
        watched.unasked = watched.failure instanceof Reason.IoFailed ? watched.unasked + 1 : 0;
        long periodMillis = Math.max(1, watched.probe.periodSeconds()) * 1000L;
        watched.dueMillis =
            nowMillis
                + (watched.unasked > 0 ? Math.min(periodMillis, ASK_AGAIN_MILLIS) : periodMillis);
        if (watched.unasked == 0 || watched.unasked > UNASKED_MAX) {
          watched.passed = failure.isEmpty();
        }
        count(watched, nowMillis);
        return true;
      }
    }
    return false;
  }

  /// Only what the workload itself failed counts: one that could not be asked, because the disk is
  /// full or the machine too busy, may be as well as ever. One that answers too late does not hang:
  /// a restart would only make it later.
  private void count(Watched watched, long nowMillis) {
    if (watched.passed || watched.failure instanceof Reason.ProbeSlow) {
      watched.hasPassed = true;
      watched.failuresInARow = 0;
    } else if (watched.failure instanceof Reason.ProbeFailed
        && (watched.hasPassed || nowMillis >= startupUntilMillis)) {
      if (watched.failuresInARow == 0) {
        watched.failingSinceMillis = nowMillis;
      }
      watched.failuresInARow++;
    }
  }

  /// The first probe that has failed as often as its release allows.
  public Optional<Unhealthy> unhealthy() {
    for (Watched watched : probes) {
      int allowed = watched.probe.failuresUntilRestart();
      if (allowed != Probe.NEVER
          && watched.failuresInARow >= allowed
          && watched.failure instanceof Reason.ProbeFailed(var name, var detail)) {
        Reason reason = new Reason.WorkloadUnhealthy(name, watched.failuresInARow, detail);
        return Optional.of(new Unhealthy(reason, watched.failingSinceMillis));
      }
    }
    return Optional.empty();
  }

  /// One that could not be asked stays what it was: its release is not to blame.
  public boolean allPass() {
    for (Watched watched : probes) {
      if (!watched.passed) {
        return false;
      }
    }
    return true;
  }

  /// Whether each said something of the workload when it was last asked.
  public boolean allAsked() {
    for (Watched watched : probes) {
      if (watched.unasked > 0) {
        return false;
      }
    }
    return true;
  }

  /// What a probe said that waiting does not mend.
  public Optional<Reason> failureForGood() {
    for (Watched watched : probes) {
      if (watched.isForGood) {
        return Optional.ofNullable(watched.failure);
      }
    }
    return Optional.empty();
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
