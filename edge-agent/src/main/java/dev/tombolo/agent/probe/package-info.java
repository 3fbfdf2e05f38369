/// Checks of running workloads: by a program, by HTTP, by a TCP connection.
@NullMarked
package dev.tombolo.agent.probe;

import org.jspecify.annotations.NullMarked;
