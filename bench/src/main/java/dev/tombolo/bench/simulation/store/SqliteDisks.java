package dev.tombolo.bench.simulation.store;

import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.sqlite.SqliteAgentStore;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Real SQLite files in a folder of their own. A process that dies leaves its connection open
/// without a commit; SQLite rolls back what it had begun.
public final class SqliteDisks implements Disks {
  private static final String PREFIX = "tombolo-simulation-";

  /// What is left in a small container's memory may not be enough; one world takes a tenth of this.
  private static final long ROOM_BYTES_MIN = 256L << 20;

  /// Linux's file system in memory. Only processes die here, never the machine under them, so that
  /// nothing is learnt from waiting until a disk has what was written.
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Path folder;

  public SqliteDisks() {
    try {
      folder =
          isThere(MEMORY)
              ? Files.createTempDirectory(MEMORY, PREFIX)
              : Files.createTempDirectory(PREFIX);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isThere(Path memory) throws IOException {
    return Files.isDirectory(memory)
        && Files.isWritable(memory)
        && Files.getFileStore(memory).getUsableSpace() >= ROOM_BYTES_MIN;
  }

  @Override
  public HubDisk hub(String history) {
    return new SqliteHubDisk(folder.resolve("hub.db"), history);
  }

  @Override
  public AgentDisk agent(int number) {
    return new SqliteAgentDisk(folder.resolve("agent-" + number));
  }

  @Override
  public void close() {
    try (Stream<Path> found = Files.walk(folder)) {
      List<Path> all = found.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class SqliteHubDisk implements HubDisk {
    private final Path file;
    private final String history;
    private @Nullable SqliteHubStore store;

    SqliteHubDisk(Path file, String history) {
      this.file = file;
      this.history = history;
    }

    @Override
    public HubStore open() {
      boolean isNew = !Files.exists(file);
      SqliteHubStore opened = SqliteHubStore.open(file);
      if (isNew) {
        nameHistory();
      }
      store = opened;
      return opened;
    }

    /// The store draws a history by lot; a repeatable world gives it one.
    private void nameHistory() {
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
          PreparedStatement update = connection.prepareStatement("UPDATE history SET id = ?")) {
        update.setString(1, history);
        update.executeUpdate();
      } catch (SQLException e) {
        throw new IllegalStateException("cannot name the history of " + file, e);
      }
    }

    @Override
    public void crashed() {
      close();
    }

    @Override
    public void close() {
      SqliteHubStore open = store;
      store = null;
      if (open != null) {
        open.close();
      }
    }
  }

  private static final class SqliteAgentDisk implements AgentDisk {
    private final Path data;
    private @Nullable SqliteAgentStore store;

    SqliteAgentDisk(Path data) {
      this.data = data;
    }

    @Override
    public void join(Enrolment enrolment) {
      try {
        Files.createDirectories(data);
        SqliteAgentStore.create(data, enrolment).close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public AgentStore open() {
      SqliteAgentStore known = store;
      if (known != null) {
        return known;
      }
      try {
        SqliteAgentStore opened = SqliteAgentStore.open(data, notice -> {});
        store = opened;
        return opened;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void crashed() {
      close();
    }

    @Override
    public void close() {
      SqliteAgentStore open = store;
      store = null;
      if (open != null) {
        open.close();
      }
    }
  }
}
