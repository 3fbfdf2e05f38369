package dev.tombolo.agent.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What is needed, beside a release's state.
class StateTextTest {
  private static final Need NEED = new Need(new Name("model"), "1.4.0");

  private static String text(Map<Digest, List<Need>> needs) {
    return StateText.write(
        new AgentSnapshot.Application(
            new Name("people"),
            new ReleaseState.Absent(),
            1,
            Optional.empty(),
            Optional.empty(),
            needs));
  }

  private static List<Need> needs(int count) {
    List<Need> needs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      needs.add(new Need(new Name("model-" + i), "1.0"));
    }
    return needs;
  }

  @Test
  void whatIsNeededComesBackAndTheStateDoesNotMind() throws MalformedException {
    Map<Digest, List<Need>> needs =
        Map.of(
            Digest.ofText("1"), List.of(NEED), Digest.ofText("2"), needs(ReleaseCheck.NEEDS_MAX));

    String text = text(needs);

    assertThat(StateText.readNeeds(text)).isEqualTo(needs);
    assertThat(StateText.read(text)).isEqualTo(new ReleaseState.Absent());
  }

  @Test
  void anAgentBeforeHasNotWrittenIt() throws MalformedException {
    String text = text(Map.of());

    assertThat(text).isEqualTo("{\"state\":\"absent\"}");
    assertThat(StateText.readNeeds(text)).isEmpty();
  }

  @Test
  void noMoreIsReadThanARelease() {
    String tooMany = text(Map.of(Digest.ofText("1"), needs(ReleaseCheck.NEEDS_MAX + 1)));
    String ofMany =
        text(
            Map.of(
                Digest.ofText("1"),
                List.of(NEED),
                Digest.ofText("2"),
                List.of(NEED),
                Digest.ofText("3"),
                List.of(NEED),
                Digest.ofText("4"),
                List.of(NEED),
                Digest.ofText("5"),
                List.of(NEED)));
    String noVersion = text(Map.of(Digest.ofText("1"), List.of(NEED))).replace("1.4.0", " ");

    assertThatThrownBy(() -> StateText.readNeeds(tooMany)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> StateText.readNeeds(ofMany)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> StateText.readNeeds(noVersion)).isInstanceOf(MalformedException.class);
  }
}
