package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.http.api.WhyAnswer;
import dev.tombolo.hub.http.api.WhyCause;
import java.util.List;
import org.junit.jupiter.api.Test;

class WhyCommandTest {
  @Test
  void aCauseIsSaidWithTheApplicationThatItIsAbout() {
    WhyAnswer answer =
        new WhyAnswer(
            "dev-1",
            "store-117/counter-1",
            List.of(
                new WhyCause("time-unsure", "What time it is is not sure.", null),
                new WhyCause("soaking", "It runs.", "people")));

    assertThat(WhyCommand.words(answer).lines())
        .containsExactly(
            "store-117/counter-1 (dev-1)", "  What time it is is not sure.", "  people: It runs.");
  }
}
