package dev.tombolo.agent.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HubAtBrokerTest {
  private final HubAtBroker hub = new HubAtBroker();

  @Test
  void theHubThatWasThereHeardTheBirth() {
    assertThat(hub.isAnother("a", true)).isFalse();
    assertThat(hub.isAnother("a", false)).isFalse();
  }

  @Test
  void aHubThatCameBackDidNot() {
    assertThat(hub.isAnother("a", true)).isFalse();
    assertThat(hub.isAnother("b", false)).isTrue();
  }

  @Test
  void norDidOneThatCameFirstOfAllAfterTheLine() {
    assertThat(hub.isAnother("a", false)).isTrue();
    assertThat(hub.isAnother("a", false)).isFalse();
  }
}
