/// What runs, and how often it is tried.
@NullMarked
package dev.tombolo.agent.workload;

import org.jspecify.annotations.NullMarked;
