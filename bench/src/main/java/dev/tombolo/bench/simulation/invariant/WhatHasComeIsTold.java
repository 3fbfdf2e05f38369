package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I8, of downloads: the first thing that an agent says after its start counts each byte of a
/// bundle on its way that lies on its disk, and none that a power cut took.
final class WhatHasComeIsTold extends Invariant {
  private final Facts facts;

  /// The start of each agent that has spoken since.
  private final Map<Integer, Long> spokeAfter = new HashMap<>();

  WhatHasComeIsTold(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    if (shop.starts() == spokeAfter.getOrDefault(shop.number(), 0L)) {
      return;
    }
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.StatusKept(var state, var _)) {
        spokeAfter.put(shop.number(), shop.starts());
        check(shop, state);
        return;
      }
    }
  }

  private void check(Shop shop, ReportBody.State said) {
    for (ApplicationStatus its : said.applications()) {
      if (facts.of(shop).releases.get(its.name()) instanceof ReleaseState.Fetching at
          && at.route() instanceof Route.ByBundle by) {
        long here = shop.bytesHeld(by.file());
        hold(
            its.bytesDone() == here && its.bytesTotal() == by.bytes(),
            shop.number(),
            () ->
                its.name()
                    + " says that "
                    + its.bytesDone()
                    + " bytes of its bundle have come, and "
                    + here
                    + " are here");
      }
    }
  }
}
