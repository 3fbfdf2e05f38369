package dev.tombolo.bench.demo;

import java.time.Duration;

/// Step 3: a real model, signed by the publisher, reaches all shops.
final class ModelGoesLive implements Step {
  private static final Duration LIVE_LIMIT = Duration.ofSeconds(180);

  @Override
  public String name() {
    return "model-goes-live";
  }

  @Override
  public String title() {
    return "A real model (34 MB, ONNX) is signed, pushed, and assigned to the fleet";
  }

  @Override
  public void play(Town town) throws Exception {
    town.release(town.models().first());
    town.awaitLive(town.models().first(), town.shops(), LIVE_LIMIT);
    town.shell().tombolo("get", "devices");
  }
}
