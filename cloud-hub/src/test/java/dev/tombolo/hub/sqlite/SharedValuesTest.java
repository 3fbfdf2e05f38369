package dev.tombolo.hub.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedValuesTest {
  private final SharedValues shared = new SharedValues();

  @Test
  void whatRowsHaveInCommonIsMadeOnce() {
    String device = "dev-v66q14jeww2pnnwgazncbdnm";
    String digest = "sha256:" + "1a".repeat(32);

    assertThat(shared.device(new String(device)))
        .isEqualTo(new DeviceId(device))
        .isSameAs(shared.device(new String(device)));
    assertThat(shared.slot("store-117", "till"))
        .isEqualTo(SlotRef.parse("store-117/till"))
        .isSameAs(shared.slot(SlotRef.parse("store-117/till")));
    assertThat(shared.slot("store-117", "door").site()).isSameAs(shared.name("store-117"));
    assertThat(shared.manifest(new String(digest))).isSameAs(shared.manifest(new String(digest)));
    String facts = Columns.texts(Map.of("arch", "amd64", "os", "linux"));
    assertThat(Map.copyOf(shared.facts(facts))).isSameAs(shared.facts(new String(facts)));
    assertThat(shared.digests(digest)).isSameAs(shared.digests(new String(digest)));
    assertThat(shared.digestSet(digest).iterator().next())
        .isSameAs(shared.digests(digest).getFirst());
  }

  @Test
  void whoSharesNothingRemembersNothing() {
    assertThat(SharedValues.NONE.name("store-117"))
        .isNotSameAs(SharedValues.NONE.name("store-117"));
    assertThat(SharedValues.NONE.slot("store-117", "till"))
        .isEqualTo(SlotRef.parse("store-117/till"))
        .isNotSameAs(SharedValues.NONE.slot("store-117", "till"));
  }

  @Test
  void whatIsSharedCannotBeChangedByOneOfThem() {
    Map<String, String> labels = shared.texts(Columns.texts(Map.of("tier", "pilot")));

    assertThat(labels).isEqualTo(Map.of("tier", "pilot"));
    assertThatThrownBy(() -> labels.put("tier", "all"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aNameThatNobodyWroteIsRefusedEachTime() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> shared.name("no name")).isInstanceOf(Columns.Unreadable.class);
    }
  }
}
