/// Who a device is: its standing, certificates and presence.
@NullMarked
package dev.tombolo.hub.device;

import org.jspecify.annotations.NullMarked;
