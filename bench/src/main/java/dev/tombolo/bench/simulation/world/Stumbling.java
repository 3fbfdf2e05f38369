package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentLoop;
import dev.tombolo.agent.core.Standing;
import dev.tombolo.protocol.reason.Reason;

/// Hears what an agent's loop says of itself. Stumbling over a bug ends the simulation.
final class Stumbling implements AgentLoop.Watcher {
  private final Device device;

  Stumbling(Device device) {
    this.device = device;
  }

  @Override
  public void storeFailed(Reason reason) {
    device.world.say(device.number(), "the store fails: " + reason);
  }

  @Override
  public void storeRecovered() {
    device.world.say(device.number(), "the store is well again");
  }

  @Override
  public void stands(Standing standing) {}

  @Override
  public void stumbled(String over, RuntimeException failure) {
    throw device.world.bug(device.number(), "the agent stumbled over " + over, failure);
  }
}
