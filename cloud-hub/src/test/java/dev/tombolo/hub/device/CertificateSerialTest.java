package dev.tombolo.hub.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CertificateSerialTest {
  @Test
  void serialsArePositiveShortAndAllDifferent() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String serial =
          CertificateSerial.of(new History(1, "life"), i, Digest.ofText("key " + i % 7));
      BigInteger number = new BigInteger(serial, 16);
      assertThat(number.signum()).isPositive();
      assertThat(number.bitLength()).isLessThan(128);
      assertThat(number.toString(16)).isEqualTo(serial);
      assertThat(seen.add(serial)).isTrue();
    }
  }

  @Test
  void anotherHistoryGivesOtherSerials() {
    Digest key = Digest.ofText("key");

    assertThat(CertificateSerial.of(new History(2, "life"), 1, key))
        .isNotEqualTo(CertificateSerial.of(new History(1, "life"), 1, key));
  }
}
