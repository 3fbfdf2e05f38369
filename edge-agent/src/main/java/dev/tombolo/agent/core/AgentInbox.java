package dev.tombolo.agent.core;

/// Where every adapter hands in what happened, from any thread. What an adapter may have under way
/// is bounded by the effects it was given, so the inbox is too.
public interface AgentInbox {
  void offer(AgentEvent event);
}
