package dev.tombolo.bench.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Step 4: shop 2 loses its line, then its agent, then everything, and serves on. The models of
/// steps 6 and 7 are brought to the hub meanwhile.
final class LineIsCut implements Step {
  private static final Duration LIVE_LIMIT = Duration.ofMinutes(6);
  private static final Duration ROLLOUT_LIMIT = Duration.ofMinutes(3);
  private static final Duration BACK_LIMIT = Duration.ofMinutes(4);

  /// What changed between two trainings of the model.
  static final double CHANGE_SHARE = 0.16;

  private static final Duration WITHOUT_AGENT = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "line-is-cut";
  }

  @Override
  public String title() {
    return "Shop 2 loses its line; the next model is rolled out, shop 1 first; shop 2 serves on";
  }

  @Override
  public void play(Town town) throws Exception {
    Shop dark = town.shop(2);
    ModelVersion old = town.models().first();
    long pid = dark.health().pid();
    try (Customer customer = Customer.enter(dark)) {
      town.screen().say("(shop-2's line is cut: nothing passes, nothing is closed)");
      dark.line().cut();
      town.rememberDark(new DarkCount(pid, dark.health().texts()));
      List<Shop> reached = List.of(town.shop(1), town.shop(3));
      LineBytes bytes = LineBytes.of(town, reached);
      town.rollOut(town.models().second(), old, town.shop(1));
      town.bringNext(town.models().bad());
      town.awaitLive(town.models().second(), reached, LIVE_LIMIT);
      bytes.claimAtMost(CHANGE_SHARE, town.models().second());
      town.screen().command("kill -9 " + dark.agent().pid() + "    # shop-2's agent");
      dark.agent().kill();
      Thread.sleep(WITHOUT_AGENT);
      town.claim("shop-2's workload has outlived its agent", dark.health().pid() == pid);
      int answers = customer.leave();
      town.claim("a customer in shop-2 got an answer each of " + answers + " times", answers > 0);
    }

    town.screen().command("kill -9 " + pid + "    # now shop-2's workload too");
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    town.waitFor("shop-2's workload to be gone", BACK_LIMIT, () -> isGone(dark));
    dark.startAgent(town.shell());
    town.bringNext(town.models().third());
    town.waitFor("shop-2's workload to be back", BACK_LIMIT, () -> isBack(dark, old));
    town.claim(
        "shop-2's workload is back without any network, with " + old.release(),
        dark.health().pid() != pid);
    RolloutSeen rollout =
        town.awaitRollout(
            "the rollout to be done but for shop-2",
            ROLLOUT_LIMIT,
            it -> it.words().startsWith("done but for 1 not reached"));
    town.shell().tombolo("rollout", "show", rollout.id());
    town.claim("the dark shop holds nothing up: " + rollout.words(), true);
    town.claim(
        "shop-2 goes on with " + old.release(), dark.health().model().equals(old.modelDigest()));
    town.shell().tombolo("why", dark.slot());
  }

  private static boolean isGone(Shop shop) {
    try {
      shop.health();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean isBack(Shop shop, ModelVersion model) {
    try {
      return shop.health().model().equals(model.modelDigest());
    } catch (IOException e) {
      return false;
    }
  }
}
