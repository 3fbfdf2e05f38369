package dev.tombolo.agent.cli;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.kit.KitApply;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// What became of a kit after it was handed over: the agent takes it up, walks its releases to live
/// or refuses them, and then removes the kit's folder.
final class KitOutcome {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Path data;
  private final KitApply.Placed placed;
  private final boolean json;
  private final boolean isSeen;
  private final PrintWriter out;
  private final PrintWriter errors;
  private String said = "";

  KitOutcome(
      Path data,
      KitApply.Placed placed,
      boolean json,
      boolean isSeen,
      PrintWriter out,
      PrintWriter errors) {
    this.data = data;
    this.placed = placed;
    this.json = json;
    this.isSeen = isSeen;
    this.out = out;
    this.errors = errors;
  }

  int await(int seconds) throws IOException {
    if (!json) {
      out.println(
          "kit %s of %s is whole and for this device: revision %d, %d %s, %d bytes%s"
              .formatted(
                  placed.header().id(),
                  Instant.ofEpochMilli(placed.header().createdMillis()),
                  placed.revision(),
                  placed.files(),
                  placed.files() == 1 ? "file" : "files",
                  placed.bytes(),
                  placed.bundles() == 0
                      ? ""
                      : ", from " + placed.bundleBytes() + " bytes of what changed"));
      out.flush();
    }
    DeviceStanding standing = DeviceStanding.of(data);
    if (!standing.running()) {
      return say(
          standing,
          "handed-over",
          "the agent does not run; it takes the kit up when it starts: systemctl start"
              + " tombolo-agent",
          ExitCode.OK);
    }
    if (seconds <= 0) {
      return say(
          standing,
          "handed-over",
          "the agent takes it up within seconds; see: tombolo-agent status",
          ExitCode.OK);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Path folder = new AgentFolders(data).kits().resolve(placed.header().id());
    while (Files.isDirectory(folder) && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
      standing = DeviceStanding.of(data);
      show(standing);
    }
    if (Files.isDirectory(folder)) {
      return say(
          standing,
          "under-way",
          "not all of it is live after " + seconds + " s; it goes on by itself: tombolo-agent why",
          ExitCode.FAILED);
    }
    return ended(DeviceStanding.of(data));
  }

  private int ended(DeviceStanding standing) {
    boolean isInForce =
        standing.state().map(it -> placed.manifest().equals(it.manifest())).orElse(false);
    if (!isInForce) {
      return say(
          standing, "refused", "its document is not in force: tombolo-agent why", ExitCode.FAILED);
    }
    boolean isLive =
        applications(standing).stream()
            .allMatch(
                it ->
                    it.phase() == ApplicationStatus.Phase.LIVE
                        && it.wanted() != null
                        && it.wanted().equals(it.live()));
    return isLive
        ? say(
            standing,
            placed.wasHeld() ? "held-already" : "live",
            placed.wasHeld()
                ? "this device held its document already; everything is live"
                : "everything is live; the hub hears of it when the line is back",
            ExitCode.OK)
        : say(standing, "rejected", "not all of it is live: tombolo-agent why", ExitCode.FAILED);
  }

  private static List<ApplicationStatus> applications(DeviceStanding standing) {
    return standing.state().map(ReportBody.State::applications).orElse(List.of());
  }

  /// How it goes on, a line where something changes.
  private void show(DeviceStanding standing) {
    if (!isSeen) {
      return;
    }
    StringBuilder line = new StringBuilder();
    for (ApplicationStatus it : applications(standing)) {
      line.append("  ").append(it.name()).append("  ").append(JsonWriter.wordOf(it.phase()));
    }
    if (!line.toString().equals(said)) {
      said = line.toString();
      errors.println(said);
      errors.flush();
    }
  }

  private int say(DeviceStanding standing, String word, String words, int exit) {
    if (json) {
      out.println(
          JsonWriter.write(
              placed,
              (writer, it) ->
                  writer
                      .text("kit", it.header().id())
                      .text("outcome", word)
                      .integer("revision", it.revision())
                      .id("manifest", it.manifest())
                      .integer("files", it.files())
                      .integer("bytes", it.bytes())
                      .integer("bundles", it.bundles())
                      .integer("bundleBytes", it.bundleBytes())));
      return exit;
    }
    for (ApplicationStatus it : applications(standing)) {
      out.println(
          "%s  %s  %s"
              .formatted(
                  it.name(),
                  JsonWriter.wordOf(it.phase()),
                  it.liveVersion() == null ? "-" : it.liveVersion()));
      if (exit != ExitCode.OK) {
        for (Reason reason : it.reasons()) {
          out.println("  " + ReasonText.say(reason));
        }
      }
    }
    if (exit != ExitCode.OK) {
      standing.state().map(ReportBody.State::reasons).orElse(List.of()).stream()
          .map(ReasonText::say)
          .forEach(out::println);
    }
    out.println(words);
    return exit;
  }
}
