package dev.tombolo.hub.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Presence;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PresenceRecordTest {
  private static final DeviceId DEVICE =
      DeviceId.ofKey("a key".getBytes(StandardCharsets.US_ASCII));
  private static final String HERE = "192.0.2.1:8444";
  private static final String THERE = "192.0.2.2:8444";

  @Test
  void anAddressOfAClockThatWasAheadHoldsNoOtherUp() {
    PresenceRecord ahead = PresenceRecord.never(DEVICE).born(birth(HERE), 9_000_000_000L);

    PresenceRecord right = ahead.born(birth(THERE), 5_000);

    assertThat(right.lan()).containsExactly(THERE);
    assertThat(right.lanMillis()).isEqualTo(5_000);
  }

  @Test
  void anAddressThatCameTooSoonIsBelievedWhenThePauseIsOver() {
    long pause = PresenceRecord.LAN_PAUSE.toMillis();
    PresenceRecord soon =
        PresenceRecord.never(DEVICE).born(birth(HERE), 5_000).born(birth(THERE), 6_000);
    assertThat(soon.lan()).containsExactly(HERE);
    assertThat(soon.lanWaits()).isTrue();

    assertThat(soon.settled(4_999 + pause)).isEqualTo(soon);
    PresenceRecord settled = soon.settled(5_000 + pause);

    assertThat(settled.lan()).containsExactly(THERE);
    assertThat(settled.lanWaits()).isFalse();
  }

  private static Presence.Birth birth(String address) {
    return new Presence.Birth(
        "boot-1",
        1,
        null,
        0,
        null,
        List.of(),
        null,
        "outbox-1",
        0,
        "0.1.0",
        List.of("v1"),
        1,
        List.of(address));
  }
}
