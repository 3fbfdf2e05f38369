package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentClock;
import dev.tombolo.agent.core.Now;
import dev.tombolo.bench.simulation.engine.Scheduler;

/// A device's clocks. The wall clock may be wrong and jump; the monotonic one counts from the boot.
final class DeviceClock implements AgentClock {
  private static final long BOOT_MILLIS = 5_000;

  private final Scheduler scheduler;
  private long offMillis;
  private long bootedMillis;

  DeviceClock(Scheduler scheduler) {
    this.scheduler = scheduler;
    booted();
  }

  void booted() {
    bootedMillis = scheduler.now() - BOOT_MILLIS;
  }

  void setOff(long millis) {
    offMillis = millis;
  }

  long offMillis() {
    return offMillis;
  }

  @Override
  public Now now() {
    long now = scheduler.now();
    return new Now(now + offMillis, now - bootedMillis);
  }
}
