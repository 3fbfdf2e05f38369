/// Decides what runs: start, stop, restart, reload, adopt. Pure.
@NullMarked
package dev.tombolo.agent.workload;

import org.jspecify.annotations.NullMarked;
