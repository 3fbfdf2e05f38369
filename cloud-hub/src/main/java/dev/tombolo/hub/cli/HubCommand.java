package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.daemon.DataDamaged;
import dev.tombolo.hub.daemon.HubDaemon;
import dev.tombolo.hub.daemon.HubFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tombolo hub`.
@Command(
    name = "hub",
    subcommands = {
      BackupCommand.class,
      RestoreCommand.class,
      CaCommand.class,
      BrokerConfigCommand.class,
    },
    description = {
      "Run the hub until SIGTERM. Everything it keeps is in one folder, made at the first start"
          + " together with its own CA.",
      "Prints one line when it is ready."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo hub --data /var/lib/tombolo",
      "  tombolo hub --data ./hub --config hub.yaml",
      "  tombolo hub --data ./hub --endpoint hub.example.com:443",
      "  tombolo hub backup --data ./hub --out hub.tombolo",
      "  tombolo hub restore --from hub.tombolo --data ./hub-again",
      "  tombolo hub broker-config mosquitto --data ./hub --host broker.example.com --out ./broker",
    })
@SuppressWarnings("NullAway.Init")
final class HubCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of database, CA and release files.")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration; default: hub.yaml in the data folder, if it is there.")
  private @Nullable Path config;

  @Option(
      names = "--edge-port",
      paramLabel = "PORT",
      description = "Port for devices; 0: any free one. Default: 8443.")
  private @Nullable Integer edgePort;

  @Option(
      names = "--admin-port",
      paramLabel = "PORT",
      description = "Port for operators; 0: any free one. Default: 8480, loopback.")
  private @Nullable Integer adminPort;

  @Option(
      names = "--endpoint",
      paramLabel = "HOST:PORT",
      description = "Where devices reach this hub; told in join tokens. May be given again.")
  private List<String> endpoints = new ArrayList<>();

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description = "A host name or address in the hub's certificate. May be given again.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--share",
      paramLabel = "DIR",
      description = "Folder with install.sh and packages/, given to anybody at the edge port.")
  private @Nullable Path share;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (HubDaemon daemon = HubDaemon.start(configured())) {
      // Java runs this on SIGTERM and SIGINT, and ends the process when it returns.
      Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "shutdown"));
      common.screen().out().println(daemon.readyLine());
      common.screen().out().flush();
      daemon.awaitClosed();
    } catch (DataDamaged e) {
      throw new Failure(Exit.DATA_DAMAGED, "database-damaged", String.valueOf(e.getMessage()), e);
    } catch (HubFailed e) {
      throw new Failure(Exit.REFUSED, "failed", String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw Failure.refused("start", String.valueOf(e.getMessage()));
    }
    return Exit.OK;
  }

  private HubConfig configured() throws IOException {
    if (data == null) {
      throw Failure.usage("--data is missing: say in which folder the hub keeps everything");
    }
    Path usual = data.resolve("hub.yaml");
    Path file = config == null && Files.exists(usual) ? usual : config;
    if (file != null && !Files.exists(file)) {
      throw new Failure(
          Exit.NOT_FOUND, "not-found", "--config: there is no file " + file + "; check the path");
    }
    HubConfig read = file == null ? HubConfig.usual(data) : HubConfig.load(file, data);
    if (edgePort != null) {
      read = read.withEdgePort(port("--edge-port", edgePort));
    }
    if (adminPort != null) {
      read = read.withAdminPort(port("--admin-port", adminPort));
    }
    if (!endpoints.isEmpty()) {
      HubConfig.faultOf(endpoints)
          .ifPresent(
              fault -> {
                throw Failure.usage("--endpoint: " + fault);
              });
      read = read.withEndpoints(endpoints);
    }
    if (!names.isEmpty()) {
      read = read.withNames(names);
    }
    if (share != null) {
      read = read.withShare(share);
    }
    return read;
  }

  private static int port(String option, int port) {
    if (port < 0 || port > 65_535) {
      throw Failure.usage(option + ": " + port + " is not a port; use 1-65535, or 0 for any");
    }
    return port;
  }
}
