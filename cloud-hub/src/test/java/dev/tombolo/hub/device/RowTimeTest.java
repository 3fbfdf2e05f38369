package dev.tombolo.hub.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowTimeTest {
  private static final long NOW = 1_800_000_000_000L;

  @Test
  void aDeviceWithA1970ClockIsDatedByHowLongAgoItWas() {
    assertThat(RowTime.of(report(5_000, 60_000), row("boot", 1_000, 20_000), NOW))
        .isEqualTo(NOW - 40_000);
  }

  @Test
  void aRowOfAnEarlierBootIsDatedByAClockThatIsRight() {
    assertThat(RowTime.of(report(NOW, 60_000), row("earlier", NOW - 9_000, 1), NOW))
        .isEqualTo(NOW - 9_000);
  }

  @Test
  void aRowOfAnEarlierBootAndAWrongClockIsDatedByItsArrival() {
    assertThat(RowTime.of(report(5_000, 60_000), row("earlier", 1_000, 1), NOW)).isEqualTo(NOW);
  }

  @Test
  void nothingIsDatedInTheFuture() {
    assertThat(RowTime.of(report(NOW, 1_000), row("boot", NOW, 9_000), NOW)).isEqualTo(NOW);
    assertThat(RowTime.of(report(NOW, 1_000), row("earlier", NOW + 9_000, 1), NOW)).isEqualTo(NOW);
  }

  private static Report report(long wall, long monotonic) {
    return new Report("outbox", "boot", wall, monotonic, List.of());
  }

  private static Report.Row row(String boot, long wall, long monotonic) {
    return new Report.Row(
        1, boot, wall, monotonic, new ReportBody.Result(new Name("people"), "{}"));
  }
}
