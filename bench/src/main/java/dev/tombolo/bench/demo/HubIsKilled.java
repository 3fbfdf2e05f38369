package dev.tombolo.bench.demo;

import java.time.Duration;
import java.util.Optional;

/// Step 7: the hub dies in the middle of a change, and nothing it had acknowledged is lost.
final class HubIsKilled implements Step {
  private static final Duration LIVE_LIMIT = Duration.ofMinutes(6);
  private static final Duration MIDDLE_LIMIT = Duration.ofMinutes(3);
  private static final int SLOW_BYTES_PER_SECOND = 750_000;
  private static final long MIDDLE_BYTES = 750_000;

  @Override
  public String name() {
    return "hub-is-killed";
  }

  @Override
  public String title() {
    return "The hub is killed in the middle of a change, and started again";
  }

  @Override
  public void play(Town town) throws Exception {
    Shop watched = town.shop(1);
    for (Shop shop : town.shops()) {
      shop.line().throttle(SLOW_BYTES_PER_SECOND);
    }
    long before = watched.line().bytesDown();
    town.assign(town.models().third(), Optional.of(town.models().second()));
    town.waitFor(
        "the download to be under way",
        MIDDLE_LIMIT,
        () -> watched.line().bytesDown() - before > MIDDLE_BYTES);
    town.screen().command("kill -9 " + town.hub().pid() + "    # the hub, while shops download");
    town.hub().kill();
    town.claim(
        "the shops serve on without a hub",
        watched.health().model().equals(town.models().second().modelDigest()));
    town.hub().start(town.shell());
    for (Shop shop : town.shops()) {
      shop.line().open();
    }
    town.awaitLive(town.models().third(), town.shops(), LIVE_LIMIT);
    town.claim("the assignment acknowledged before the kill was not lost", true);
    town.shell().tombolo("audit", "verify");
    town.claim("the audit chain is whole", true);
  }
}
