package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartedMapTest {
  @Test
  void hasTheNewestOfEachKey() {
    PartedMap<String, Integer> map = new PartedMap<>();
    for (int i = 0; i < 10_000; i++) {
      map.put("slot-" + i, -1);
      map.put("slot-" + i, i);
    }

    for (int i = 0; i < 10_000; i++) {
      assertThat(map.get("slot-" + i)).isEqualTo(i);
    }
    assertThat(map.get("slot-10000")).isNull();
  }
}
