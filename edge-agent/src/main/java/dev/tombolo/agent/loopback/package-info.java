/// The endpoint on 127.0.0.1 where workloads hand in their results.
@NullMarked
package dev.tombolo.agent.loopback;

import org.jspecify.annotations.NullMarked;
