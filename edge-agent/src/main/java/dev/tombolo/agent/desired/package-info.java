/// Decides which desired document is in force. Pure.
@NullMarked
package dev.tombolo.agent.desired;

import org.jspecify.annotations.NullMarked;
