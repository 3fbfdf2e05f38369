/// Programs of the device: what runs (by `/proc`), the folders and the environment they get, and
/// bounded runs of short ones. Linux only. Used by the adapters that run programs.
@NullMarked
package dev.tombolo.agent.session;

import org.jspecify.annotations.NullMarked;
