/// Offline kits on the device: opening one, and the folder it lies in until it has done what it
/// can.
@NullMarked
package dev.tombolo.agent.kit;

import org.jspecify.annotations.NullMarked;
