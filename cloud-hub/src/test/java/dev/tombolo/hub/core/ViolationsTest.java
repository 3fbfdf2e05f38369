package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViolationsTest {
  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  @Test
  void aClockThatIsSetBackSilencesNothing() {
    for (int i = 0; i < 10; i++) {
      violate();
    }
    assertThat(recorded()).isEqualTo(Violations.LINES_PER_REMOTE_MAX);

    scene.now -= Duration.ofDays(300).toMillis();
    scene.tell(new HubEvent.Ticked());
    violate();

    assertThat(recorded()).isEqualTo(Violations.LINES_PER_REMOTE_MAX + 1);
  }

  @Test
  void anAlarmIsGivenUnderAClockThatWasSetBack() {
    HubState state = store.load();
    Violations violations = new Violations(state);
    long now = scene.now;
    state.apply(new HubChange.AlarmGiven("token", now));

    assertThat(violations.alarms("token", new StepDraft(now + 1, null))).isFalse();
    assertThat(violations.alarms("token", new StepDraft(now - 1, null))).isTrue();
  }

  @Test
  void alarmsOfAForgottenTokenAreForgotten() {
    HubState state = store.load();
    state.apply(new HubChange.AlarmGiven("token", scene.now));

    state.apply(new HubChange.TokenForgotten("token"));

    assertThat(state.alarms).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:99, 10.0.0.1",
    "10.0.0.1, 10.0.0.1",
    "[2001:db8:1:2:3:4:5:6]:99, 2001:db8:1:2::/64",
    "2001:db8:1:2:0:0:0:9, 2001:db8:1:2::/64",
    "2001:db8::9, 2001:db8:0:0::/64"
  })
  void limitsCountByWhatOneCustomerHas(String remote, String network) {
    assertThat(RemoteNetwork.of(remote)).isEqualTo(network);
  }

  private void violate() {
    scene.tell(
        new HubEvent.Violated(
            Optional.empty(), "10.6.6.6:1", "HTTP request", new Reason.Malformed("x", "y")));
  }

  private long recorded() {
    List<HubChange> all = store.committed();
    return all.stream()
        .filter(
            it ->
                it instanceof HubChange.AuditAppended(var line)
                    && line.action().equals("HTTP request"))
        .count();
  }
}
