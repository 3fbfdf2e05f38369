package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.http.api.RolloutWaveRow;
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

  @Test
  void aWaveTellsWhatOpensTheNext() {
    assertThat(pictured(wave("canary", 8, 6, 1), wave("rest", 40, 0, 0)).lines().toList())
        .contains(
            "  ▸ canary       ▕" + "█".repeat(24) + "▓▓▓▓✗✗✗✗▏ 6 of 8, 1 failed, 1 switching",
            "                 then at 95 % healthy (now 75 %) for 30m, and with a yes");
  }

  @Test
  void nothingIsSaidOfGatesThatAreOpenOrLeadNowhere() {
    assertThat(pictured(wave("all", 8, 6, 1))).doesNotContain("then at");
    assertThat(pictured(wave("canary", 8, 8, 0), wave("rest", 40, 6, 1))).doesNotContain("then at");
    List<RolloutWaveRow> waves = List.of(wave("canary", 8, 6, 1), wave("rest", 40, 0, 0));
    assertThat(RolloutPicture.of(detail("aborted", "by hub", waves))).doesNotContain("then at");
  }

  @Test
  void whoIsAtItIsToldApart() {
    RolloutWaveRow wave =
        new RolloutWaveRow(
            "all", "100%", true, 32, 8, 0, 0, 6, 2, 16, 0, 0, 0, 0, 50, 95, 0, false);

    assertThat(pictured(wave))
        .contains(
            "▕" + "█".repeat(8) + "▒▒░░░░░░" + "·".repeat(16) + "▏",
            "8 of 32, 2 ready, 6 loading, 16 not reached");
  }

  @Test
  void whatIsInColourIsTheSameText() {
    String picture = pictured(wave("canary", 8, 6, 1));

    String coloured = RolloutPicture.coloured(picture);

    assertThat(coloured).contains("\033[32m" + "█".repeat(24) + "\033[0m\033[33m▓▓▓▓\033[0m");
    assertThat(coloured.replaceAll("\033\\[[0-9]+m", "")).isEqualTo(picture);
  }

  private static RolloutWaveRow wave(String name, int total, int succeeded, int failed) {
    boolean isOpen = succeeded > 0;
    int atIt = isOpen ? total - succeeded - failed : 0;
    int dark = isOpen ? 0 : total;
    int healthy = isOpen ? 100 * succeeded / (total - dark) : 0;
    return new RolloutWaveRow(
        name, "10%", isOpen, total, succeeded, failed, atIt, 0, 0, dark, 0, 0, 0, 0, healthy, 95,
        1_800_000, true);
  }

  private static String pictured(RolloutWaveRow... waves) {
    return RolloutPicture.of(detail("rolling", "under way", List.of(waves)));
  }

  private static RolloutDetail said(String words) {
    return detail("rolling", words, List.of());
  }

  private static RolloutDetail detail(String state, String words, List<RolloutWaveRow> waves) {
    RolloutRow row =
        new RolloutRow(
            "r1",
            "people-embedding@1.0.0",
            "retail",
            "retail",
            state,
            words,
            waves,
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
