package dev.tombolo.hub.rollout;

/// A part of a rollout's devices that moves together.
///
/// @param gate stands behind it; that of the last wave opens nothing
public record Wave(String name, Pick pick, Gate gate) {}
