package dev.tombolo.agent.cli;

import dev.tombolo.agent.daemon.DataFolderLock;
import dev.tombolo.agent.loopback.LiveStatus;
import dev.tombolo.agent.sqlite.StatusReader;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// What `status` and `why` show: the database, and what a running agent says that is newer.
///
/// @param running whether an agent runs on the folder
/// @param saves false while that agent cannot save, and therefore decides nothing
record DeviceStanding(
    StatusReader.Status stored, Optional<ReportBody.State> state, boolean running, boolean saves) {

  static DeviceStanding of(Path data) throws IOException {
    StatusReader.Status stored = StatusReader.read(data);
    boolean running = DataFolderLock.isTaken(data);
    Optional<LiveStatus.Said> said = running ? LiveStatus.ask(data) : Optional.empty();
    return new DeviceStanding(
        stored,
        said.map(LiveStatus.Said::state).or(stored::state),
        running,
        said.map(LiveStatus.Said::saves).orElse(true));
  }

  boolean lineUp() {
    return running && saves && stored.lineUp();
  }

  /// Why the line is down.
  Optional<Reason> lineCause() {
    if (running && !saves) {
      return state.flatMap(it -> it.reasons().stream().findFirst());
    }
    return stored.lineCause();
  }

  String line() {
    if (!running) {
      return "down: the agent is not running";
    }
    return lineUp()
        ? "up since " + Instant.ofEpochMilli(stored.lineSinceWallMillis())
        : "down: " + lineCause().map(ReasonText::say).orElse("connecting");
  }
}
