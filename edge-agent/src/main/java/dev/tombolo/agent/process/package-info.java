/// Workloads as processes: started in sessions of their own, adopted after a restart of the agent,
/// watched, reloaded and stopped.
@NullMarked
package dev.tombolo.agent.process;

import org.jspecify.annotations.NullMarked;
