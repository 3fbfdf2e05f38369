package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  /// Every kind of work that it is for leaves its mark.
  @Test
  void whatOperatorsDoHasBeenDoneOnce() {
    MemoryHubStore store = new MemoryHubStore();

    WarmUp.run(
        new HubSettings(
            List.of("wss://hub:8443/mqtt"),
            "https://hub:8443",
            Scene.DOCUMENT_KEY,
            "document certificate",
            Scene.PLENTY,
            Scene.PLENTY,
            TrustSettings.USUAL),
        store);

    HubState state = store.load();
    assertThat(state.documents).hasSize(20);
    assertThat(state.documents.values()).allMatch(document -> document.revision() > 4);
    assertThat(state.rollouts.all()).isNotEmpty();
    assertThat(state.lifts).isNotEmpty();
    assertThat(state.sites.values()).anyMatch(site -> site.generation() > 3);
  }
}
