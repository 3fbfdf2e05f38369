package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.apply.ObjectFiles;
import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.AppliedShown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tombolo apply`.
@Command(
    name = "apply",
    description = {
      "Make or change what YAML files describe: Fleet, Site, DeviceSlot, Application, Rollout.",
      "All of it or nothing. What a file does not mention stays as it is."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo apply -f shops.yaml --dry-run",
      "  tombolo apply -f fleet.yaml -f shops.yaml",
      "  tombolo apply -f shops/ --prune --fleet retail --dry-run",
      "  make-shops | tombolo apply -f -",
      "",
      "A file:",
      "  apiVersion: tombolo.io/v1alpha1",
      "  kind: Fleet",
      "  metadata: {name: retail, displayName: All shops}",
      "  spec: {protected: true}",
      "  ---",
      "  apiVersion: tombolo.io/v1alpha1",
      "  kind: Site",
      "  metadata: {name: store-117, labels: {size: small}}",
      "  spec: {fleet: retail, timeZone: Europe/Berlin}",
      "  ---",
      "  apiVersion: tombolo.io/v1alpha1",
      "  kind: DeviceSlot",
      "  metadata: {name: counter-1}",
      "  spec: {site: store-117, parameters: {people-embedding: {port: 9117}}}",
      "",
      "  ---",
      "  apiVersion: tombolo.io/v1alpha1",
      "  kind: Rollout",
      "  metadata: {name: embedding-spring}",
      "  spec:",
      "    fleet: retail",
      "    release: people-embedding@1.5.0",
      "    waves: [{name: canary, devices: 5, soak: 30m}, {name: early, percent: 10}]",
      "",
      "A Rollout begins when it is applied; applied again it changes nothing. --prune leaves it.",
      "All fields: tombolo schema KIND. What would change: tombolo diff -f FILE."
    })
@SuppressWarnings("NullAway.Init")
final class ApplyCommand extends HubOptions implements Callable<Integer> {
  @Mixin private Confirmation confirmation;
  @Mixin private FilesOptions files;

  @Option(
      names = "--dry-run",
      description = "Say what would change and on how many devices, and change nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    ObjectFiles read = files.read();
    Screen screen = screen();
    try (HubClient hub = hub()) {
      AppliedShown applied =
          confirmation.guard(screen.person(), typed -> files.send(hub, read, dryRun, typed));
      screen.say(applied, () -> words(applied));
      applied.warnings().forEach(warning -> screen.hint("warning: " + warning));
      if (dryRun) {
        screen.hint("nothing was changed (--dry-run)");
      }
    }
    return Exit.OK;
  }

  private static String words(AppliedShown applied) {
    List<String> lines = new ArrayList<>(applied.changes());
    lines.addAll(AppliedWords.reach(applied));
    lines.addAll(AppliedWords.rollouts(applied));
    return String.join("\n", lines);
  }
}
