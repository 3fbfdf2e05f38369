package dev.tombolo.agent.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkloadMachineTest {
  private static final Assignment FIRST = new Assignment(Digest.ofText("1"), "1", Map.of());
  private static final Assignment SECOND = new Assignment(Digest.ofText("2"), "2", Map.of());
  private static final ProcessIdentity PROCESS = new ProcessIdentity("boot", 10, 100);
  private static final ProcessIdentity STRANGER = new ProcessIdentity("boot", 10, 999);
  private static final Reason CRASH = new Reason.WorkloadExited(1, "");

  private static Optional<WorkloadMachine.Goal> goal(Assignment what) {
    return Optional.of(new WorkloadMachine.Goal(what, false));
  }

  private static WorkloadState running(Assignment what, long since) {
    return new WorkloadState.Running(what, PROCESS, since, 0);
  }

  @Test
  void aCrashLoopIsTriedFromOneSecondToOneMinuteAndNeverGivenUp() {
    List<Long> waits = new ArrayList<>();
    long now = 0;
    WorkloadState state = new WorkloadState.Idle();
    for (int i = 0; i < 9; i++) {
      state = WorkloadMachine.toward(state, goal(FIRST), now);
      state = WorkloadMachine.started(state, PROCESS, now);
      state = WorkloadMachine.exited(state, PROCESS, CRASH, now);
      long until = ((WorkloadState.Waiting) state).untilMillis();
      waits.add((until - now) / 1000);
      assertThat(WorkloadMachine.toward(state, goal(FIRST), until - 1)).isSameAs(state);
      now = until;
    }
    assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
  }

  @Test
  void whoRanForAMinuteStartsTheCountAnew() {
    WorkloadState state = new WorkloadState.Running(FIRST, PROCESS, 0, 6);

    WorkloadState after = WorkloadMachine.exited(state, PROCESS, CRASH, 61_000);

    assertThat(after).isEqualTo(new WorkloadState.Waiting(FIRST, 62_000, 1, CRASH));
  }

  @Test
  void aProcessWithTheSamePidThatIsNotOursChangesNothing() {
    WorkloadState state = running(FIRST, 0);

    assertThat(WorkloadMachine.exited(state, STRANGER, CRASH, 1)).isSameAs(state);
  }

  @Test
  void theOldProcessEndsBeforeTheNewOneStarts() {
    WorkloadState stopping = WorkloadMachine.toward(running(FIRST, 0), goal(SECOND), 1);
    assertThat(stopping).isEqualTo(new WorkloadState.Stopping(FIRST, PROCESS));
    assertThat(WorkloadMachine.toward(stopping, goal(SECOND), 2)).isSameAs(stopping);

    WorkloadState idle = WorkloadMachine.exited(stopping, PROCESS, CRASH, 3);
    assertThat(WorkloadMachine.toward(idle, goal(SECOND), 3))
        .isEqualTo(new WorkloadState.Starting(SECOND, 0));
  }

  @Test
  void anotherReleaseDoesNotWaitOutTheBackoffOfTheOneBefore() {
    WorkloadState waiting = new WorkloadState.Waiting(FIRST, 60_000, 9, CRASH);

    assertThat(WorkloadMachine.toward(waiting, goal(SECOND), 0))
        .isEqualTo(new WorkloadState.Starting(SECOND, 0));
  }

  @Test
  void whoHangsIsEndedAndStartedAgainWithBackoff() {
    WorkloadState state = new WorkloadState.Running(FIRST, PROCESS, 0, 2);

    WorkloadState ending = WorkloadMachine.unhealthy(state, CRASH, 20_000);
    assertThat(ending).isEqualTo(new WorkloadState.Ending(FIRST, PROCESS, 2, CRASH));
    assertThat(WorkloadMachine.toward(ending, Optional.empty(), 20_001)).isSameAs(ending);

    WorkloadState waiting = WorkloadMachine.exited(ending, PROCESS, CRASH, 21_000);
    assertThat(waiting).isEqualTo(new WorkloadState.Waiting(FIRST, 25_000, 3, CRASH));
  }

  @Test
  void whoWasWellForAMinuteBeforeItHungStartsTheCountAnew() {
    WorkloadState state = new WorkloadState.Running(FIRST, PROCESS, 0, 5);

    assertThat(WorkloadMachine.unhealthy(state, CRASH, 60_000))
        .isEqualTo(new WorkloadState.Ending(FIRST, PROCESS, 0, CRASH));
  }

  @Test
  void aReloadKeepsTheProcessAndOneThatFailsRestartsIt() {
    Optional<WorkloadMachine.Goal> reload = Optional.of(new WorkloadMachine.Goal(SECOND, true));
    WorkloadState reloading = WorkloadMachine.toward(running(FIRST, 5), reload, 9);

    assertThat(WorkloadMachine.reloaded(reloading, Optional.empty())).isEqualTo(running(SECOND, 5));
    assertThat(WorkloadMachine.reloaded(reloading, Optional.of(CRASH)))
        .isEqualTo(new WorkloadState.Stopping(SECOND, PROCESS));
  }
}
