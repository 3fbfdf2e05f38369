package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.http.api.ProgramVersion;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/// `tombolo version`.
@Command(
    name = "version",
    description = "Print this program's version.",
    footerHeading = "%nExample:%n",
    footer = "  tombolo version --json")
@SuppressWarnings("NullAway.Init")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  @Mixin private Common common;

  @Override
  public Integer call() {
    ProgramVersion version = version();
    common.screen().say(version, () -> words(version));
    return Exit.OK;
  }

  /// For `tombolo --version`.
  @Override
  public String[] getVersion() {
    return new String[] {words(version())};
  }

  private static ProgramVersion version() {
    return new ProgramVersion(
        Objects.requireNonNullElse(
            VersionCommand.class.getPackage().getImplementationVersion(), "unpackaged"),
        Runtime.version().toString());
  }

  private static String words(ProgramVersion version) {
    return "tombolo " + version.tombolo() + ", Java " + version.java();
  }
}
