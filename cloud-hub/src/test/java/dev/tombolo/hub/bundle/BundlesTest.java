package dev.tombolo.hub.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BundlesTest {
  @Test
  void asManyWorkAtOnceAsTheHeapHasRoomFor() {
    assertThat(Bundles.workers(2, 768L << 20)).isEqualTo(2);
    assertThat(Bundles.workers(64, 768L << 20)).isEqualTo(10);
    assertThat(Bundles.workers(64, 8L << 30)).isEqualTo(64);
    assertThat(Bundles.workers(64, 200L << 20)).isEqualTo(1);
  }
}
