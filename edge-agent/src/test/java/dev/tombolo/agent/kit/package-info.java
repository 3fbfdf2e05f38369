/// Tests of kits on the device.
@NullMarked
package dev.tombolo.agent.kit;

import org.jspecify.annotations.NullMarked;
