/// `tombolo`: the operators' command line, and the command that runs the hub. It talks to the hub
/// only over the admin API; signing needs no hub at all.
@NullMarked
package dev.tombolo.hub.cli;

import org.jspecify.annotations.NullMarked;
