package dev.tombolo.hub.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A publisher's folder with a small release in it: a model file, a program, a `release.yaml`.
final class ReleaseFolder {
  static final String YAML =
      """
      apiVersion: tombolo.dev/v1
      kind: Release
      metadata:
        name: people-embedding
        version: "1.0.0"
      spec:
        kind: model
        description: finds similar sentences
        variants:
          - architecture: any
            files:
              - from: model/**
              - {from: run.sh, to: bin/, executable: true}
            parameters:
              - {name: port, type: integer, default: 9000, min: 1024, max: 65535}
            workload:
              type: process
              argv: ["${release.dir}/bin/run.sh", "${param.port}"]
              startup: 30s
              soak: 2s
              probes:
                - name: ready
                  http: {port: "${param.port}", path: /healthz}
                  every: 1s
                  timeout: 1s
                  restartAfter: 5
      """;

  private final Path folder;

  ReleaseFolder(Path folder) throws IOException {
    this.folder = folder;
    write("model/weights.onnx", "weights 1");
    write("model/vocabulary/tokens.txt", "a b c");
    write("run.sh", "#!/bin/sh\n");
    write("release.yaml", YAML);
  }

  Path at(String path) {
    return folder.resolve(path);
  }

  String text(String path) {
    return at(path).toString();
  }

  void write(String path, String content) throws IOException {
    Files.createDirectories(at(path).getParent());
    Files.writeString(at(path), content);
  }

  /// The usual `release.yaml` with one part replaced.
  void changeYaml(String part, String by) throws IOException {
    if (!YAML.contains(part)) {
      throw new IllegalArgumentException("not in the yaml: " + part);
    }
    write("release.yaml", YAML.replace(part, by));
  }

  /// Makes `publisher.key` and `publisher.root.json`.
  ReleaseFolder withKeys(Cli cli) {
    cli.run("keys", "new", "--out", text("publisher"));
    return this;
  }

  Cli.Said sign(Cli cli, String... more) {
    String[] args =
        new String[] {
          "release",
          "sign",
          "-f",
          text("release.yaml"),
          "--key",
          text("publisher.key"),
          "--out",
          text("dist")
        };
    String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return cli.run(all);
  }

  Path envelope() {
    return at("dist/people-embedding-1.0.0.release.json");
  }
}
