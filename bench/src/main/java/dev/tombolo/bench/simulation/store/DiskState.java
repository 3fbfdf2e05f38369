package dev.tombolo.bench.simulation.store;

import dev.tombolo.bench.simulation.engine.Crash;
import dev.tombolo.bench.simulation.engine.CrashPoint;
import org.jspecify.annotations.Nullable;

/// What faults do to one machine's disk, and to the process that commits on it.
public final class DiskState {
  private boolean isFull;
  private @Nullable CrashPoint armed;
  private int effectsLeft;
  private boolean failsAfterCommit;
  private int refusals;
  private int readFailures;

  public boolean isFull() {
    return isFull;
  }

  public void fill(boolean full) {
    isFull = full;
    refusals = 0;
  }

  /// So many of the next changes find no room, before what is open can be committed.
  public void refuse(int changes) {
    refusals = changes;
  }

  boolean takeRefusal() {
    if (refusals == 0) {
      return false;
    }
    refusals--;
    return true;
  }

  /// So many of the next times that a running process reads all of it again, it cannot.
  public void failReads(int times) {
    readFailures = times;
  }

  boolean takeReadFailure() {
    if (readFailures == 0) {
      return false;
    }
    readFailures--;
    return true;
  }

  /// The process dies when it comes to this point.
  ///
  /// @param effects done before it dies [CrashPoint#AMONG_EFFECTS]
  public void arm(CrashPoint point, int effects) {
    armed = point;
    effectsLeft = effects;
  }

  public void disarm() {
    armed = null;
  }

  public boolean isArmed() {
    return armed != null;
  }

  /// The next commit becomes durable, and is said to have failed.
  public void failAfterCommit() {
    failsAfterCommit = true;
  }

  /// True once after [#failAfterCommit].
  public boolean takeFailure() {
    boolean fails = failsAfterCommit;
    failsAfterCommit = false;
    return fails;
  }

  void beforeCommit() {
    dieAt(CrashPoint.BEFORE_COMMIT);
  }

  void afterCommit() {
    dieAt(CrashPoint.AFTER_COMMIT);
  }

  /// To be called before each effect.
  public void beforeEffect() {
    if (armed == CrashPoint.AMONG_EFFECTS && effectsLeft-- <= 0) {
      dieAt(CrashPoint.AMONG_EFFECTS);
    }
  }

  private void dieAt(CrashPoint point) {
    if (armed == point) {
      armed = null;
      throw new Crash(point);
    }
  }
}
