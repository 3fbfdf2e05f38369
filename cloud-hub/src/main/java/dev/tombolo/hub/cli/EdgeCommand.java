package dev.tombolo.hub.cli;

import picocli.CommandLine.Command;

/// `tombolo edge`: the same commands for those who look for them under "edge".
@Command(
    name = "edge",
    description = "Commands about edge devices.",
    subcommands = {TokenCommand.class})
final class EdgeCommand extends CommandGroup {}
