package dev.tombolo.hub.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DB_PASSWORD",
        "pwd",
        "passphrase",
        "private-key",
        "auth",
        "bearerValue",
        "pin",
        "door_pin",
        "license-key"
      })
  void whatIsNamedLikeASecretIsOne(String name) {
    assertThat(Redaction.isSecret(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"threads", "spin", "pinned", "level", "monkey"})
  void otherNamesAreNot(String name) {
    assertThat(Redaction.isSecret(name)).isFalse();
  }
}
