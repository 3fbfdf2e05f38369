package dev.tombolo.agent.release;

import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A release on probation: all probes have to pass at once within the startup time, and to go on
/// passing for the soak time; a failure that waiting does not mend is not waited for. One that a
/// running process takes on in place has to leave that process alive, too. Lives in memory only;
/// after a restart of the agent it begins anew. Times are monotonic milliseconds.
public final class Trial {
  private final long startupMillis;
  private final long soakMillis;
  private final boolean inPlace;
  private long sinceMillis;
  private long passingSinceMillis = -1;
  private @Nullable Reason lastTrouble;
  private @Nullable Reason refusal;

  /// All that had come by then is known: only so much of its time is over.
  private long heardMillis;

  /// How it stands.
  public sealed interface Verdict {
    record GoingOn() implements Verdict {}

    record Passed() implements Verdict {}

    record Failed(Reason cause) implements Verdict {}
  }

  /// @param inPlace whether a running process is to take the release on without ending
  public Trial(int startupSeconds, int soakSeconds, boolean inPlace, long nowMillis) {
    this.sinceMillis = nowMillis;
    this.startupMillis = startupSeconds * 1000L;
    this.soakMillis = soakSeconds * 1000L;
    this.inPlace = inPlace;
    this.heardMillis = nowMillis;
  }

  public long sinceMillis() {
    return sinceMillis;
  }

  /// Time passes, and all that had come by now has been told: what stands behind in the same turn
  /// is not too late.
  public void heard(long nowMillis) {
    heardMillis = nowMillis;
  }

  /// The process ended. During the soak, or where it should have gone on, that settles it.
  public void exited(Reason how) {
    lastTrouble = how;
    refused(how);
  }

  /// What was found is no news of the process that starts now: it has all of its time.
  public void beginAnew(long nowMillis) {
    sinceMillis = nowMillis;
    passingSinceMillis = -1;
    lastTrouble = null;
  }

  /// The process did not take the release on.
  public void refused(Reason how) {
    if (inPlace && refusal == null) {
      refusal = how;
    }
  }

  /// @param runs whether its process runs (or it has none to run)
  public Verdict judge(boolean runs, ProbeWatch probes, long nowMillis) {
    if (refusal != null) {
      return new Verdict.Failed(refusal);
    }
    if (!probes.failures().isEmpty()) {
      lastTrouble = probes.failures().getFirst();
    }
    boolean healthy = runs && probes.allPass();
    if (passingSinceMillis >= 0) {
      if (!healthy) {
        return new Verdict.Failed(trouble());
      }
      return heardMillis - passingSinceMillis >= soakMillis && probes.allAsked()
          ? new Verdict.Passed()
          : new Verdict.GoingOn();
    }
    if (healthy) {
      passingSinceMillis = nowMillis;
      return soakMillis == 0 ? new Verdict.Passed() : new Verdict.GoingOn();
    }
    Optional<Reason> forGood = runs ? probes.failureForGood() : Optional.empty();
    if (forGood.isPresent()) {
      return new Verdict.Failed(forGood.get());
    }
    return heardMillis >= sinceMillis + startupMillis
        ? new Verdict.Failed(trouble())
        : new Verdict.GoingOn();
  }

  private Reason trouble() {
    return lastTrouble != null
        ? lastTrouble
        : new Reason.ProbeFailed("startup", "not ready within the startup time");
  }

  /// Monotonic time at which the soak ends, once it has begun.
  public Optional<Long> soakUntilMillis() {
    return passingSinceMillis < 0 ? Optional.empty() : Optional.of(passingSinceMillis + soakMillis);
  }
}
