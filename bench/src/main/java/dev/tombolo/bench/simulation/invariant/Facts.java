package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.protocol.id.DeviceId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that is known of a world from what was committed in it.
final class Facts {
  final HubFacts hub = new HubFacts();
  private final Map<Integer, ShopFacts> shops = new HashMap<>();
  private final Map<DeviceId, Shop> byDevice = new HashMap<>();
  private final Set<DeviceId> copied = new HashSet<>();

  ShopFacts of(Shop shop) {
    ShopFacts facts = shops.get(shop.number());
    if (facts == null) {
      facts = new ShopFacts();
      shops.put(shop.number(), facts);
    }
    if (!facts.isNamed) {
      // It may have done something before it had joined.
      facts.isNamed = shop.device().isPresent();
      shop.device().ifPresent(device -> byDevice.putIfAbsent(device, shop));
    }
    return facts;
  }

  /// From now on there are two of this device.
  void copied(Shop original, Shop copy) {
    shops.put(copy.number(), of(original).copy());
    original.device().ifPresent(copied::add);
  }

  /// It may be taken for two.
  void mayActAsTwo(DeviceId device) {
    copied.add(device);
  }

  /// Whether there have been two of it at some time: what came from which is not known then.
  boolean wasCopied(DeviceId device) {
    return copied.contains(device);
  }

  @Nullable Shop shopOf(DeviceId device) {
    return byDevice.get(device);
  }

  int numberOf(DeviceId device) {
    Shop shop = byDevice.get(device);
    return shop == null ? -1 : shop.number();
  }
}
