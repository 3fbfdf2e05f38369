package dev.tombolo.agent.core;

import java.util.List;

/// What one event leads to: first the changes become durable, then the effects are done.
public record Step(List<AgentChange> changes, List<AgentEffect> effects) {}
