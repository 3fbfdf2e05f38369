package dev.tombolo.hub.core;

import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Bundles that a test puts there.
public final class GivenBundles implements BundleDesk {
  public final Map<BundlePair, Offer> offers = new ConcurrentHashMap<>();
  public final Map<Digest, Path> files = new ConcurrentHashMap<>();

  @Override
  public Offer offer(BundlePair pair, Optional<DeviceId> asker) {
    return offers.getOrDefault(pair, new Offer.Missing("nobody put one there"));
  }

  @Override
  public Set<BundlePair> pairsOf(Digest bundle) {
    Set<BundlePair> pairs = new HashSet<>();
    offers.forEach(
        (pair, offer) -> {
          if (offer instanceof Offer.Made(var made) && made.bundle().equals(bundle)) {
            pairs.add(pair);
          }
        });
    return pairs;
  }

  @Override
  public Optional<Path> find(Digest bundle) {
    return Optional.ofNullable(files.get(bundle));
  }

  @Override
  public List<Row> rows() {
    return List.of();
  }
}
