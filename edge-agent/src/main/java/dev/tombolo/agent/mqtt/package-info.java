/// The line to the hub: MQTT 5 by Eclipse Paho over a transport of our own (WebSocket or plain, TLS
/// 1.3, HTTP CONNECT proxies). Callbacks only parse and hand over to the inbox.
@NullMarked
package dev.tombolo.agent.mqtt;

import org.jspecify.annotations.NullMarked;
