package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutRow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
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
  void aCommandStandsInOneLineWhereItCanBeCopied() {
    String command = "tombolo rollout approve r1 --wave 'the shops in the north'";
    String picture =
        RolloutPicture.of(said("wave the shops in the north waits for approval: " + command));

    assertThat(picture.lines()).anyMatch(line -> line.strip().equals(command));
    assertThat(picture.lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void longWordsGoOnInTheNextLine() {
    String words =
        "aborted by hub: 17 failed of the 120 reached in its wave canary. 3 may still switch by"
            + " their permits;";

    assertThat(RolloutPicture.of(said(words)).lines().toList())
        .contains(
            "  aborted by hub: 17 failed of the 120 reached in its wave canary. 3 may still",
            "  switch by their permits;");
  }

  private static RolloutDetail said(String words) {
    RolloutRow row =
        new RolloutRow(
            "r1",
            "people-embedding@1.0.0",
            "retail",
            "retail",
            "rolling",
            words,
            List.of(),
            1,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            "user:alice",
            null,
            null,
            0,
            "");
    return new RolloutDetail(row, List.of(), List.of(), List.of());
  }

  @Test
  void whereTheTerminalDoesNotTellAllIsDrawn() {
    assertThat(RolloutPicture.draw(out, SIXTEEN, 0, OptionalInt.empty())).isEqualTo(16);
  }
}
