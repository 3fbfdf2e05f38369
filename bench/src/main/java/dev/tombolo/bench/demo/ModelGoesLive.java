package dev.tombolo.bench.demo;

import java.time.Duration;
import java.util.Optional;

/// Step 3: the model, signed by the publisher, reaches all shops. The one of step 4 is brought to
/// the hub meanwhile.
final class ModelGoesLive implements Step {
  private static final Duration LIVE_LIMIT = Duration.ofMinutes(6);

  /// The first one has no base: all of it comes, packed.
  private static final double PACKED_SHARE = 0.75;

  @Override
  public String name() {
    return "model-goes-live";
  }

  @Override
  public String title() {
    return "The model is assigned to the fleet, and goes live in all shops";
  }

  @Override
  public void play(Town town) throws Exception {
    LineBytes bytes = LineBytes.of(town, town.shops());
    town.assign(town.models().first(), Optional.empty());
    town.bringNext(town.models().second());
    town.awaitLive(town.models().first(), town.shops(), LIVE_LIMIT);
    bytes.claimAtMost(PACKED_SHARE, town.models().first());
    town.shell().tombolo("get", "devices");
  }
}
