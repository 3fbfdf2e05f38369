package dev.tombolo.protocol.id;

/// Which life of a hub's database a document comes from: the epoch grows with every restore or
/// promotion, the id is random per life.
public record History(long epoch, String id) {}
