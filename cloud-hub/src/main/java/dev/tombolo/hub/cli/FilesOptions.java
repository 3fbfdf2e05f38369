package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.apply.ObjectFiles;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.client.Refused;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.http.api.AppliedShown;
import dev.tombolo.hub.http.api.ApplyAsk;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.PruneBody;
import dev.tombolo.hub.objects.ObjectsYaml;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Files of objects, and what goes that is not in them.
@Command
@SuppressWarnings("NullAway.Init")
final class FilesOptions {
  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description =
          "A YAML file, a folder of them, or - for standard input; several are one change.")
  private List<String> files;

  @Option(
      names = "--prune",
      description =
          "Also remove what these files leave out, in the fleets that --fleet names. What is in"
              + " use stays, and the whole change is refused.")
  private boolean prune;

  @Option(
      names = "--fleet",
      paramLabel = "FLEET",
      description = "With --prune: the fleet to remove from; may be given again.")
  private List<String> fleets = new ArrayList<>();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "With --prune: remove only objects of this kind (Fleet, Site, DeviceSlot, which may"
              + " be called Device, Application); may be given again. Else all kinds but Fleet.")
  private List<String> kinds = new ArrayList<>();

  /// Tells the hub.
  ///
  /// @param typed the name of a protected fleet
  AppliedShown send(HubClient hub, ObjectFiles read, boolean isDryRun, @Nullable String typed) {
    try {
      return hub.post(
          AppliedShown.class,
          "/apply",
          new ApplyAsk(read.objects(), isDryRun, typed, prune ? pruned(read.objects()) : null));
    } catch (Refused refused) {
      throw placed(refused, read);
    }
  }

  ObjectFiles read() throws IOException {
    if (!prune && !(fleets.isEmpty() && kinds.isEmpty())) {
      throw Failure.usage("--fleet and --kind say what --prune removes; give --prune, too");
    }
    if (prune && fleets.isEmpty()) {
      throw Failure.usage("say which fleet --prune may remove from: --fleet FLEET");
    }
    kinds.replaceAll(ObjectsYaml::kindOf);
    for (String kind : kinds) {
      if (kind.equals("Rollout")) {
        throw Failure.usage("rollouts are never pruned; end one with 'tombolo rollout abort'");
      }
      if (!ObjectsYaml.KINDS.contains(kind)) {
        throw Failure.usage(
            "there is no kind '"
                + kind
                + "'"
                + NearMiss.of(kind, ObjectsYaml.KINDS)
                    .map(meant -> "; did you mean '" + meant + "'?")
                    .orElse("; use one of " + String.join(", ", ObjectsYaml.KINDS)));
      }
    }
    return ObjectFiles.read(files);
  }

  private PruneBody pruned(List<ObjectBody> objects) {
    List<String> known =
        objects.stream()
            .flatMap(
                object ->
                    object.kind().equals("Fleet")
                        ? Stream.of(object.name())
                        : Stream.ofNullable(object.fleet()))
            .distinct()
            .toList();
    boolean mayGo = kinds.contains("Fleet");
    for (String fleet : fleets) {
      if (!mayGo && !known.contains(fleet)) {
        // A slip here would empty the wrong fleet.
        throw Failure.usage(
            "nothing in the files is of fleet '"
                + fleet
                + "'"
                + NearMiss.of(fleet, known)
                    .map(meant -> "; did you mean '" + meant + "'?")
                    .orElse("; to remove all of it, name --kind Fleet, too"));
      }
    }
    return new PruneBody(
        fleets, kinds.isEmpty() ? List.of("Site", "DeviceSlot", "Application") : kinds);
  }

  /// The refusal, at the line of the file that it speaks of.
  private static RuntimeException placed(Refused refused, ObjectFiles read) {
    if (refused.reason() instanceof Reason.ProtectedFleet) {
      return refused;
    }
    Optional<YamlFault> exact =
        refused.reason() instanceof Reason.InputInvalid invalid
            ? read.fault(
                invalid.field(), "'" + invalid.value() + "' is not valid; " + invalid.fix())
            : Optional.empty();
    return exact
        .or(() -> read.faultOf(String.valueOf(refused.getMessage())))
        .<RuntimeException>map(
            fault ->
                new Failure(refused.exit(), refused.code(), String.valueOf(fault.getMessage())))
        .orElse(refused);
  }
}
