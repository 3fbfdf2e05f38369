package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PreviewAnswerTest {
  @Test
  void ofMoreThanAThousandSitesThoseThatLoadMostAreShown() {
    Map<Name, Long> bySite = new HashMap<>();
    for (int site = 0; site < PreviewAnswer.SITES_SHOWN + 300; site++) {
      bySite.put(new Name("store-" + site), (long) site);
    }

    Map<String, Long> most = PreviewAnswer.most(bySite);

    assertThat(most).hasSize(1_000).containsKeys("store-300", "store-1299");
    assertThat(most).doesNotContainKey("store-299");
  }

  @Test
  void aSiteThatLoadsNothingIsNotShown() {
    Map<Name, Long> bySite = Map.of(new Name("store-1"), 0L, new Name("store-2"), 1L);

    assertThat(PreviewAnswer.most(bySite)).containsOnlyKeys("store-2");
  }
}
