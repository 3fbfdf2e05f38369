/// What people and scripts see of the command line.
@NullMarked
package dev.tombolo.agent.cli;

import org.jspecify.annotations.NullMarked;
