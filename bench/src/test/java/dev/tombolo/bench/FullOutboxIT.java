package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shop that was dark for a long weekend: the outbox holds all that its quota allows. The agent
/// has to start with it, in the heap its launcher gives, and to get rid of it.
@Tag("slow")
class FullOutboxIT {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int CHANNELS = 16;
  private static final int ALL_ROWS = 160_000;

  @TempDir Path folder;

  @Test
  void anAgentWithAFullOutboxStartsAndDeliversIt() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      Path data = folder.resolve("agent");
      try (RunningAgent agent =
          RunningAgent.join(
              hub.distributions(), data, token, List.of("link.backoffMaxSeconds=2"))) {
        Await.untilTrue(
            LIMIT,
            () -> "a line; " + agent.process().tail(),
            () -> agent.process().tail().contains(" is up"));
        assertThat(agent.stop()).isZero();
        fill(data);

        agent.startAgain();

        Await.untilTrue(
            LIMIT,
            () -> "all is delivered, " + left(data) + " are left; " + agent.process().tail(),
            () -> waiting(data) == 0);
        assertThat(agent.process().isAlive()).isTrue();
      }
    }
  }

  private static void fill(Path data) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data + "/agent.db");
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          """
          WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1)
          INSERT INTO outbox (sequence, kind, channel, bytes, boot_id, wall, monotonic, body)
          SELECT (SELECT next_sequence FROM mark) + i, 'RESULT', 'channel-' || (i %% %d), 20,
            'dark', 1790000000000, i,
            '{"kind":"result","channel":"channel-' || (i %% %d) || '","json":"{\\"n\\":' || i || '}"}'
          FROM n
          """
              .formatted(ALL_ROWS, CHANNELS, CHANNELS));
      statement.executeUpdate("UPDATE mark SET next_sequence = next_sequence + " + ALL_ROWS);
    }
  }

  private static String left(Path data) {
    try {
      return Long.toString(waiting(data));
    } catch (SQLException e) {
      return e.toString();
    }
  }

  private static long waiting(Path data) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:file:" + data + "/agent.db?mode=ro");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM outbox")) {
      return row.next() ? row.getLong(1) : -1;
    }
  }
}
