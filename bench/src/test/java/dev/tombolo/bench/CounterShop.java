package dev.tombolo.bench;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.ResultRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/// A shop whose workload counts and hands each number in: what it was told is kept must be at the
/// hub, whatever became of the disk.
final class CounterShop {
  static final Duration LIMIT = Duration.ofMinutes(5);
  static final int MEGABYTE = 1024 * 1024;
  private static final Pattern PID = Pattern.compile("\"pid\":([1-9][0-9]*)");

  private CounterShop() {}

  /// Every number up to this one is at the hub.
  static void awaitAtTheHub(RunningHub hub, long last) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "results 1 to " + last + " at the hub; " + hub.process().tail(),
        () ->
            new HashSet<>(numbers(hub))
                .containsAll(LongStream.rangeClosed(1, last).boxed().toList()));
  }

  /// Every number of which the hub has a result, in the order of their rows.
  static List<Long> numbers(RunningHub hub) throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (HubClient client = hub.client()) {
      long cursor = 0;
      List<ResultRow> rows;
      do {
        rows = client.list(ResultRow.class, "/results?after=" + cursor);
        for (ResultRow row : rows) {
          numbers.add(Long.valueOf(row.json().replaceAll("[^0-9]", "")));
          cursor = row.cursor();
        }
      } while (!rows.isEmpty());
    }
    return numbers;
  }

  static long accepted(RunningAgent agent) throws IOException {
    Path file = agent.data().resolve("apps/counter/work/accepted");
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  static long waiting(RunningAgent agent) throws Exception {
    Matcher waiting =
        Pattern.compile("\"waiting\":([0-9]+)").matcher(agent.look("status", "--json"));
    return waiting.find() ? Long.parseLong(waiting.group(1)) : 0;
  }

  static void awaitStatus(RunningAgent agent, String text) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> text + "; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains(text));
  }

  /// Of the workload, which an agent that has just started may not have found yet.
  static String pid(RunningAgent agent) throws InterruptedException {
    return Await.until(
        LIMIT,
        () -> "a workload's process; " + agent.process().tail(),
        () -> {
          Matcher pid = PID.matcher(agent.look("status", "--json"));
          return pid.find() ? pid.group(1) : null;
        });
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
