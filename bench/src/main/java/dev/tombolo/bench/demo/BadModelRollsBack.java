package dev.tombolo.bench.demo;

import java.time.Duration;
import java.util.List;

/// Step 6: a model that loads and answers wrongly is found out by the canary's golden set.
final class BadModelRollsBack implements Step {
  private static final Duration ROLL_BACK_LIMIT = Duration.ofMinutes(4);

  /// What shops say and hear without a download.
  private static final long NEWS_BYTES_MAX = 200_000;

  @Override
  public String name() {
    return "bad-model-rolls-back";
  }

  @Override
  public String title() {
    return "A bad model (valid ONNX, properly signed, wrong answers) is stopped at the canary";
  }

  @Override
  public void play(Town town) throws Exception {
    ModelVersion bad = town.models().bad();
    ModelVersion good = town.models().second();
    Shop canary = town.shop(1);
    List<Shop> others = List.of(town.shop(2), town.shop(3));
    LineBytes bytes = LineBytes.of(town, others);
    town.rollOut(bad, good, canary);
    // The device itself is seen as rolled back for a moment only: then it wants the good one again.
    RolloutSeen rollout =
        town.awaitRollout(
            bad.release() + " to be rolled back",
            ROLL_BACK_LIMIT,
            it -> it.state().equals("rolled-back"));
    town.shell().tombolo("rollout", "show", rollout.id());
    town.claim(
        canary.name() + " rolled back to " + good.release() + " by itself",
        canary.health().model().equals(good.modelDigest()));
    town.claim(
        "'why' names the golden set",
        town.shell().tombolo("why", canary.slot()).contains("golden"));
    for (Shop shop : others) {
      town.claim(
          shop.name() + " has kept " + good.release(),
          shop.health().model().equals(good.modelDigest()));
    }
    bytes.claimLessThan(NEWS_BYTES_MAX, bad);
  }
}
