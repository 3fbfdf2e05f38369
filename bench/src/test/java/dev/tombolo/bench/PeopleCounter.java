package dev.tombolo.bench;

import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The release `counter@1`: its workload counts some times a second, hands each number in as a
/// result `{"n":N}` on the channel `people` until it is taken, and keeps the last one in
/// `work/count`.
final class PeopleCounter {
  private PeopleCounter() {}

  static void push(RunningHub hub) throws IOException, InterruptedException {
    Path release = Files.createDirectories(hub.folder().resolve("counter-1"));
    Path script = release.resolve("count.sh");
    Files.writeString(
        script,
        """
        #!/bin/sh
        # count.sh WORK-FOLDER RESULTS-URL: counts; a number that is not taken is handed in again.
        n=0
        while :; do
          n=$((n + 1))
          until curl -s -f -m 2 -o /dev/null -H "Authorization: Bearer $TOMBOLO_LOOPBACK_TOKEN" \\
            -H 'Content-Type: application/json' -d "{\\"n\\":$n}" "$2"; do sleep 0.2; done
          echo "$n" >"$1/count.new" && mv "$1/count.new" "$1/count"
          sleep 0.2
        done
        """);
    if (!script.toFile().setExecutable(true)) {
      throw new IOException(script + " cannot be made executable");
    }
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: counter, version: "1"}
        spec:
          kind: app
          variants:
            - files: [{from: count.sh, executable: true}]
              workload:
                type: process
                argv: ["${release.dir}/count.sh", "${work.dir}", "${loopback.url}/v1/results/people"]
                probes: [{name: "true", every: 5s, timeout: 2s, exec: [/bin/true]}]
                startup: 20s
                soak: 1s
                stopGrace: 1s
        """);
  }
}
