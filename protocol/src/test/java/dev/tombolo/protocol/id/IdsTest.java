package dev.tombolo.protocol.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.Topics;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  private static final DeviceId DEVICE = new DeviceId("dev-a5a7m7sj4ttzxs0w1hjz3hnf");

  @Test
  void base32ReadsWhatItWrites() {
    for (int seed = 0; seed < 500; seed++) {
      byte[] bytes = new byte[new Random(seed).nextInt(40)];
      new Random(seed).nextBytes(bytes);
      assertThat(CrockfordBase32.decode(CrockfordBase32.encode(bytes))).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "A",
        "-a",
        "a-",
        "a.b",
        "ä",
        "a_b",
        "a/b",
        "a\n",
        "1234567890123456789012345678901234567890123456789012345678901234"
      })
  void namesAreDnsLabels(String text) {
    assertThat(Name.isValid(text)).isFalse();
    assertThatThrownBy(() -> new Name(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void slotsAndReleasesReadAsPeopleWriteThem() {
    assertThat(SlotRef.parse("store-117/counter-1"))
        .isEqualTo(new SlotRef(new Name("store-117"), new Name("counter-1")));
    assertThat(ReleaseRef.parse("people@1.5.0+b_1"))
        .isEqualTo(new ReleaseRef(new Name("people"), "1.5.0+b_1"));
    for (String text :
        new String[] {"people", "@1", "people@", "people@1 0", "people@-1", "a@1@2"}) {
      assertThatThrownBy(() -> ReleaseRef.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void topicsAreTheDevicesOwn() {
    assertThat(Topics.REPORT.of(DEVICE))
        .isEqualTo("tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf/report");
    for (Topics topic : Topics.values()) {
      assertThat(Topics.parse(topic.of(DEVICE))).contains(new Topics.Parsed(DEVICE, topic));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#",
        "+",
        "tombolo/v1/#",
        "tombolo/v1/+/report",
        "tombolo/v1/hub",
        "tombolo/v1//report",
        "tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf",
        "tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf/",
        "tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf/report/",
        "tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf/+",
        "tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf/Report",
        "tombolo/v1/DEV-a5a7m7sj4ttzxs0w1hjz3hnf/report",
        "tombolo/v1/../report",
        "/tombolo/v1/dev-a5a7m7sj4ttzxs0w1hjz3hnf/report",
        "$SYS/x",
        "tombolo/v2/dev-a5a7m7sj4ttzxs0w1hjz3hnf/report"
      })
  void otherTopicsAreNobodys(String topic) {
    assertThat(Topics.parse(topic)).isEmpty();
  }
}
