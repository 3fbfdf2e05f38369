package dev.tombolo.agent.workload;

/// A process that cannot be mistaken for a later one with the same pid.
///
/// @param bootId of the machine (`/proc/sys/kernel/random/boot_id`)
/// @param startTicks field 22 of `/proc/PID/stat`
public record ProcessIdentity(String bootId, long pid, long startTicks) {}
