package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubAddress;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Screen;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// What every command that asks the hub has.
@Command
@SuppressWarnings("NullAway.Init")
abstract class HubOptions {
  @Mixin private Common common;
  @Mixin private HubAddress address;

  final Screen screen() {
    return common.screen();
  }

  /// What `--data` names.
  final Optional<Path> dataFolder() {
    return address.dataFolder();
  }

  final HubClient hub() {
    return address.client();
  }
}
