package dev.tombolo.hub.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class HubMetersTest {
  /// Micrometer itself holds what it counts by weakly.
  @Test
  void aCounterCountsOnAfterMemoryWasCollected() {
    LongAdder seen = new LongAdder();
    try (HubMeters meters = new HubMeters()) {
      meters.counter("tombolo.test", "Of this test", seen::sum);
      seen.add(7);

      System.gc();

      assertThat(meters.registry().scrape()).contains("tombolo_test_total 7.0");
    }
  }
}
