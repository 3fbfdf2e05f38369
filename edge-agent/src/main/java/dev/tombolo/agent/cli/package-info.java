/// The command line `tombolo-agent`.
@NullMarked
package dev.tombolo.agent.cli;

import org.jspecify.annotations.NullMarked;
