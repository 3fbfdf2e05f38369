package dev.tombolo.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A release of one small file and no workload, for runs that are about something else.
public final class SmallRelease {
  public static final String NAME = "small";

  /// What a folder's release is written in.
  public static final String DRAFT = "release.yaml";

  private SmallRelease() {}

  /// Signs it with the hub folder's publisher key and pushes it.
  public static void push(RunningHub hub, String version) throws IOException, InterruptedException {
    push(hub, version, "publisher.key");
  }

  /// Signs it with another key in the hub's folder.
  public static void push(RunningHub hub, String version, String key)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(hub.folder().resolve(NAME + "-" + version));
    Files.writeString(folder.resolve("settings.txt"), "settings of version " + version + "\n");
    push(
        hub,
        folder,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: small, version: "%s"}
        spec:
          kind: app
          variants:
            - files: [{from: settings.txt}]
              parameters: [{name: threshold, type: text, default: "0"}]
        """
            .formatted(version),
        key);
  }

  /// Signs and pushes what a release's yaml says of the files in this folder.
  public static void push(RunningHub hub, Path folder, String yaml)
      throws IOException, InterruptedException {
    push(hub, folder, yaml, "publisher.key");
  }

  private static void push(RunningHub hub, Path folder, String yaml, String key)
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve(DRAFT), yaml);
    push(hub, folder, sign(hub, folder, key));
  }

  /// Signs the `release.yaml` in this folder with the hub folder's publisher key.
  ///
  /// @return the envelope's file
  public static Path sign(RunningHub hub, Path folder) throws IOException, InterruptedException {
    return sign(hub, folder, "publisher.key");
  }

  private static Path sign(RunningHub hub, Path folder, String key)
      throws IOException, InterruptedException {
    Path envelope = folder.resolve("signed.release.json");
    hub.cli(
        "release",
        "sign",
        "-f",
        folder.resolve(DRAFT).toString(),
        "--key",
        key,
        "--out",
        envelope.toString());
    return envelope;
  }

  /// Pushes what was signed. Safe to repeat.
  public static void push(RunningHub hub, Path folder, Path envelope)
      throws IOException, InterruptedException {
    hub.cli("release", "push", envelope.toString(), "--files", folder.toString());
  }
}
