package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A shop whose workload counts and hands each number in: what it was told is kept must be at the
/// hub, whatever became of the disk.
final class CounterShop {
  static final Duration LIMIT = Duration.ofSeconds(120);
  static final int MEGABYTE = 1024 * 1024;
  private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

  private CounterShop() {}

  /// Every number up to this one is at the hub.
  static void awaitAtTheHub(RunningHub hub, long last) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "results 1 to " + last + " at the hub; " + hub.process().tail(),
        () -> {
          String rows = hub.cli("results", "tail", "--last", "1000", "--json");
          for (long n = 1; n <= last; n++) {
            if (!Pattern.compile("n\\\\*\":" + n + "[^0-9]").matcher(rows).find()) {
              return false;
            }
          }
          return true;
        });
  }

  static long accepted(RunningAgent agent) throws IOException {
    Path file = agent.data().resolve("apps/counter/work/accepted");
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  static long waiting(RunningAgent agent) throws Exception {
    Matcher waiting =
        Pattern.compile("\"waiting\":([0-9]+)").matcher(agent.cli("status", "--json").out());
    return waiting.find() ? Long.parseLong(waiting.group(1)) : 0;
  }

  static void awaitStatus(RunningAgent agent, String text) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> text + "; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains(text));
  }

  static String pid(RunningAgent agent) throws Exception {
    Matcher pid = PID.matcher(agent.cli("status", "--json").out());
    assertThat(pid.find()).isTrue();
    return pid.group(1);
  }

  /// A workload that counts, hands each number in, and notes those that were taken.
  static void push(RunningHub hub, String version, int bytes) throws Exception {
    Path release = Files.createDirectories(hub.folder().resolve("counter-" + version));
    byte[] payload = new byte[bytes];
    new Random(bytes).nextBytes(payload);
    Files.write(release.resolve("payload.bin"), payload);
    Files.writeString(
        release.resolve("serve.sh"),
        """
        n=1
        while :; do
          if curl -s -f -m 5 -o /dev/null -d "{\\"n\\":$n}" "$1"; then
            echo $n >>accepted
            n=$((n + 1))
          fi
          sleep 0.1
        done
        """);
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: counter, version: "%s"}
        spec:
          kind: app
          variants:
            - files: [{from: serve.sh}, {from: payload.bin}]
              workload:
                type: process
                argv: [/bin/sh, "${release.dir}/serve.sh", "${loopback.url}"]
                startup: 20s
                soak: 1s
                stopGrace: 2s
        """
            .formatted(version));
  }
}
