package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.protocol.id.DeviceId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that is known of a world from what was committed in it.
final class Facts {
  final HubFacts hub = new HubFacts();
  private final Map<Integer, ShopFacts> shops = new HashMap<>();
  private final Map<DeviceId, Shop> byDevice = new HashMap<>();

  ShopFacts of(Shop shop) {
    ShopFacts facts = shops.get(shop.number());
    if (facts == null) {
      facts = new ShopFacts();
      shops.put(shop.number(), facts);
      shop.device().ifPresent(device -> byDevice.put(device, shop));
    }
    return facts;
  }

  @Nullable Shop shopOf(DeviceId device) {
    return byDevice.get(device);
  }

  int numberOf(DeviceId device) {
    Shop shop = byDevice.get(device);
    return shop == null ? -1 : shop.number();
  }
}
