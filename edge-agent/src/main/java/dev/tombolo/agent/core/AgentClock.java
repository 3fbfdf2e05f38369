package dev.tombolo.agent.core;

/// Reads the machine's clocks, for the loop only.
public interface AgentClock {
  Now now();
}
