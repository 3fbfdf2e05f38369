package dev.tombolo.agent.core;

/// Where jitter comes from: the machine's randomness, or a seed in the simulation.
public interface RandomDraw {
  /// 0 (inclusive) to 1 (exclusive).
  double next();
}
