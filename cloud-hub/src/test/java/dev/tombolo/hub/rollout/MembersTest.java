package dev.tombolo.hub.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembersTest {
  /// More than a block of devices, more than a block of sites, and an index that was parted often.
  private static final int MANY = 20_000;

  private static final int PER_SITE = 3;

  private final Members members = new Members();
  private final List<SlotRef> slots = new ArrayList<>();

  private void addMany() {
    for (int i = 0; i < MANY; i++) {
      SlotRef slot = slot("store-" + i / PER_SITE, "counter-" + i % PER_SITE);
      slots.add(slot);
      assertThat(members.find(slot)).isEqualTo(-1);
      assertThat(members.add(slot, (byte) (i % 7))).isEqualTo(i);
    }
  }

  private static SlotRef slot(String site, String slot) {
    return new SlotRef(new Name(site), new Name(slot));
  }

  @Test
  void eachIsFoundByItsSlotHoweverManyThereAre() {
    addMany();

    assertThat(members.size()).isEqualTo(MANY);
    assertThat(members.sites()).isEqualTo((MANY + PER_SITE - 1) / PER_SITE);
    for (int i = 0; i < MANY; i++) {
      assertThat(members.find(slots.get(i))).isEqualTo(i);
      assertThat(members.slot(i)).isEqualTo(slots.get(i));
      assertThat(members.wave(i)).isEqualTo((byte) (i % 7));
      assertThat(members.site(i)).isEqualTo(i / PER_SITE);
    }
    assertThat(members.find(slot("store-1", "counter-9"))).isEqualTo(-1);
  }

  @Test
  void whatIsSaidOfOneIsOfNoOther() {
    addMany();
    for (int i = 0; i < MANY; i++) {
      members.granted(i, i * 10L);
      members.set(i, Members.ONLINE, i % 2 == 0);
    }
    for (int site = 0; site < members.sites(); site++) {
      members.siteInFlight(site, site % 5);
    }

    for (int i = 0; i < MANY; i++) {
      assertThat(members.granted(i)).isEqualTo(i * 10L);
      assertThat(members.has(i, Members.ONLINE)).isEqualTo(i % 2 == 0);
      assertThat(members.prior(i)).isEqualTo(-1);
    }
    assertThat(members.outAt(new Name("store-4003"))).isEqualTo(4_003 % 5);
    assertThat(members.outAt(new Name("elsewhere"))).isZero();
  }

  @Test
  void theDevicesOfASiteAreLinkedThoughOthersCameBetween() {
    members.add(slot("a", "1"), (byte) 0);
    members.add(slot("b", "1"), (byte) 0);
    members.add(slot("a", "2"), (byte) 0);

    int site = members.site(0);
    assertThat(members.sites()).isEqualTo(2);
    assertThat(members.firstAt(site)).isEqualTo(2);
    assertThat(members.nextAtSite(2)).isZero();
    assertThat(members.nextAtSite(0)).isEqualTo(-1);
  }

  /// So much in common that parting does not tell them apart.
  @Test
  void numbersWithOneHashAreToldApartByTheirOwner() {
    NumberIndex index = new NumberIndex();
    for (int i = 0; i < 5_000; i++) {
      index.add(0x12345678, i);
    }
    index.add(0x12345679, 5_000);

    assertThat(index.find(0x12345678, number -> number == 4_321)).isEqualTo(4_321);
    assertThat(index.find(0x12345679, number -> true)).isEqualTo(5_000);
    assertThat(index.find(0x12345678, number -> number == 5_000)).isEqualTo(NumberIndex.NONE);
    assertThat(index.find(-1, number -> true)).isEqualTo(NumberIndex.NONE);
  }
}
