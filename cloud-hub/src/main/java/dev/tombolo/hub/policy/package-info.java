/// Why a device is as it is.
@NullMarked
package dev.tombolo.hub.policy;

import org.jspecify.annotations.NullMarked;
