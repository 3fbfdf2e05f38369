package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.SiteLine;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

/// How the pieces of a site's downloads follow each other. Time is given.
class SiteLaneTest {
  /// A Monday, 11:00 in Berlin.
  private Instant now = Instant.parse("2026-11-30T10:00:00Z");

  static SiteLine line(String site, String... limits) {
    List<LineRules.Limit> all = List.of(limits).stream().map(LineRules.Limit::parse).toList();
    return new SiteLine(new Name(site), "Europe/Berlin", new LineRules(all));
  }

  private SiteLane lane(String... limits) {
    return new SiteLane(line("store-1", limits), () -> now, 0);
  }

  @Test
  void devicesTogetherKeepToWhatOneMay() {
    SiteLane lane = lane("00:00-24:00 8Mbit/s");
    long[] sent = new long[3];
    PriorityQueue<long[]> devices = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
    for (int device = 0; device < sent.length; device++) {
      devices.add(new long[] {0, device});
    }

    // Each asks for its next piece when the one before has gone.
    while (devices.peek()[0] <= 10_000) {
      long[] device = devices.remove();
      sent[(int) device[1]] += 16_384;
      devices.add(new long[] {lane.reserve(16_384, device[0]), device[1]});
    }

    long all = sent[0] + sent[1] + sent[2];
    long allowed = 10 * 1_000_000;
    assertThat(all)
        .as("the bound, and a credit of a quarter of a second")
        .isBetween(allowed - 5 * 16_384, allowed + 250_000 + 5 * 16_384);
    assertThat(Arrays.stream(sent).min().getAsLong())
        .as("each has its share")
        .isGreaterThan(allowed / 4);
  }

  @Test
  void onASlowLineThePiecesAreSmall() {
    assertThat(lane("00:00-24:00 64kbit/s").piece(16_384, 0)).isEqualTo(2_000);
    assertThat(lane("00:00-24:00 1Gbit/s").piece(16_384, 0)).isEqualTo(16_384);
  }

  @Test
  void theHoursAreLookedAtAgain() {
    SiteLane lane = lane("08:00-20:00 64kbit/s");
    lane.reserve(8_000, 0);
    assertThat(lane.reserve(8_000, 0)).isGreaterThanOrEqualTo(700);

    now = Instant.parse("2026-11-30T19:30:00Z");

    assertThat(lane.piece(16_384, 5_000)).isEqualTo(16_384);
    assertThat(lane.reserve(16_384, 5_000)).isEqualTo(5_000);
    assertThat(lane.reserve(16_384, 5_000)).isEqualTo(5_000);
  }

  @Test
  void eachSiteHasItsOwnAndNewRulesHoldAtOnce() {
    DeviceId one = DeviceId.ofKey(new byte[] {1});
    DeviceId two = DeviceId.ofKey(new byte[] {2});
    DeviceId other = DeviceId.ofKey(new byte[] {3});
    GivenLines given = new GivenLines();
    given.lines.put(one, line("store-1", "00:00-24:00 1Mbit/s"));
    given.lines.put(two, line("store-1", "00:00-24:00 1Mbit/s"));
    given.lines.put(other, line("store-2", "00:00-24:00 1Mbit/s"));
    SiteLanes lanes = new SiteLanes(given, () -> now);

    SiteLane first = lanes.of(one, 0).orElseThrow();
    assertThat(lanes.of(two, 0)).containsSame(first);
    assertThat(lanes.of(other, 0)).isPresent().get().isNotSameAs(first);

    given.lines.put(one, line("store-1", "00:00-24:00 2Mbit/s"));
    assertThat(lanes.of(one, 0)).isPresent().get().isNotSameAs(first);
    given.lines.remove(one);
    assertThat(lanes.of(one, 0)).isEmpty();
  }

  private static final class GivenLines implements EdgeDirectory {
    final Map<DeviceId, SiteLine> lines = new HashMap<>();

    @Override
    public Optional<Reason> whyNotServed(DeviceId device, String serial, long nowMillis) {
      return Optional.empty();
    }

    @Override
    public boolean mayRead(DeviceId device, Digest file) {
      return true;
    }

    @Override
    public boolean mayHave(DeviceId device, Digest release) {
      return true;
    }

    @Override
    public Optional<SiteLine> line(DeviceId device) {
      return Optional.ofNullable(lines.get(device));
    }
  }
}
