/// A shop's bad line: a TCP proxy between agent and hub that can be cut, stalled and throttled
/// while it runs. No root, no flag in hub or agent.
@NullMarked
package dev.tombolo.bench.line;

import org.jspecify.annotations.NullMarked;
