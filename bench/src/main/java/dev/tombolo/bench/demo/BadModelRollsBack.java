package dev.tombolo.bench.demo;

import java.time.Duration;
import java.util.Optional;

/// Step 6: a model that loads and answers wrongly is found out by each shop's golden set.
final class BadModelRollsBack implements Step {
  private static final Duration ROLL_BACK_LIMIT = Duration.ofSeconds(90);

  @Override
  public String name() {
    return "bad-model-rolls-back";
  }

  @Override
  public String title() {
    return "A bad model (valid ONNX, properly signed, wrong answers): every shop rolls back";
  }

  @Override
  public void play(Town town) throws Exception {
    ModelVersion bad = town.models().bad();
    ModelVersion good = town.models().second();
    town.release(bad, Optional.of(town.models().second()));
    town.await(
        bad.release() + " to be rolled back in all shops",
        town.shops(),
        ROLL_BACK_LIMIT,
        device ->
            Town.embedding(device).stream()
                .anyMatch(
                    seen ->
                        seen.phase().equals("rolled-back")
                            && bad.version().equals(seen.wanted())
                            && good.version().equals(seen.live())));
    for (Shop shop : town.shops()) {
      town.claim(
          shop.name() + " rolled back to " + good.release() + " by itself",
          shop.health().model().equals(good.modelDigest()));
    }
    Shop asked = town.shop(1);
    town.claim(
        "'why' names the golden set at the hub",
        town.shell().tombolo("why", asked.slot()).contains("golden"));
    town.claim(
        "'why' names the golden set on the device",
        town.shell().agent("why", "--data", asked.name()).contains("golden"));
  }
}
