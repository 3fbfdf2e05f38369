package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.http.api.ProgramVersion;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `tombolo version`.
@Command(
    name = "version",
    description = "Print this program's version.",
    footerHeading = "%nExample:%n",
    footer = "  tombolo version --json")
@SuppressWarnings("NullAway.Init")
final class VersionCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Override
  public Integer call() {
    ProgramVersion version =
        new ProgramVersion(
            Objects.requireNonNullElse(
                VersionCommand.class.getPackage().getImplementationVersion(), "unpackaged"),
            Runtime.version().toString());
    common.screen().say(version, () -> "tombolo " + version.tombolo() + ", Java " + version.java());
    return Exit.OK;
  }
}
