package dev.tombolo.protocol.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BitRateTest {
  @ParameterizedTest
  @CsvSource({
    "2Mbit/s, 2000000, 2 Mbit/s",
    "2 Mbit/s, 2000000, 2 Mbit/s",
    "1.5Mbit/s, 1500000, 1.5 Mbit/s",
    "256kbit/s, 256000, 256 kbit/s",
    "64kbit/s, 64000, 64 kbit/s",
    "123456bit/s, 123456, 123.456 kbit/s",
    "1Gbit/s, 1000000000, 1 Gbit/s",
    "1000Gbit/s, 1000000000000, 1000 Gbit/s",
  })
  void isReadAndSaidAsPeopleWriteIt(String text, long bits, String said) {
    BitRate rate = BitRate.parse(text);

    assertThat(rate.bitsPerSecond()).isEqualTo(bits);
    assertThat(BitRate.say(bits)).isEqualTo(said);
    assertThat(BitRate.parse(rate.toString())).isEqualTo(rate);
  }

  @ParameterizedTest
  @CsvSource({
    "2MB/s, did you mean '16Mbit/s'?",
    "2.5MB, did you mean '20Mbit/s'?",
    "250kBps, did you mean '2000kbit/s'?",
    "2mbit/s, did you mean '2Mbit/s'?",
    "2Mbit, did you mean '2Mbit/s'?",
    "2Mbps, did you mean '2Mbit/s'?",
    "2M, did you mean '2Mbit/s'?",
    "1Gbps, did you mean '1Gbit/s'?",
    "fast, write it like 2Mbit/s or 256kbit/s",
    "'', write it like 2Mbit/s or 256kbit/s",
    "-2Mbit/s, write it like 2Mbit/s or 256kbit/s",
    "0kbit/s, 'use 64 kbit/s to 1000 Gbit/s'",
    "63kbit/s, 'use 64 kbit/s to 1000 Gbit/s'",
    "1001Gbit/s, 'use 64 kbit/s to 1000 Gbit/s'",
  })
  void whatIsNoneIsRefusedWithWhatToWrite(String text, String hint) {
    assertThatThrownBy(() -> BitRate.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining(hint);
  }

  @Test
  void countsBytesToo() {
    assertThat(BitRate.parse("2Mbit/s").bytesPerSecond()).isEqualTo(250_000);
  }
}
