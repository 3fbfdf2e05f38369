/// The edge port, by Netty: TLS 1.3 with an optional client certificate, then HTTP or MQTT 5 by the
/// first byte. Nothing is decided here but what the wire itself forbids; what happened goes to the
/// hub's inbox, and effects come back.
@NullMarked
package dev.tombolo.hub.net;

import org.jspecify.annotations.NullMarked;
