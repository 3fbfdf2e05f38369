/// What travels over MQTT: one sealed type a topic.
@NullMarked
package dev.tombolo.protocol.message;

import org.jspecify.annotations.NullMarked;
