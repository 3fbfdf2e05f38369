package dev.tombolo.protocol.message;

import dev.tombolo.protocol.id.History;

/// At an external broker, the hub's sign of life: retained on
/// [dev.tombolo.protocol.Topics#HUB_BEACON], which every device may read. A device that sees a boot
/// id other than the one its birth was for says its birth again, after a random share of
/// `spreadSeconds`: the hub that it told is gone.
///
/// @param bootId random per connection of the hub to the broker
public record HubBeacon(History history, String bootId, int spreadSeconds) {}
