package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.apply.ObjectsYaml;
import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.client.Refused;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.http.api.ApplyAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tombolo apply`.
@Command(
    name = "apply",
    description = {
      "Make or change what YAML files describe: Fleet, Site, DeviceSlot, Application.",
      "All of it or nothing. What a file does not mention stays as it is."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo apply -f shops.yaml --dry-run",
      "  tombolo apply -f fleet.yaml -f shops.yaml",
      "  make-shops | tombolo apply -f -",
      "",
      "A file:",
      "  apiVersion: tombolo.dev/v1",
      "  kind: Fleet",
      "  metadata: {name: retail, displayName: All shops}",
      "  spec: {protected: true}",
      "  ---",
      "  apiVersion: tombolo.dev/v1",
      "  kind: Site",
      "  metadata: {name: store-117, labels: {size: small}}",
      "  spec: {fleet: retail, timeZone: Europe/Berlin}",
      "  ---",
      "  apiVersion: tombolo.dev/v1",
      "  kind: DeviceSlot",
      "  metadata: {name: counter-1}",
      "  spec: {site: store-117, parameters: {people-embedding: {port: 9117}}}"
    })
@SuppressWarnings("NullAway.Init")
final class ApplyCommand extends HubOptions implements Callable<Integer> {
  @Mixin private Confirmation confirmation;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "A YAML file, or - for standard input; several are one change.")
  private List<String> files;

  @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    List<ObjectBody> objects = new ArrayList<>();
    List<ObjectsYaml> sources = new ArrayList<>();
    for (String file : files) {
      ObjectsYaml source = ObjectsYaml.read(file.equals("-") ? "standard input" : file, read(file));
      sources.add(source);
      objects.addAll(source.objects());
    }
    Screen screen = screen();
    try (HubClient hub = hub()) {
      Changes changes =
          confirmation.guard(
              screen.person(),
              typed -> hub.post(Changes.class, "/apply", new ApplyAsk(objects, dryRun, typed)));
      screen.say(changes, () -> String.join("\n", changes.changes()));
      if (dryRun) {
        screen.hint("nothing was changed (--dry-run)");
      }
    } catch (Refused refused) {
      throw placed(refused, sources);
    }
    return Exit.OK;
  }

  /// The refusal, at the line of the file that it speaks of.
  private static RuntimeException placed(Refused refused, List<ObjectsYaml> sources) {
    if (refused.reason() instanceof Reason.InputInvalid invalid) {
      for (ObjectsYaml source : sources) {
        Optional<YamlFault> fault =
            source.fault(
                invalid.field(), "'" + invalid.value() + "' is not valid; " + invalid.fix());
        if (fault.isPresent()) {
          return fault.get();
        }
      }
    }
    return refused;
  }

  private static String read(String file) throws IOException {
    if (file.equals("-")) {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try {
      return Files.readString(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new Failure(Exit.NOT_FOUND, "not-found", "there is no file " + file, e);
    } catch (IOException e) {
      throw new Failure(
          Exit.REFUSED, "unreadable", "cannot read " + file + " as UTF-8 text: " + e, e);
    }
  }
}
