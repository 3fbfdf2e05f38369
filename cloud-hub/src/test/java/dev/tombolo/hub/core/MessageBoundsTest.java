package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageBoundsTest {
  private static final String LONG = "x".repeat(MessageBounds.WORD_CHARS_MAX + 1);

  @Test
  void whatAgentsSayIsWithinThem() {
    assertThat(MessageBounds.check(birth("boot-1", List.of("v1")))).isNull();
    assertThat(MessageBounds.check(new Presence.Will("boot-1", 1))).isNull();
    assertThat(MessageBounds.check(report("outbox-1", "{\"count\":1}"))).isNull();
    String largest = "x".repeat(Limits.REPORT_BODY_BYTES_MAX);
    assertThat(MessageBounds.check(report("outbox-1", largest))).isNull();
  }

  @Test
  void textsThatTheHubWouldKeepAreBounded() {
    assertThat(MessageBounds.check(birth(LONG, List.of())))
        .isInstanceOf(Reason.LimitExceeded.class);
    assertThat(MessageBounds.check(birth("b", List.of(LONG))))
        .isInstanceOf(Reason.LimitExceeded.class);
    assertThat(MessageBounds.check(report(LONG, ""))).isInstanceOf(Reason.LimitExceeded.class);
    String tooLong = "\u00fc".repeat(Limits.REPORT_BODY_BYTES_MAX / 2 + 1);
    assertThat(MessageBounds.check(report("outbox-1", tooLong)))
        .isInstanceOf(Reason.LimitExceeded.class);
  }

  private static Presence birth(String boot, List<String> features) {
    return new Presence.Birth(
        boot, 1, null, 0, null, List.of(), null, "outbox-1", 0, "0.1.0", features, 1);
  }

  private static Report report(String incarnation, String json) {
    return new Report(
        incarnation,
        "boot-1",
        1,
        1,
        List.of(
            new Report.Row(1, "boot-1", 1, 1, new ReportBody.Result(new Name("people"), json))));
  }
}
