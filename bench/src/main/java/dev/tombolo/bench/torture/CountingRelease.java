package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// A release whose workload counts, hands each number in as a result, and writes down which of them
/// the agent promised to keep. A few megabytes big, so that a fetch takes a while.
final class CountingRelease {
  static final String NAME = "counter";

  /// A version that every agent rolls back: its probe never passes.
  static final String BAD = "bad";

  private static final int PAYLOAD_BYTES = 2_000_000;

  private CountingRelease() {}

  static void push(RunningHub hub, String version) throws IOException, InterruptedException {
    Path folder = draft(hub, version);
    SmallRelease.push(hub, folder, SmallRelease.sign(hub, folder));
  }

  /// The files of a version and their `release.yaml`, not signed yet.
  ///
  /// @return their folder
  static Path draft(RunningHub hub, String version) throws IOException {
    Path folder = folder(hub, version);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("version.txt"), version);
    byte[] payload = new byte[PAYLOAD_BYTES];
    new Random(version.hashCode()).nextBytes(payload);
    Files.write(folder.resolve("payload.bin"), payload);
    Path script = folder.resolve("serve.sh");
    Files.writeString(
        script,
        """
        #!/bin/sh
        # serve.sh WORK-FOLDER RESULTS-URL: counts, hands the numbers in, notes which were taken.
        work=$1 results=$2
        n=$(cat "$work/count" 2>/dev/null || echo 0)
        while :; do
          n=$((n + 1))
          echo "$n" >"$work/count.new" && mv "$work/count.new" "$work/count"
          if curl -s -f -m 2 -o /dev/null -H "Authorization: Bearer $TOMBOLO_LOOPBACK_TOKEN" \\
            -H 'Content-Type: application/json' -d "{\\"n\\":$n}" "$results"; then
            echo "$n" >>"$work/accepted"
          fi
          sleep 0.1
        done
        """);
    if (!script.toFile().setExecutable(true)) {
      throw new IOException(script + " cannot be made executable");
    }
    Files.writeString(
        folder.resolve(SmallRelease.DRAFT),
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: counter, version: "%s"}
        spec:
          kind: app
          variants:
            - files: [{from: serve.sh, executable: true}, {from: version.txt}, {from: payload.bin}]
              workload:
                type: process
                argv: ["${release.dir}/serve.sh", "${work.dir}", "${loopback.url}/v1/results/counter"]
                probes:
                  - {name: counts, every: 1s, timeout: 2s, exec: [/usr/bin/test, -s, "${work.dir}/%s"]}
                startup: %s
                soak: 1s
                stopGrace: 2s
        """
            .formatted(
                version,
                version.equals(BAD) ? "never" : "count",
                version.equals(BAD) ? "1s" : "20s"));
    return folder;
  }

  static Path folder(RunningHub hub, String version) {
    return hub.folder().resolve(NAME + "-" + version);
  }
}
