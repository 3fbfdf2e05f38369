package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import org.junit.jupiter.api.Test;

class CertifiedKeysTest {
  private static final DeviceId DEVICE = DeviceId.ofKey(new byte[] {1});
  private static final long END = 1_000;

  private final CertifiedKeys keys = new CertifiedKeys();

  @Test
  void whatRanOutIsForgottenSoMuchAtATime() {
    for (int i = 0; i < CertifiedKeys.FORGOTTEN_MAX + 1; i++) {
      leave("key " + i, END);
    }

    keys.forget(END + 1, (key, device) -> false);
    assertThat(keys.size()).isEqualTo(1);
    keys.forget(END + 1, (key, device) -> false);
    assertThat(keys.size()).isZero();
  }

  @Test
  void aKeyStaysAsLongAsItIsGoodOrInUse() {
    leave("good", END);
    leave("in use", 1);

    keys.forget(END, (key, device) -> key.equals(Digest.ofText("in use")));

    assertThat(keys.ownerOf(Digest.ofText("good"))).contains(DEVICE);
    assertThat(keys.ownerOf(Digest.ofText("in use"))).contains(DEVICE);
    keys.forget(END + 1, (key, device) -> false);
    assertThat(keys.ownerOf(Digest.ofText("good"))).isEmpty();
  }

  private void leave(String key, long untilMillis) {
    keys.note(Digest.ofText(key), DEVICE, untilMillis);
    keys.leave(Digest.ofText(key));
  }
}
