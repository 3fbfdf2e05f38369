package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final Reason FULL = new Reason.DiskFull("agent.db", 0, 0);
  private static final Reason LOADING = new Reason.Downloading("model.bin", 1, 2);

  private static ApplicationStatus application(String name, Reason reason) {
    return new ApplicationStatus(
        new Name(name),
        ApplicationStatus.Phase.FETCHING,
        null,
        null,
        null,
        null,
        null,
        0,
        0,
        0,
        0,
        List.of(reason));
  }

  @Test
  void whatIsOnItsWayIsHeldUpByTheTroubleAndWhatIsLiveIsNot() {
    ReportBody.State told =
        new ReportBody.State(
            null,
            1,
            List.of(application("new", LOADING), application("old", new Reason.UpToDate())),
            List.of(),
            Map.of());

    ReportBody.State shown =
        new Standing(Optional.of(told), Optional.of(FULL)).state().orElseThrow();

    assertThat(shown.reasons()).containsExactly(FULL);
    assertThat(shown.applications().getFirst().reasons()).containsExactly(FULL, LOADING);
    assertThat(shown.applications().getLast().reasons()).containsExactly(new Reason.UpToDate());
  }

  @Test
  void withoutTroubleItIsWhatWasTold() {
    ReportBody.State told = new ReportBody.State(null, 1, List.of(), List.of(LOADING), Map.of());

    assertThat(new Standing(Optional.of(told), Optional.empty()).state()).contains(told);
  }
}
