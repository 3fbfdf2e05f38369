package dev.tombolo.protocol.id;

/// A slot within its site, written `store-117/counter-1`. Site names are unique in a hub.
public record SlotRef(Name site, Name slot) implements Comparable<SlotRef> {
  public static SlotRef parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a slot; write SITE/SLOT, like store-117/counter-1");
    }
    return new SlotRef(new Name(text.substring(0, slash)), new Name(text.substring(slash + 1)));
  }

  @Override
  public int compareTo(SlotRef other) {
    int bySite = site.compareTo(other.site);
    return bySite != 0 ? bySite : slot.compareTo(other.slot);
  }

  @Override
  public String toString() {
    return site + "/" + slot;
  }
}
