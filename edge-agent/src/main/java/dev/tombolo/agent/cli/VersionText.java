package dev.tombolo.agent.cli;

import dev.tombolo.agent.daemon.AgentVersion;
import picocli.CommandLine.IVersionProvider;

/// `--version`.
final class VersionText implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"tombolo-agent " + AgentVersion.text()};
  }
}
