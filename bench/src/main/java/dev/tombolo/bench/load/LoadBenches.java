package dev.tombolo.bench.load;

import dev.tombolo.bench.artefact.ArtefactBench;
import picocli.CommandLine.Command;

/// `./tombolo bench ...`
@Command(
    name = "bench",
    description = "Measures hub and agent on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      AgentBench.class,
      ApplyBench.class,
      ArtefactBench.class,
      DurableBench.class,
      FanoutBench.class,
      MemoryBench.class,
      ReconnectBench.class,
      SettingsBench.class,
      SiteBench.class,
      RolloutBench.class
    })
public final class LoadBenches {}
