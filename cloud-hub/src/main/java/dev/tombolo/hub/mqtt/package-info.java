/// The hub at an existing MQTT 5 broker, by Eclipse Paho: the same topics and messages as at the
/// edge port. The broker's ACL vouches for who says what.
@NullMarked
package dev.tombolo.hub.mqtt;

import org.jspecify.annotations.NullMarked;
