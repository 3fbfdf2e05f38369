package dev.tombolo.hub.desired;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.Map;

/// What templates and selectors may know of a slot.
public record PlaceFacts(
    Name fleet, SlotRef slot, Map<String, String> siteLabels, Map<String, String> slotLabels) {
  /// Selects one site, as `tombolo.io/site: store-117`.
  public static final String SITE_LABEL = "tombolo.io/site";

  /// Selects slots by their name, as `tombolo.io/slot: counter-1`.
  public static final String SLOT_LABEL = "tombolo.io/slot";

  /// Whether a label is one of those that every slot has by its name.
  public static boolean isName(String label) {
    return label.equals(SITE_LABEL) || label.equals(SLOT_LABEL);
  }

  /// What selectors look at: the labels of the site, beaten by those of the slot, and the names.
  public Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>(siteLabels);
    labels.putAll(slotLabels);
    labels.put(SITE_LABEL, slot.site().text());
    labels.put(SLOT_LABEL, slot.slot().text());
    return labels;
  }
}
