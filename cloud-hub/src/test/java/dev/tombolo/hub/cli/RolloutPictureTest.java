package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What `rollout watch` sends to a terminal.
class RolloutPictureTest {
  private static final String SIXTEEN =
      IntStream.rangeClosed(1, 16).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());

  private final StringWriter drawn = new StringWriter();
  private final PrintWriter out = new PrintWriter(drawn);

  @Test
  void aPictureIsNeverHigherThanTheTerminal() {
    int lines = RolloutPicture.draw(out, SIXTEEN, 0, OptionalInt.of(8));

    assertThat(lines).isEqualTo(7);
    assertThat(drawn.toString().lines().filter(line -> line.contains("line"))).hasSize(7);
    assertThat(drawn.toString()).contains("line 6", "... 10 more lines").doesNotContain("line 7");
  }

  @Test
  void itIsDrawnOverTheOneBeforeAndNotAboveTheTerminal() {
    RolloutPicture.draw(out, SIXTEEN, 16, OptionalInt.of(8));

    assertThat(drawn.toString()).startsWith("\033[7A\r");
  }

  @Test
  void whereTheTerminalDoesNotTellAllIsDrawn() {
    assertThat(RolloutPicture.draw(out, SIXTEEN, 0, OptionalInt.empty())).isEqualTo(16);
  }
}
