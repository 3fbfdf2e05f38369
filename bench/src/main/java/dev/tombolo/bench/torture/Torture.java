package dev.tombolo.bench.torture;

import picocli.CommandLine.Command;

/// `./tombolo torture ...`
@Command(
    name = "torture",
    description = "Real faults on real processes.",
    mixinStandardHelpOptions = true,
    subcommands = {BundleTorture.class, KillTorture.class, PowerTorture.class})
public final class Torture {}
