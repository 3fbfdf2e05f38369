package dev.tombolo.hub.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TerminalSizeTest {
  @Test
  void rowsComeFirst() {
    assertThat(TerminalSize.rowsOf("24 80\n")).isEqualTo(OptionalInt.of(24));
  }

  @Test
  void whatSaysNothingIsNoSize() {
    assertThat(TerminalSize.rowsOf("0 0\n")).isEmpty();
    assertThat(TerminalSize.rowsOf("")).isEmpty();
    assertThat(TerminalSize.rowsOf("stty: no tty\n")).isEmpty();
  }
}
