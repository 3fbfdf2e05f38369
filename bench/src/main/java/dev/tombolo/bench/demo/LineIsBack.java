package dev.tombolo.bench.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Step 5: the line is there again, and shop 2 catches up by itself.
final class LineIsBack implements Step {
  private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(6);

  @Override
  public String name() {
    return "line-is-back";
  }

  @Override
  public String title() {
    return "The line is there again: shop 2 catches up by itself";
  }

  @Override
  public void play(Town town) throws Exception {
    town.screen().say("(shop-2's line is joined again)");
    LineBytes bytes = LineBytes.of(town, List.of(town.shop(2)));
    town.shop(2).line().open();
    town.awaitLive(town.models().second(), List.of(town.shop(2)), CATCH_UP_LIMIT);
    bytes.claimAtMost(LineIsCut.CHANGE_SHARE, town.models().second());
    town.awaitRollout(
        "the rollout to be completed", CATCH_UP_LIMIT, it -> it.state().equals("completed"));
    town.claim("the rollout has waited for shop-2, and is completed", true);
    town.waitFor(
        "what shop-2's workload counted in the dark to arrive",
        CATCH_UP_LIMIT,
        () -> town.dark().arrivedIn(results(town)));
    town.claim("what shop-2's workload counted in the dark has arrived", true);
  }

  private static String results(Town town) throws IOException, InterruptedException {
    return town.shell()
        .quietly(
            "tombolo",
            "results",
            "tail",
            "--device",
            town.shop(2).slot(),
            "--last",
            "1000",
            "--json");
  }
}
