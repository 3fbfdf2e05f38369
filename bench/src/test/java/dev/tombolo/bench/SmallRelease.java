package dev.tombolo.bench;

import dev.tombolo.bench.process.RunningHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A release of one small file and no workload, for tests that are about something else.
final class SmallRelease {
  private SmallRelease() {}

  /// Signs it with the hub folder's publisher key and pushes it.
  static void push(RunningHub hub, String version) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(hub.folder().resolve("small-" + version));
    Files.writeString(folder.resolve("settings.txt"), "settings of version " + version + "\n");
    Files.writeString(
        folder.resolve("release.yaml"),
        """
        name: small
        version: "%s"
        kind: app
        fleets: ["*"]
        variants:
          - os: linux
            architecture: any
            files: ["settings.txt"]
            workload: {type: none}
            parameters: [{name: threshold, type: text, default: "0"}]
        """
            .formatted(version));
    Path envelope = folder.resolve("small.json");
    hub.cli(
        "release",
        "sign",
        "-f",
        folder.resolve("release.yaml").toString(),
        "--key",
        "publisher.key",
        "--out",
        envelope.toString());
    hub.cli("release", "push", envelope.toString(), "--files", folder.toString());
  }
}
